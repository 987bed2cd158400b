package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
)

// waitingLines is how many lines of input may wait to be carried out; a reader
// that is further ahead waits.
const waitingLines = 64

// screen is where a conversation is shown and lines are typed.
type screen interface {
	// Lines gives what was typed, line by line; closed at the end of the input.
	Lines() <-chan string
	// Keys tells that somebody is typing; never blocks the typing.
	Keys() <-chan struct{}
	// Print shows text above the line being typed.
	Print(text string)
	// SetPrompt changes what stands before the line being typed.
	SetPrompt(prompt string)
	// Colour marks text, where there are colours.
	Colour(c colour, text string) string
	// Bell makes a sound, where somebody may hear it.
	Bell()
	// Interactive reports whether a person sits there, who may not want to wait.
	Interactive() bool
	// Close gives the terminal back.
	Close()
}

type colour string

const (
	dim   colour = "2"
	bold  colour = "1"
	warn  colour = "33"
	green colour = "32"
)

// plainScreen is for pipes and scripts: lines in, lines out.
type plainScreen struct {
	lines chan string
	stop  chan struct{}
	mu    sync.Mutex // one line after the other
	out   io.Writer
}

// newPlainScreen reads in until its end. A reader that blocks for ever cannot
// be stopped; it takes no further line after Close.
func newPlainScreen(in io.Reader, out io.Writer) *plainScreen {
	s := &plainScreen{lines: make(chan string, waitingLines), stop: make(chan struct{}), out: out}
	go s.read(in)
	return s
}

func (s *plainScreen) read(in io.Reader) {
	defer close(s.lines)
	sc := bufio.NewScanner(in) // lines of at most 64 KiB: longer is no message
	for sc.Scan() {
		select {
		case s.lines <- sc.Text():
		case <-s.stop:
			return
		}
	}
	if err := sc.Err(); err != nil {
		s.Print("input: " + err.Error())
	}
}

func (s *plainScreen) Lines() <-chan string { return s.lines }

func (s *plainScreen) Keys() <-chan struct{} { return nil }

func (s *plainScreen) Print(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = fmt.Fprintln(s.out, text) // a reader that has gone is not ours to mourn
}

func (s *plainScreen) SetPrompt(string) {}

func (s *plainScreen) Colour(_ colour, text string) string { return text }

func (s *plainScreen) Bell() {}

func (s *plainScreen) Interactive() bool { return false }

func (s *plainScreen) Close() { close(s.stop) }

// terminalScreen keeps the line being typed at the bottom of a terminal.
type terminalScreen struct {
	in, out *os.File
	restore func()
	lines   chan string
	keys    chan struct{} // room for one; further keys say nothing new
	stop    chan struct{}
	done    chan struct{}

	mu     sync.Mutex // the editor and the writing of whole rows
	ed     editor
	prompt string
}

func newTerminalScreen(in, out *os.File) (*terminalScreen, error) {
	restore, err := rawTerminal(in)
	if err != nil {
		return nil, err
	}
	s := &terminalScreen{
		in: in, out: out, restore: restore, lines: make(chan string, waitingLines),
		keys: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}), prompt: "> ",
	}
	go s.read()
	return s, nil
}

func (s *terminalScreen) read() {
	defer close(s.done)
	defer close(s.lines)
	buf := make([]byte, 1024)
	for {
		select {
		case <-s.stop:
			return
		default:
		}
		n, err := s.in.Read(buf) // comes back empty, as EOF, after a tenth of a second
		if err != nil && err != io.EOF {
			return
		}
		if n == 0 {
			continue
		}
		s.mu.Lock()
		lines := s.ed.feed(buf[:n])
		quit, typing := s.ed.quit, len(s.ed.line) > 0 && s.ed.line[0] != '/'
		s.drawLocked("")
		s.mu.Unlock()
		for _, l := range lines {
			select {
			case s.lines <- l:
			case <-s.stop:
				return
			}
		}
		if quit {
			return
		}
		if typing {
			select {
			case s.keys <- struct{}{}:
			default:
			}
		}
	}
}

func (s *terminalScreen) Lines() <-chan string { return s.lines }

func (s *terminalScreen) Keys() <-chan struct{} { return s.keys }

func (s *terminalScreen) Print(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drawLocked(text)
}

func (s *terminalScreen) SetPrompt(prompt string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.prompt = prompt
	s.drawLocked("")
}

// drawLocked writes text, if any, where the input was, and the input below it.
func (s *terminalScreen) drawLocked(text string) {
	var b strings.Builder
	if text != "" {
		b.WriteString("\r\x1b[J" + text + "\n")
	}
	b.WriteString(s.ed.render(s.prompt, terminalWidth(s.out)))
	_, _ = io.WriteString(s.out, b.String()) // the terminal may be gone; reading notices
}

func (s *terminalScreen) Colour(c colour, text string) string {
	return "\x1b[" + string(c) + "m" + text + "\x1b[0m"
}

func (s *terminalScreen) Bell() {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = io.WriteString(s.out, "\a") // the terminal may be gone; reading notices
}

func (s *terminalScreen) Interactive() bool { return true }

func (s *terminalScreen) Close() {
	close(s.stop)
	<-s.done
	_, _ = io.WriteString(s.out, "\r\x1b[J")
	s.restore()
}
