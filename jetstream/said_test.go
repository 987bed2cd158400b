package jetstream

import (
	"testing"
	"time"
)

func TestAPlaceIsSaidOnceAndTheMemoryOfItIsBounded(t *testing.T) {
	t.Parallel()
	s := newSaid()
	for i := range uint64(3 * maxSaid) {
		if p := (place{1, i, saidGap}); !s.first(p) || s.first(p) {
			t.Fatalf("%v is not said exactly once", p)
		}
		if len(s.places) > maxSaid {
			t.Fatalf("%d places are remembered", len(s.places))
		}
	}
	if !s.first(place{1, 3*maxSaid - 1, saidUnreadable}) {
		t.Fatal("another fault of the same place was not said")
	}
}

func TestALimiterLetsOneLineThroughPerSecondAndLosesNoCount(t *testing.T) {
	t.Parallel()
	var l limiter
	at := time.UnixMilli(1_750_000_000_000)
	lines, total := 0, 0
	for i := range 100 {
		if n, ok := l.pass(at.Add(time.Duration(i)*100*time.Millisecond), 3); ok {
			lines, total = lines+1, total+n
		}
	}
	if n, ok := l.pass(at.Add(time.Minute), 0); ok {
		total += n
	}
	if lines != 10 || total != 300 {
		t.Fatalf("%d lines for %d of 300 events", lines, total)
	}
}
