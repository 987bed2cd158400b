package edge

import (
	"log/slog"
	"time"

	"github.com/coder/websocket"
)

// answerTimeout is how long a client has to answer a close frame.
const answerTimeout = 5 * time.Second

// closeCode is one of PROTOCOL.md's close codes.
type closeCode websocket.StatusCode

// The close codes. 4000 to 4099: come back and resume; 4100 to 4199: come back
// later; 4200 to 4299: do not come back unchanged.
const (
	closeGoingAway = closeCode(websocket.StatusGoingAway)
	closeNotText   = closeCode(websocket.StatusUnsupportedData)
	closeNotUTF8   = closeCode(websocket.StatusInvalidFramePayloadData)

	closeFault       closeCode = 4000
	closeSlow        closeCode = 4001
	closeDrain       closeCode = 4002
	closeNoHeartbeat closeCode = 4003
	closeBusy        closeCode = 4100
	closeToken       closeCode = 4200
	closeBadFrame    closeCode = 4201
	closeTooLarge    closeCode = 4202
	closeIdentify    closeCode = 4203
	closeEarly       closeCode = 4204
	closeVersion     closeCode = 4205
	closeSockets     closeCode = 4206
)

// reason is the text that goes with a code, for people.
func (c closeCode) reason() string {
	switch c {
	case closeGoingAway:
		return "the server stops"
	case closeNotText:
		return "frames are text"
	case closeNotUTF8:
		return "frames are UTF-8"
	case closeFault:
		return "a fault here; resume"
	case closeSlow:
		return "too slow; resume"
	case closeDrain:
		return "the server stops; resume"
	case closeNoHeartbeat:
		return "no heartbeat; resume"
	case closeBusy:
		return "too many sessions are starting; try again in some seconds"
	case closeToken:
		return "the token is not valid; sign in"
	case closeBadFrame:
		return "not a frame of this protocol"
	case closeTooLarge:
		return "frame too large or nested too deep"
	case closeIdentify:
		return "identify or resume exactly once, within 10 s"
	case closeEarly:
		return "identify or resume first"
	case closeVersion:
		return "this protocol version is not spoken here"
	case closeSockets:
		return "too many sockets of one user"
	}
	return ""
}

// mends reports whether c says that the client is wrong.
func (c closeCode) mends() bool {
	return c == closeNotText || c == closeNotUTF8 || c >= closeBadFrame && c <= closeVersion
}

// close ends the session with a code, once; later calls are nothing. It does
// not wait: what is queued is dropped, the close frame is written when the
// socket takes it, and the client has some seconds to answer.
func (s *session) close(c closeCode) {
	s.mu.Lock()
	if s.closed.Load() {
		s.mu.Unlock()
		return
	}
	done := make(chan struct{})
	s.closing = done
	s.closed.Store(true)
	s.mu.Unlock()
	g := s.g
	switch {
	case c.mends():
		g.stats.badFrames.Add(1)
		if g.complains(&g.logs.badFrames) {
			g.logger.Info("bad frames", slog.Int("close_code", int(c)), slog.Uint64("total", g.stats.badFrames.Load()))
		}
	case c == closeSlow:
		g.stats.slow.Add(1)
	}
	s.dead.Store(true)
	s.ctx.end()
	s.conn.shut()
	if !g.spawn(func() {
		defer close(done)
		// The library would wait for the rest of a message for ever.
		_ = s.conn.SetReadDeadline(time.Now().Add(answerTimeout))
		_ = s.ws.Close(websocket.StatusCode(c), c.reason())
	}) {
		_ = s.conn.Close()
		close(done)
	}
}
