package edge

import (
	"sync/atomic"
	"time"
)

const (
	// identifyTimeout is how long a socket may say neither identify nor resume.
	identifyTimeout = 10 * time.Second
	// sweepInterval is how exact the timeouts are.
	sweepInterval = time.Second
	// badLogInterval bounds what bad frames write to the log.
	badLogInterval = 10 * time.Second
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

// badLog rate-limits the log line about bad frames.
type badLog struct{ last atomic.Int64 }

// logBad says now and then that clients send what they should not; the
// counter knows how often.
func (g *Gateway) logBad(c closeCode) {
	now := g.now().UnixMilli()
	last := g.bad.last.Load()
	if now-last >= badLogInterval.Milliseconds() && g.bad.last.CompareAndSwap(last, now) {
		g.logger.Info("bad frames", "close_code", int(c), "total", g.stats.badFrames.Load())
	}
}
