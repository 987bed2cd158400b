package main

import (
	"strings"
	"testing"
	"unicode"
)

func TestOthersTextCannotReachTheTerminal(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain täxt 漢字 👍":         "plain täxt 漢字 👍",
		"\x1b[2J\x1b]0;owned\x07": "�[2J�]0;owned�",
		"\u009b31m":               "�31m",
		"a\rb\bc\x7f":             "a�b�c�",
		"tab\there\nand there":    "tab here and there",
		"\u202egnp.exe":           "�gnp.exe",
		"\u2028x":                 "�x",
		"bad \xff utf8":           "bad � utf8",
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
	if got := cleanLines("one\r\n[9] 10:00 eve: two"); got != "one\n      | [9] 10:00 eve: two" {
		t.Errorf("lines become %q", got)
	}
}

func FuzzClean(f *testing.F) {
	f.Add("\x1b[31m")
	f.Fuzz(func(t *testing.T, in string) {
		for _, r := range strings.ReplaceAll(cleanLines(in), "\n      | ", "") {
			if unicode.IsControl(r) {
				t.Errorf("%q lets %U through", in, r)
			}
		}
	})
}

func TestTheEditorEditsALine(t *testing.T) {
	t.Parallel()
	for keys, want := range map[string]string{
		"hello\r":                     "hello",
		"helo\x1b[Dl\r":               "hello",
		"xhello\x01\x04\r":            "hello",
		"hello wrld\x17world\r":       "hello world",
		"hellox\x7f\r":                "hello",
		"abc\x15hello\r":              "hello",
		"hello!\x1b[D\x0b\r":          "hello",
		"ello\x1b[Hh\x1b[F!\r":        "hello!",
		"grüße 漢\x7f👍\r":              "grüße 👍",
		"a\x1b[3~\x1b[99~\x1bOD\tb\r": " ba",
		"\x1b[1;5Chi\r":               "hi",
	} {
		var ed editor
		var got []string
		for i := range len(keys) { // byte by byte, as a slow line delivers them
			got = append(got, ed.feed([]byte{keys[i]})...)
		}
		if len(got) != 1 || got[0] != want {
			t.Errorf("%q gave %q, want %q", keys, got, want)
		}
	}
}

func TestTheEditorRemembersLinesAndQuits(t *testing.T) {
	t.Parallel()
	var ed editor
	if got := ed.feed([]byte("one\rtwo\r\x1b[A\x1b[A\r")); len(got) != 3 || got[2] != "one" {
		t.Fatalf("got %q", got)
	}
	ed.feed([]byte("x\x04"))
	if ed.quit {
		t.Fatal("Ctrl-D in a line must not quit")
	}
	if ed.feed([]byte("\x15\x04")); !ed.quit {
		t.Fatal("Ctrl-D on an empty line quits")
	}
}

func TestALongLineScrollsAndKeepsTheCursorInSight(t *testing.T) {
	t.Parallel()
	var ed editor
	ed.feed([]byte(strings.Repeat("abcdefghij", 20)))
	row := ed.render("> ", 40)
	if shown := strings.TrimPrefix(row, "\r\x1b[J"); columns(shown) > 39 || !strings.HasSuffix(shown, "j") {
		t.Fatalf("shown %q", shown)
	}
	ed.feed([]byte("\x01"))
	if row = ed.render("> ", 40); !strings.HasPrefix(row, "\r\x1b[J> abc") || !strings.HasSuffix(row, "\x1b[37D") {
		t.Fatalf("at its start %q", row)
	}
}

func FuzzEditor(f *testing.F) {
	f.Add([]byte("hello\x1b[A\x1b[D\x7f\r"))
	f.Fuzz(func(t *testing.T, keys []byte) {
		var ed editor
		for i := range keys {
			ed.feed(keys[i : i+1])
			ed.render("> ", 20)
			if ed.cursor < 0 || ed.cursor > len(ed.line) || len(ed.partial) > maxEscapeBytes {
				t.Fatalf("cursor %d of %d", ed.cursor, len(ed.line))
			}
		}
	})
}
