package edge

import (
	"context"
	"time"

	"beep/chat"
)

const (
	// vouchInterval is how long a token that was found good counts as good; then
	// it is looked at again, for it may have expired. What is revoked is told at
	// once (CloseUser, CloseToken).
	vouchInterval = 5 * time.Minute
	// maxVouching bounds the tokens looked at in one go, once a second. With more
	// sessions than five minutes of it each has its turn later.
	maxVouching = 256
	// vouchTimeout bounds the looking at one of them.
	vouchTimeout = 10 * time.Second
)

// vouch looks at the tokens whose time has come, unless that is being done.
func (g *Gateway) vouch(now int64) {
	if !g.vouching.CompareAndSwap(false, true) {
		return
	}
	due := now - vouchInterval.Milliseconds()
	var list []*session
	g.reg.find(func(s *session) bool {
		if len(list) < maxVouching && s.phase.Load() == phaseLive && !s.closed.Load() && s.vouched.Load() <= due {
			list = append(list, s)
		}
		return false
	})
	if len(list) == 0 || !g.spawn(func() {
		defer g.vouching.Store(false)
		for _, s := range list {
			g.vouchFor(s, now)
		}
	}) {
		g.vouching.Store(false)
	}
}

// vouchFor looks at one token. One that cannot be looked at now is left for the next
// time.
func (g *Gateway) vouchFor(s *session, now int64) {
	ctx, cancel := context.WithTimeout(&s.ctx, vouchTimeout)
	defer cancel()
	g.reg.mu.Lock()
	token := s.secret
	g.reg.mu.Unlock()
	user, err := g.cfg.Auth.Authenticate(ctx, token)
	switch {
	case chat.Is(err, chat.Unauthenticated), err == nil && user != s.who():
		s.close(closeToken)
	case err == nil:
		s.vouched.Store(now)
	}
}
