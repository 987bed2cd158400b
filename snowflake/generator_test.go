package snowflake

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"beep/chat"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var start = time.UnixMilli(1763675464000)

// clock is a clock that tests move by hand.
type clock struct{ ms atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.ms.Store(start.UnixMilli())
	return c
}

func (c *clock) now() time.Time       { return time.UnixMilli(c.ms.Load()) }
func (c *clock) move(d time.Duration) { c.ms.Add(d.Milliseconds()) }
func (c *clock) tick() (t time.Time)  { return time.UnixMilli(c.ms.Add(1)) }
func sequenceOf(id uint64) uint64     { return id & chat.MaxSnowflakeSequence }
func workerOf(id uint64) uint64       { return id >> chat.SnowflakeSequenceBits & chat.MaxSnowflakeWorker }
func ahead(id uint64, c *clock) int64 { return chat.SnowflakeTime(id) - c.ms.Load() }
func mustGrow(t *testing.T, a, b uint64) {
	t.Helper()
	if b <= a {
		t.Fatalf("%d follows %d", b, a)
	}
}

func TestAnIdentifierCarriesTimeAndWorker(t *testing.T) {
	t.Parallel()
	c := newClock()
	id := New(513, c.now).Next()
	if chat.SnowflakeTime(id) != start.UnixMilli() || workerOf(id) != 513 || sequenceOf(id) != 0 {
		t.Fatalf("%d: time %d, worker %d, sequence %d", id, chat.SnowflakeTime(id), workerOf(id), sequenceOf(id))
	}
}

func TestTheClockMayStandStill(t *testing.T) {
	t.Parallel()
	c := newClock()
	g := New(1, c.now)
	last := g.Next()
	for range 3 * sequences {
		id := g.Next()
		mustGrow(t, last, id)
		last = id
	}
	if ahead(last, c) != 3 {
		t.Fatalf("borrowed %d ms for three milliseconds' worth", ahead(last, c))
	}
}

func TestTheClockMayStepBack(t *testing.T) {
	t.Parallel()
	c := newClock()
	g := New(1, c.now)
	last := g.Next()
	for range 10 {
		c.move(-time.Hour)
		id := g.Next()
		mustGrow(t, last, id)
		last = id
	}
	c.move(11 * time.Hour)
	id := g.Next()
	mustGrow(t, last, id)
	if ahead(id, c) != 0 {
		t.Fatalf("%d ms ahead after the clock has caught up", ahead(id, c))
	}
}

func TestTheClockMayStepForward(t *testing.T) {
	t.Parallel()
	c := newClock()
	g := New(1, c.now)
	a := g.Next()
	c.move(48 * time.Hour)
	b := g.Next()
	mustGrow(t, a, b)
	if ahead(b, c) != 0 || sequenceOf(b) != 0 {
		t.Fatalf("%d ms ahead, sequence %d", ahead(b, c), sequenceOf(b))
	}
}

func TestAClockBeforeTheEpochGivesValidIdentifiers(t *testing.T) {
	t.Parallel()
	g := New(0, func() time.Time { return time.Unix(0, 0) })
	a, b := g.Next(), g.Next()
	if a == 0 || a>>63 != 0 {
		t.Fatalf("%d is no identifier", a)
	}
	mustGrow(t, a, b)
}

func TestBorrowingEndsAtTheBound(t *testing.T) {
	t.Parallel()
	c := newClock()
	g := New(1, c.now)
	first := g.Next()
	g.last = (g.seen+uint64(MaxBorrow.Milliseconds()))*sequences + chat.MaxSnowflakeSequence - 1
	if _, ok := g.take(c.now()); !ok {
		t.Fatal("the last number that may be borrowed was refused")
	}
	if n, ok := g.take(c.now()); ok {
		t.Fatalf("%d was given beyond the bound", n)
	}
	if n, ok := g.take(c.now().Add(-time.Hour)); ok {
		t.Fatalf("%d was given beyond the bound", n)
	}
	g.now = c.tick // Next waits until the clock has moved on
	mustGrow(t, first, g.Next())
}

func TestManyGoroutinesGetDifferentIdentifiers(t *testing.T) {
	t.Parallel()
	const goroutines, each = 16, 5000
	c := newClock()
	steps := atomic.Int64{}
	g := New(7, func() time.Time { // a clock that jumps about
		if n := steps.Add(1); n%3 == 0 {
			c.move(-5 * time.Millisecond)
		} else {
			c.move(4 * time.Millisecond)
		}
		return c.now()
	})
	ids := make([][]uint64, goroutines)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			for range each {
				ids[i] = append(ids[i], g.Next())
			}
		})
	}
	wg.Wait()
	seen := make(map[uint64]bool, goroutines*each)
	for _, list := range ids {
		for i, id := range list {
			if seen[id] {
				t.Fatalf("%d was given twice", id)
			}
			if i > 0 {
				mustGrow(t, list[i-1], id)
			}
			seen[id] = true
		}
	}
}

func TestAWorkerNumberOutOfItsBitsIsRefused(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Fatal("no panic")
		}
	}()
	New(chat.MaxSnowflakeWorker+1, time.Now)
}

func BenchmarkNext(b *testing.B) {
	g := New(1, time.Now)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			g.Next()
		}
	})
}
