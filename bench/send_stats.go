package bench

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
)

// tooManyErrors ends a run that cannot succeed.
const tooManyErrors = 10_000

// sendStats is what the senders of a run find together.
type sendStats struct {
	clock    clock
	size     int           // bytes of content
	acks     histogram     // of answers within the window
	window   window        // which answers count
	acked    atomic.Uint64 // in all
	stopping atomic.Bool   // a closed loop fires no more
	errors   errorCounts
	fail     context.CancelCauseFunc // ends the run
	record   bool                    // keep every sequence number, to verify
}

// window is a stretch of the load's clock; what falls into it counts.
type window struct{ from, to atomic.Int64 }

func (w *window) set(from, to int64) {
	w.to.Store(0) // nothing counts while the two disagree
	w.from.Store(from)
	w.to.Store(to)
}

func (w *window) holds(at int64) bool { return at >= w.from.Load() && at < w.to.Load() }

// errorCounts counts refusals by kind.
type errorCounts struct {
	total atomic.Uint64
	mu    sync.Mutex
	kinds map[string]uint64
}

func (e *errorCounts) add(kind string, n uint64) (total uint64) {
	if n == 0 {
		return e.total.Load()
	}
	e.mu.Lock()
	if e.kinds == nil {
		e.kinds = map[string]uint64{}
	}
	e.kinds[kind] += n
	e.mu.Unlock()
	return e.total.Add(n)
}

func (e *errorCounts) byKind() map[string]uint64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return maps.Clone(e.kinds)
}

// fault counts errors and ends a run that has too many.
func (st *sendStats) fault(kind string, n uint64) {
	if st.errors.add(kind, n) >= tooManyErrors && st.fail != nil {
		hint := ""
		if kind == "rate_limited" {
			hint = "; is the send window lifted for accounts named " + accountPrefix + "*?"
		}
		st.fail(fmt.Errorf("given up after %d errors: %v%s", tooManyErrors, st.errors.byKind(), hint))
	}
}
