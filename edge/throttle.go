package edge

import "time"

const (
	// defaultRequestsPerSecond and defaultRequestBurst bound what one session
	// asks for: somebody who scrolls, switches channels and marks them read needs a
	// tenth of it, and the burst holds a client that has just come and looks into
	// all its channels.
	defaultRequestsPerSecond = 50
	defaultRequestBurst      = 100
	// sendMethod does not count: the user's send window bounds it, exactly and
	// over all sessions.
	sendMethod = "message.send"
)

// throttle takes one request out of the session's allowance. It returns how
// long to wait if there is none left.
//
// The allowance is one number, the time at which all requests so far are paid for
// at the sustained rate; it may lie a burst ahead of now.
func (s *session) throttle(method string) time.Duration {
	if method == sendMethod || s.exempt.Load() {
		return 0
	}
	cost, now := s.g.requestCost, s.g.now().UnixNano()
	ahead := cost * int64(s.g.cfg.RequestBurst)
	paid := min(max(s.paid, now), now+ahead) // a clock that was set back takes nothing away
	if late := paid + cost - now - ahead; late > 0 {
		return max(time.Duration(late), time.Millisecond) // the wire counts milliseconds
	}
	s.paid = paid + cost
	return 0
}
