package main

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

func itoa(n int) string { return strconv.Itoa(n) }

// clean makes somebody else's text safe to show on one line: a message must not
// move the cursor, change colours or the window's title, or turn the direction
// of what follows. What it takes away becomes U+FFFD, so that it is seen.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n':
			return ' '
		case unsafeRune(r):
			return utf8.RuneError
		}
		return r
	}, s)
}

// cleanLines is clean for text of several lines; all but the first are marked,
// so that they cannot pass for messages of their own.
func cleanLines(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = clean(lines[i])
	}
	return strings.Join(lines, "\n      | ")
}

func unsafeRune(r rune) bool {
	switch {
	case unicode.IsControl(r): // C0, DEL and C1: escape sequences begin with these
		return true
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x061c:
		return true // direction
	case r == 0x2028 || r == 0x2029: // further line ends
		return true
	}
	return false
}

// columns is how wide s is on a terminal, nearly: escape sequences of colours
// count for nothing.
func columns(s string) int {
	n, inEscape := 0, false
	for _, r := range s {
		switch {
		case r == keyEscape:
			inEscape = true
		case inEscape:
			inEscape = r != 'm'
		default:
			n += runeColumns(r)
		}
	}
	return n
}

// runeColumns is 2 for the scripts and pictures that terminals draw wide.
func runeColumns(r rune) int {
	switch {
	case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r):
		return 0
	case r >= 0x1100 && r <= 0x115f, r >= 0x2e80 && r <= 0xa4cf, r >= 0xac00 && r <= 0xd7a3,
		r >= 0xf900 && r <= 0xfaff, r >= 0xfe30 && r <= 0xfe6f, r >= 0xff00 && r <= 0xff60,
		r >= 0xffe0 && r <= 0xffe6, r >= 0x1f300 && r <= 0x1faff, r >= 0x20000 && r <= 0x3fffd:
		return 2
	}
	return 1
}
