package snowflake

import (
	"fmt"
	"sync"
	"time"

	"beep/chat"
)

const (
	// MaxBorrow is how far ahead of the newest time it has seen a generator may
	// date an identifier. Without borrowing, more than 4,096 identifiers in one
	// millisecond, or a clock that stands still, would stop every sender; ten
	// seconds are 40 million identifiers in advance, and little enough that a
	// process that is restarted under the same number (which takes longer in
	// all but the most hurried cases) does not repeat what was borrowed.
	MaxBorrow = 10 * time.Second

	// waitStep is how often an exhausted generator looks at the clock again:
	// the clock's own resolution here is a millisecond.
	waitStep = time.Millisecond

	sequences = chat.MaxSnowflakeSequence + 1
)

// Generator gives strictly increasing identifiers. It may be used by any number
// of goroutines.
//
//  1. The clock moves on: the identifier carries its time.
//  2. Many identifiers in a millisecond, or the clock stepped back or stands:
//     the sequence goes on, and when it is used up, the next millisecond is
//     borrowed from the future.
//  3. MaxBorrow is used up: Next waits until the clock has moved on.
type Generator struct {
	worker uint64
	now    func() time.Time

	mu   sync.Mutex
	last uint64 // milliseconds since the epoch, times sequences, plus sequence
	seen uint64 // the newest time the clock ever told, milliseconds since the epoch
}

// New makes the generator of one worker. It panics when worker is above
// chat.MaxSnowflakeWorker: two generators would then share their numbers.
func New(worker uint64, now func() time.Time) *Generator {
	if worker > chat.MaxSnowflakeWorker {
		panic(fmt.Sprintf("snowflake: worker %d is above %d", worker, chat.MaxSnowflakeWorker))
	}
	return &Generator{worker: worker, now: now}
}

// Next is an identifier above all that this generator gave before; it is never 0.
func (g *Generator) Next() uint64 {
	for {
		if n, ok := g.take(g.now()); ok {
			return chat.Snowflake(int64(n/sequences)+chat.SnowflakeEpoch, g.worker, n%sequences)
		}
		time.Sleep(waitStep)
	}
}

// take gives the next number, or reports that all that may be borrowed is.
func (g *Generator) take(t time.Time) (uint64, bool) {
	// A clock that was never set tells 1970: it counts as the epoch's first
	// millisecond, so that no identifier is 0 or negative.
	ms := uint64(max(t.UnixMilli()-chat.SnowflakeEpoch, 1))
	g.mu.Lock()
	defer g.mu.Unlock()
	g.seen = max(g.seen, ms)
	next := max(g.last+1, g.seen*sequences)
	if next/sequences > g.seen+uint64(MaxBorrow.Milliseconds()) {
		return 0, false
	}
	g.last = next
	return next, true
}
