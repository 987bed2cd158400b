//go:build !linux && !darwin

package main

import (
	"errors"
	"os"
)

// Elsewhere there is no line editor: lines in, lines out.
func isTerminal(*os.File) bool { return false }

func noEcho(*os.File) (func(), error) {
	return nil, errors.New("the terminal cannot be told to hide what is typed here; use --password-stdin")
}

func rawTerminal(*os.File) (func(), error) {
	return nil, errors.New("no line editor on this system")
}

func terminalWidth(*os.File) int { return defaultWidth }
