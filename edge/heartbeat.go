package edge

import "time"

const (
	// identifyTimeout is how long a socket may say neither identify nor resume.
	identifyTimeout = 10 * time.Second
	// sweepInterval is how exact the timeouts are.
	sweepInterval = time.Second
)

// sweeps is the one timer of all sessions.
func (g *Gateway) sweeps() {
	t := time.NewTicker(sweepInterval)
	defer t.Stop()
	for {
		select {
		case <-g.ctx.Done():
			return
		case <-t.C:
			g.sweep()
		}
	}
}

// sweep closes the sessions whose time is over: those not heard for two
// heartbeats, those that did not identify. A session that starts is ours to
// finish and is left alone.
func (g *Gateway) sweep() {
	now := g.now().UnixMilli()
	g.vouch(now)
	quiet := now - 2*g.cfg.HeartbeatInterval.Milliseconds()
	late := now - identifyTimeout.Milliseconds()
	for _, s := range g.reg.find(func(s *session) bool {
		return !s.closed.Load() && (s.phase.Load() == phaseLive && s.heard.Load() < quiet ||
			s.phase.Load() == phaseNew && s.opened < late)
	}) {
		if s.phase.Load() == phaseNew {
			s.close(closeIdentify)
		} else {
			s.close(closeNoHeartbeat)
		}
	}
}
