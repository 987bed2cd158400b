package bench

import (
	"os"
	"time"
)

// meter measures what the two processes use between start and stop.
type meter struct {
	t            *Target
	began        time.Time
	server, load *time.Duration
}

// usage is what was used; nil is unknown.
type usage struct {
	wall         time.Duration
	server, load *time.Duration
	peakRSS      *uint64
}

// startMeter begins a measurement. The server's peak of memory begins anew
// where the system allows it, and counts from the server's start otherwise.
func (t *Target) startMeter() *meter {
	if t.PID != 0 {
		_ = resetPeak(t.PID) // then the peak is the whole life's
	}
	return &meter{t: t, began: time.Now(), server: cpuOf(t.PID), load: cpuOf(os.Getpid())}
}

func (m *meter) stop() usage {
	u := usage{wall: time.Since(m.began), server: since(m.server, cpuOf(m.t.PID)), load: since(m.load, cpuOf(os.Getpid()))}
	if m.t.PID != 0 {
		if _, peak, err := processRSS(m.t.PID); err == nil {
			u.peakRSS = &peak
		}
	}
	return u
}

func cpuOf(pid int) *time.Duration {
	if pid == 0 {
		return nil
	}
	d, err := processCPU(pid)
	if err != nil {
		return nil // told by null in the result
	}
	return &d
}

func since(from, to *time.Duration) *time.Duration {
	if from == nil || to == nil {
		return nil
	}
	return ptr(*to - *from)
}

func (u usage) loadCores() float64 {
	if u.load == nil || u.wall <= 0 {
		return 0
	}
	return u.load.Seconds() / u.wall.Seconds()
}

func (u usage) loadBound() bool { return u.loadCores() > loadBoundCores }

// rss is the server's memory now, nil if unknown.
func (t *Target) rss() *uint64 {
	if t.PID == 0 {
		return nil
	}
	now, _, err := processRSS(t.PID)
	if err != nil {
		return nil
	}
	return &now
}
