package main

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	defaultWidth   = 80
	maxInputRunes  = 4000 // a message's limit; further keys are ignored
	maxInputLines  = 100  // remembered for the arrow keys
	maxEscapeBytes = 16   // no key sends more
)

// Keys that are one byte.
const (
	keyCtrlA     = 0x01
	keyCtrlC     = 0x03
	keyCtrlD     = 0x04
	keyCtrlE     = 0x05
	keyBackspace = 0x08
	keyCtrlK     = 0x0b
	keyCtrlU     = 0x15
	keyCtrlW     = 0x17
	keyEscape    = 0x1b
	keyDelete    = 0x7f
)

// editor is a line being typed. It knows bytes of keys and what to show, and
// nothing of terminals.
type editor struct {
	line    []rune
	cursor  int
	past    []string
	at      int    // which of past is shown; len(past) is the new line
	partial []byte // of a rune or escape sequence, at most maxEscapeBytes
	quit    bool   // Ctrl-C, or Ctrl-D on an empty line
}

// feed takes in keys and gives back the lines that were finished.
func (ed *editor) feed(keys []byte) (lines []string) {
	for _, b := range keys {
		ed.partial = append(ed.partial, b)
		if len(ed.partial) > maxEscapeBytes {
			ed.partial = ed.partial[:0]
			continue
		}
		if ed.partial[0] == keyEscape {
			if ed.escape() {
				ed.partial = ed.partial[:0]
			}
			continue
		}
		if !utf8.FullRune(ed.partial) {
			continue
		}
		r, _ := utf8.DecodeRune(ed.partial)
		ed.partial = ed.partial[:0]
		if line, done := ed.key(r); done {
			lines = append(lines, line)
		}
	}
	return lines
}

// key takes in one key; done says that it finished line.
func (ed *editor) key(r rune) (line string, done bool) {
	switch r {
	case '\r', '\n':
		return ed.finish(), true
	case keyCtrlA:
		ed.cursor = 0
	case keyCtrlE:
		ed.cursor = len(ed.line)
	case keyCtrlC:
		ed.quit = true
	case keyCtrlD:
		ed.quit = ed.quit || len(ed.line) == 0
		ed.remove(ed.cursor, ed.cursor+1)
	case keyBackspace, keyDelete:
		ed.remove(ed.cursor-1, ed.cursor)
	case keyCtrlK:
		ed.remove(ed.cursor, len(ed.line))
	case keyCtrlU:
		ed.remove(0, ed.cursor)
	case keyCtrlW:
		ed.remove(ed.wordStart(), ed.cursor)
	case '\t':
		ed.insert(' ')
	default:
		if r != utf8.RuneError && !unicode.IsControl(r) {
			ed.insert(r)
		}
	}
	return "", false
}

// escape looks at the sequence so far; true: it is over.
func (ed *editor) escape() bool {
	p := ed.partial
	if len(p) < 3 {
		return len(p) == 2 && p[1] != '[' && p[1] != 'O' // Alt and a key: nothing
	}
	last := p[len(p)-1]
	if last < 0x40 || last > 0x7e {
		return false
	}
	switch string(p[2:]) {
	case "A":
		ed.recall(ed.at - 1)
	case "B":
		ed.recall(ed.at + 1)
	case "C":
		ed.cursor = min(ed.cursor+1, len(ed.line))
	case "D":
		ed.cursor = max(ed.cursor-1, 0)
	case "H", "1~", "7~":
		ed.cursor = 0
	case "F", "4~", "8~":
		ed.cursor = len(ed.line)
	case "3~":
		ed.remove(ed.cursor, ed.cursor+1)
	}
	return true
}

func (ed *editor) insert(r rune) {
	if len(ed.line) < maxInputRunes {
		ed.line = slices.Insert(ed.line, ed.cursor, r)
		ed.cursor++
	}
}

// remove deletes the runes from up to to, as far as they are there.
func (ed *editor) remove(from, to int) {
	from, to = max(from, 0), min(to, len(ed.line))
	if from < to {
		ed.line = slices.Delete(ed.line, from, to)
		ed.cursor = from
	}
}

func (ed *editor) wordStart() int {
	i := ed.cursor
	for i > 0 && ed.line[i-1] == ' ' {
		i--
	}
	for i > 0 && ed.line[i-1] != ' ' {
		i--
	}
	return i
}

func (ed *editor) finish() string {
	line := string(ed.line)
	if strings.TrimSpace(line) != "" {
		ed.past = append(ed.past, line)
		if len(ed.past) > maxInputLines {
			ed.past = ed.past[1:]
		}
	}
	ed.line, ed.cursor, ed.at = nil, 0, len(ed.past)
	return line
}

func (ed *editor) recall(i int) {
	if i < 0 || i > len(ed.past) {
		return
	}
	ed.at, ed.line = i, nil
	if i < len(ed.past) {
		ed.line = []rune(ed.past[i])
	}
	ed.cursor = len(ed.line)
}

// render is the row that shows prompt and line on width columns, scrolled so
// that the cursor is seen, with the sequence that puts the cursor in its place.
func (ed *editor) render(prompt string, width int) string {
	room := max(width-columns(prompt)-1, 10)
	start := ed.cursor
	for used := 0; start > 0; start-- {
		if used += runeColumns(ed.line[start-1]); used > room {
			break
		}
	}
	end, used := start, 0
	for end < len(ed.line) && used+runeColumns(ed.line[end]) <= room {
		used += runeColumns(ed.line[end])
		end++
	}
	row := "\r\x1b[J" + prompt + string(ed.line[start:end])
	if back := columns(string(ed.line[ed.cursor:max(end, ed.cursor)])); back > 0 {
		row += "\x1b[" + itoa(back) + "D"
	}
	return row
}
