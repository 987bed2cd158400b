package jetstream

import (
	"errors"
	"io/fs"
	"path/filepath"
)

// defaultCap is three quarters of what is free plus what the store uses now, so
// that the cap does not shrink at every restart.
func defaultCap(dir string) (int64, error) {
	free, err := diskFree(dir)
	if err != nil {
		return 0, err
	}
	used, err := dirSize(dir)
	if err != nil {
		return 0, err
	}
	return free/4*3 + used, nil
}

func dirSize(dir string) (int64, error) {
	var n int64
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return ignoreGone(err)
		}
		info, err := d.Info()
		if err == nil {
			n += info.Size()
		}
		return ignoreGone(err)
	})
	return n, err
}

// ignoreGone passes over files that vanish while we count.
func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
