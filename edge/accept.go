package edge

import (
	"net/http"
	"strconv"
	"time"

	"github.com/coder/websocket"

	"beep/wire"
)

// ServeHTTP upgrades a connection to a session and returns: the session has a
// goroutine of its own, whose stack is small and which does not keep net/http's
// buffers. A page of a foreign origin is answered 403.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if g.refuses() {
		w.Header().Set("Retry-After", "2")
		http.Error(w, "the server stops", http.StatusServiceUnavailable)
		return
	}
	version := r.URL.Query().Get("v")
	s := &session{g: g, ctx: life{over: make(chan struct{})}, known: make(chan struct{})}
	s.conn.spawn = g.spawnFn
	s.conn.onSlow = s.tooSlow
	ws, err := websocket.Accept(&hijacker{ResponseWriter: w, conn: &s.conn}, r, &websocket.AcceptOptions{
		OriginPatterns:  g.cfg.AllowedOrigins,
		CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil {
		return // Accept has answered
	}
	s.ws = ws
	s.opened = g.now().UnixMilli()
	s.heard.Store(s.opened)
	ws.SetReadLimit(wire.MaxResumeFrame)
	g.reg.add(s)
	if !g.spawn(s.serve) {
		s.end()
		return
	}
	if version != strconv.Itoa(wire.ProtocolVersion) {
		s.close(closeVersion)
	} else if g.refuses() {
		s.close(closeGoingAway)
	}
}

// refuses reports whether new sessions are turned away.
func (g *Gateway) refuses() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.draining
}

// tooSlow is called by the connection, which holds its lock.
func (s *session) tooSlow() {
	if !s.g.spawn(func() { s.close(closeSlow) }) {
		go s.close(closeSlow) // never: a stopped gateway has no sessions
	}
}

func helloMessage(heartbeat time.Duration) []byte {
	b := []byte(`{"op":"hello","protocol":`)
	b = strconv.AppendInt(b, wire.ProtocolVersion, 10)
	b = append(b, `,"heartbeat_ms":`...)
	b = strconv.AppendInt(b, heartbeat.Milliseconds(), 10)
	return textMessage(append(b, '}'))
}
