package edge

import (
	"context"
	"sync/atomic"
	"testing"

	"beep/chat"
)

// endingAuth accepts tokens until they expire.
type endingAuth struct{ expired *atomic.Bool }

func (a endingAuth) Authenticate(ctx context.Context, token string) (chat.UserID, error) {
	if a.expired.Load() {
		return 0, chat.Errorf(chat.Unauthenticated, "authenticate", "expired")
	}
	return fakeAuth{}.Authenticate(ctx, token)
}

func TestASessionEndsWithItsToken(t *testing.T) {
	t.Parallel()
	expired := &atomic.Bool{}
	w, _ := broken(t, func(c *Config) { c.Auth = endingAuth{expired} })
	a, _ := w.identify(ada)
	live := func() bool {
		return len(w.g.reg.find(func(s *session) bool { return s.phase.Load() == phaseLive })) == 1
	}
	w.until("live", live)
	step := func() { // five minutes, with heartbeats
		t.Helper()
		for range 6 {
			w.clock.advance(vouchInterval / 6)
			a.send(heartbeatFrame)
			a.expect("heartbeat")
		}
		w.g.sweep()
		w.until("tokens were looked at", func() bool { return !w.g.vouching.Load() })
	}
	step()
	a.send(heartbeatFrame)
	a.expect("heartbeat")
	expired.Store(true)
	w.g.sweep() // not its time yet
	w.until("tokens were looked at", func() bool { return !w.g.vouching.Load() })
	a.send(heartbeatFrame)
	a.expect("heartbeat")
	step()
	a.closed(4200)
}
