package main

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"beep/chat"
)

// words splits arguments at spaces; "quotes" keep a name with spaces together.
func words(arg string) []string {
	var list []string
	var word strings.Builder
	quoted, begun := false, false
	end := func() {
		if begun {
			list = append(list, word.String())
		}
		word.Reset()
		begun = false
	}
	for _, r := range arg {
		switch {
		case r == '"':
			quoted, begun = !quoted, true
		case unicode.IsSpace(r) && !quoted:
			end()
		default:
			begun = true
			word.WriteRune(r)
		}
	}
	end()
	return list
}

// firstWord is the first word of arg, and the rest as it was typed.
func firstWord(arg string) (first, rest string) {
	if quoted, ok := strings.CutPrefix(arg, `"`); ok {
		if first, rest, ok = strings.Cut(quoted, `"`); ok {
			return first, strings.TrimSpace(rest)
		}
	}
	first, rest, _ = strings.Cut(arg, " ")
	return first, strings.TrimSpace(rest)
}

// span reads a length of time: "90s", "10m", "2h", "3d", or a number of units.
func span(text string, unit time.Duration) (time.Duration, bool) {
	digits := strings.TrimRight(text, "smhd")
	n, err := strconv.Atoi(digits)
	if err != nil || n < 0 || n > maxSpanUnits {
		return 0, false
	}
	switch strings.TrimPrefix(text, digits) {
	case "":
		return time.Duration(n) * unit, true
	case "s":
		return time.Duration(n) * time.Second, true
	case "m":
		return time.Duration(n) * time.Minute, true
	case "h":
		return time.Duration(n) * time.Hour, true
	case "d":
		return time.Duration(n) * 24 * time.Hour, true
	}
	return 0, false
}

// maxSpanUnits is far beyond any limit of the server's and fits a Duration in days.
const maxSpanUnits = 10_000

// messageArg reads "N TEXT", where N names a message: the number that it was
// shown with, ^ for the newest in this channel, ^2 for the one before.
func (s *session) messageArg(arg string) (at messageAt, text string, ok bool) {
	name, text, _ := strings.Cut(arg, " ")
	if back, newest := strings.CutPrefix(name, "^"); newest {
		at, ok = s.newest(back)
	} else if n, err := strconv.Atoi(name); err == nil {
		at, ok = s.shown[n]
	}
	return at, strings.TrimSpace(text), ok
}

// newest is the message that many back, counted from 1, of those shown in this
// channel; "" is 1.
func (s *session) newest(back string) (messageAt, bool) {
	n := 1
	if back != "" {
		var err error
		if n, err = strconv.Atoi(back); err != nil || n < 1 {
			return messageAt{}, false
		}
	}
	seen := map[chat.MessageID]bool{} // a message may have been shown more than once
	for i := s.lastShown; i > max(s.lastShown-maxShown, 0); i-- {
		at, ok := s.shown[i]
		if !ok || at.channel != s.channel || seen[at.id] {
			continue
		}
		seen[at.id] = true
		if len(seen) == n {
			return at, true
		}
	}
	return messageAt{}, false
}
