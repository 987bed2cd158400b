package edge

import (
	"context"
	"math/rand/v2"
	"strconv"
	"time"
)

const (
	// drainRate is how many sessions a second are asked to come back, so that
	// the others are not overrun.
	drainRate = 2000
	// minReconnect is the shortest wait a draining server asks for.
	minReconnect = 100 * time.Millisecond
	// drainPoll is how often Drain looks whether everybody has gone.
	drainPoll = 20 * time.Millisecond
)

// Drain turns new connections away, sends every session reconnect with a time
// of its own and closes it with 4002, and returns when all have gone or ctx
// ends.
func (g *Gateway) Drain(ctx context.Context) {
	g.mu.Lock()
	g.draining = true
	g.mu.Unlock()
	all := g.reg.find(func(*session) bool { return true })
	spread := time.Duration(len(all)) * time.Second / drainRate
	for _, s := range all {
		after := minReconnect + rand.N(spread+1)
		b := []byte(`{"op":"reconnect","after_ms":`)
		b = strconv.AppendInt(b, after.Milliseconds(), 10)
		s.conn.send(textMessage(append(b, '}')))
		s.close(closeDrain)
	}
	for g.reg.count() > 0 {
		if !pause(ctx, drainPoll) {
			return
		}
	}
}
