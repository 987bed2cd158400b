//go:build linux || darwin || freebsd

package jetstream

import (
	"fmt"
	"syscall"
)

// diskFree is how many bytes an ordinary user may still write below dir.
func diskFree(dir string) (int64, error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return 0, fmt.Errorf("ask for free disk space: %w", err)
	}
	return int64(uint64(st.Bavail) * uint64(st.Bsize)), nil
}
