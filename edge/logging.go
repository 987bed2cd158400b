package edge

import (
	"sync/atomic"
	"time"
)

// logInterval bounds what one kind of trouble writes to the log, however many
// sessions it hits: the counters know how often.
const logInterval = 10 * time.Second

// seldom lets something through once per logInterval.
type seldom struct{ last atomic.Int64 }

func (l *seldom) now(at time.Time) bool {
	ms := at.UnixMilli()
	last := l.last.Load()
	return ms-last >= logInterval.Milliseconds() && l.last.CompareAndSwap(last, ms)
}

// logs are the kinds of trouble that may come in thousands.
type logs struct{ badFrames, starts, feeds, presence, heads, panics, internal seldom }

// complains reports whether a line about a kind of trouble is due.
func (g *Gateway) complains(kind *seldom) bool {
	return g.ctx.Err() == nil && kind.now(g.now())
}
