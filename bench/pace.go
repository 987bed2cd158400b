package bench

import (
	"context"
	"time"
)

// pace calls fire at a steady rate from now until the load's clock reaches
// until, for sender 0 to n-1 in turn. What is overdue is fired at once, with the
// moment it was due.
func pace(ctx context.Context, c clock, rate float64, until int64, n int, fire func(i int, due int64)) {
	start := c.now()
	gap := float64(time.Second) / rate
	timer := time.NewTimer(0)
	defer timer.Stop()
	<-timer.C
	for k := 0; ; k++ {
		due := start + int64(float64(k)*gap)
		if due >= until {
			return
		}
		if wait := due - c.now(); wait > 0 {
			timer.Reset(time.Duration(wait))
			select {
			case <-timer.C:
			case <-ctx.Done():
				return
			}
		} else if k%256 == 0 && ctx.Err() != nil {
			return
		}
		fire(k%n, due)
	}
}

// paceSenders lets the senders send in turn.
func paceSenders(ctx context.Context, c clock, rate float64, until int64, senders []*sender) {
	var buf []byte
	pace(ctx, c, rate, until, len(senders), func(i int, due int64) { buf = senders[i].submit(buf, due) })
}
