package bench

import (
	"os"
	"testing"
	"time"
)

func TestCPUTimeIsReadPastAnyName(t *testing.T) {
	t.Parallel()
	d, err := parseStat([]byte("42 (a) b) c) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 9 0\n"))
	if err != nil || d != 3*time.Second {
		t.Errorf("%s, %v; want 3 s", d, err)
	}
	for _, bad := range []string{"", "42 (x) S 1", "42 (x) S 1 2 3 4 5 6 7 8 9 10 u s 0"} {
		if _, err := parseStat([]byte(bad)); err == nil {
			t.Errorf("%q passes", bad)
		}
	}
}

func TestThisProcessCanBeMeasured(t *testing.T) {
	t.Parallel()
	if _, err := processCPU(os.Getpid()); err != nil {
		t.Error(err)
	}
	now, peak, err := processRSS(os.Getpid())
	if err != nil || now == 0 || peak == 0 {
		t.Errorf("%d, %d, %v", now, peak, err)
	}
	if _, _, err := processRSS(1 << 30); err == nil {
		t.Error("a process that is not there has memory")
	}
	if n, ok := statusKiB([]byte("Name:\tx\nVmRSS:\t  12 kB\n"), "VmRSS:"); !ok || n != 12<<10 {
		t.Errorf("%d", n)
	}
}

func TestADirectoryHasAFileSystem(t *testing.T) {
	t.Parallel()
	if filesystem(t.TempDir()) == "" {
		t.Error("it has no name")
	}
	if us, err := fsyncProbe(t.TempDir()); err != nil || us <= 0 {
		t.Errorf("an fsync takes %v us: %v", us, err)
	}
}
