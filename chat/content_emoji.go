package chat

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Code points that make sequences of emoji (Unicode Technical Standard 51).
const (
	zeroWidthJoiner   = 0x200D
	emojiPresentation = 0xFE0F
	keycap            = 0x20E3
	blackFlag         = 0x1F3F4
	tagFirst, tagLast = 0xE0020, 0xE007E
	tagEnd            = 0xE007F
	maxTags           = 6 // "gbeng" and the like
	maxJoined         = 4 // a family
)

// ParseEmoji checks that s is one Unicode emoji: a picture, also with a skin
// tone, a flag, a keycap, or several joined to one. It returns the spelling
// that emoji keyboards use, so that one emoji is one reaction: with the emoji
// presentation selector where the character would be text otherwise, and not
// where it would not. The error is of kind Invalid.
//
// Which joined sequences and which flags fonts have changes with them and is
// not checked.
func ParseEmoji(op, s string) (string, error) {
	if len(s) <= MaxEmojiBytes && utf8.ValidString(s) {
		if e, ok := emoji([]rune(s)); ok {
			return e, nil
		}
	}
	return "", Errorf(Invalid, op, "a reaction must be one emoji")
}

func emoji(r []rune) (string, bool) {
	if len(r) < 1 {
		return "", false
	}
	switch {
	case strings.ContainsRune("0123456789#*", r[0]):
		ok := len(r) == 2 && r[1] == keycap || len(r) == 3 && r[1] == emojiPresentation && r[2] == keycap
		return string([]rune{r[0], emojiPresentation, keycap}), ok
	case isRegional(r[0]):
		return string(r), len(r) == 2 && isRegional(r[1])
	case r[0] == blackFlag && len(r) > 1 && isTag(r[1]):
		return string(r), flagOfTags(r[1:])
	}
	b := make([]rune, 0, len(r)+maxJoined)
	for joined := 1; ; joined++ {
		var ok bool
		if b, r, ok = picture(b, r); !ok || joined > maxJoined {
			return "", false
		}
		if len(r) == 0 {
			return string(b), true
		}
		if r[0] != zeroWidthJoiner {
			return "", false
		}
		b, r = append(b, zeroWidthJoiner), r[1:]
	}
}

// picture moves one picture with its selector or skin tone from r to b.
func picture(b, r []rune) (to, rest []rune, ok bool) {
	if len(r) == 0 {
		return b, r, false
	}
	c, text := r[0], in(textEmoji, r[0])
	if !text && !in(pictureEmoji, c) {
		return b, r, false
	}
	b, r = append(b, c), r[1:]
	if len(r) > 0 && r[0] == emojiPresentation {
		r = r[1:]
	}
	if len(r) > 0 && isSkinTone(r[0]) {
		return append(b, r[0]), r[1:], in(skinTonedEmoji, c)
	}
	if text {
		b = append(b, emojiPresentation)
	}
	return b, r, true
}

// flagOfTags reads what follows the black flag in the flag of a region, such as
// Scotland's.
func flagOfTags(r []rune) bool {
	last := len(r) - 1
	return last > 0 && last <= maxTags && r[last] == tagEnd && !slices.ContainsFunc(r[:last], func(c rune) bool { return !isTagLetter(c) })
}

func isRegional(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }
func isSkinTone(r rune) bool { return r >= 0x1F3FB && r <= 0x1F3FF }
func isTag(r rune) bool      { return r >= tagFirst && r <= tagEnd }

// isTagLetter reports whether r is the tag of a small letter or a digit.
func isTagLetter(r rune) bool {
	c := r - tagFirst + ' '
	return r <= tagLast && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9')
}

// in looks r up in a sorted list of ranges.
func in(list [][2]rune, r rune) bool {
	_, ok := slices.BinarySearchFunc(list, r, func(e [2]rune, r rune) int {
		switch {
		case e[1] < r:
			return -1
		case e[0] > r:
			return 1
		}
		return 0
	})
	return ok
}
