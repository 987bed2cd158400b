package bench

import (
	"fmt"
	"os"
	"slices"
	"time"
)

const (
	memoryFilesystem = "tmpfs"

	probeWrites = 64 // enough for a median, done in a second on a slow disk
	probeSize   = 4 << 10
)

// fsyncProbe measures what a write made durable costs in dir: the median in
// microseconds. It says whether an fsync there means anything.
func fsyncProbe(dir string) (us float64, err error) {
	f, err := os.CreateTemp(dir, "fsync-probe-*")
	if err != nil {
		return 0, fmt.Errorf("probe fsync: %w", err)
	}
	defer func() {
		_ = f.Close() // nobody will read it
		_ = os.Remove(f.Name())
	}()
	block := make([]byte, probeSize)
	took := make([]time.Duration, probeWrites)
	for i := range took {
		began := time.Now()
		if _, err := f.Write(block); err != nil {
			return 0, fmt.Errorf("probe fsync: %w", err)
		}
		if err := f.Sync(); err != nil {
			return 0, fmt.Errorf("probe fsync: %w", err)
		}
		took[i] = time.Since(began)
	}
	slices.Sort(took)
	return round(float64(took[len(took)/2])/float64(time.Microsecond), 1), nil
}
