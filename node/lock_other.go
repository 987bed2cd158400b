//go:build !unix

package node

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// dataLock keeps a second process off the data directory. Without flock a file
// stands for the lock; after a crash it must be removed by hand.
type dataLock struct{ path string }

func lockData(dir string) (*dataLock, error) {
	path := filepath.Join(dir, "lock")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("another beep is using %s: stop it, choose another directory with --data, or remove %s after a crash", dir, path)
	}
	if err != nil {
		return nil, err
	}
	return &dataLock{path}, f.Close()
}

func (l *dataLock) release() error { return os.Remove(l.path) }
