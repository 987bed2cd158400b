package edge

import (
	"context"
	"sync/atomic"
	"time"
)

// life is the context of a session, a tenth of the memory of one made by
// context.WithCancel. It ends with the session, which ends with the gateway.
type life struct {
	over  chan struct{}
	ended atomic.Bool
}

func (l *life) end() {
	if l.ended.CompareAndSwap(false, true) {
		close(l.over)
	}
}

// Deadline implements context.Context: there is none.
func (l *life) Deadline() (time.Time, bool) { return time.Time{}, false }

// Done implements context.Context.
func (l *life) Done() <-chan struct{} { return l.over }

// Err implements context.Context.
func (l *life) Err() error {
	select {
	case <-l.over:
		return context.Canceled
	default:
		return nil
	}
}

// Value implements context.Context: there are none.
func (l *life) Value(any) any { return nil }
