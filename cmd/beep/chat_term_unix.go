//go:build linux || darwin

package main

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// isTerminal reports whether f is a terminal.
func isTerminal(f *os.File) bool {
	_, err := unix.IoctlGetTermios(int(f.Fd()), getTermios)
	return err == nil
}

// noEcho keeps what is typed at f from being shown, until restore.
func noEcho(f *os.File) (restore func(), err error) {
	return changeTerminal(f, func(t *unix.Termios) { t.Lflag &^= unix.ECHO })
}

// rawTerminal gives each key as it is pressed, until restore. Reads come back
// empty after a tenth of a second, so that a reader can be stopped.
func rawTerminal(f *os.File) (restore func(), err error) {
	return changeTerminal(f, func(t *unix.Termios) {
		t.Iflag &^= unix.BRKINT | unix.ICRNL | unix.INPCK | unix.ISTRIP | unix.IXON
		t.Lflag &^= unix.ECHO | unix.ICANON | unix.IEXTEN | unix.ISIG
		t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 0, 1
	})
}

func changeTerminal(f *os.File, change func(*unix.Termios)) (func(), error) {
	fd := int(f.Fd())
	old, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return nil, fmt.Errorf("read terminal settings: %w", err)
	}
	now := *old
	change(&now)
	if err := unix.IoctlSetTermios(fd, setTermios, &now); err != nil {
		return nil, fmt.Errorf("change terminal settings: %w", err)
	}
	return func() { _ = unix.IoctlSetTermios(fd, setTermios, old) }, nil // the terminal may be gone
}

// terminalWidth is the number of columns of f, 80 if it does not tell.
func terminalWidth(f *os.File) int {
	ws, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	if err != nil || ws.Col == 0 {
		return defaultWidth
	}
	return int(ws.Col)
}
