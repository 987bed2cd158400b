package edge

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/coder/websocket"

	"beep/chat"
	"beep/wire"
)

// The phases of a session.
const (
	phaseNew      = iota // neither identify nor resume came yet
	phaseStarting        // one of them came
	phaseLive            // ready or resumed went out
)

// maxPending bounds the unanswered requests of a socket; the next is refused.
const maxPending = 64

// intent is a set of what a client wants to be sent.
type intent uint8

const (
	wantMessages intent = 1 << iota
	wantServers
	wantTyping
	wantPresence
	wantNotifications

	wantAll = wantMessages | wantServers | wantTyping | wantPresence | wantNotifications
)

// session is one socket and what is known of who is behind it. Its reading
// goroutine owns it; the fields others use are atomic or say who guards them.
type session struct {
	g    *Gateway
	ws   *websocket.Conn
	conn conn
	ctx  life // of the session's starts and requests

	heard   atomic.Int64 // Unix milliseconds of the last message
	opened  int64        // Unix milliseconds
	phase   atomic.Int32
	user    atomic.Uint64
	pending atomic.Int32 // unanswered requests
	exempt  atomic.Bool  // requests are not throttled
	paid    int64        // see throttle; belongs to who handles the session's message
	closed  atomic.Bool  // close was called
	dead    atomic.Bool  // no hub may attach it any more
	prefs   atomic.Pointer[prefs]
	vouched atomic.Int64 // Unix milliseconds when its token was found good last

	intents intent             // set before the session starts
	token   *[sha256.Size]byte // likewise, under registry.mu
	secret  string             // the token itself; likewise
	known   chan struct{}      // closed when user is known; made with the start
	sibling *session           // the next session of the user; guarded by registry.mu

	mu      sync.Mutex    // guards what follows
	closing chan struct{} // closed when the close handshake is over; nil before close
	tenants []uint64      // hubs that may hold it
	changes []change      // of membership, not yet carried out; bounded by the user's own log
	changer bool          // a goroutine carries them out
}

// who is the session's user, 0 before it is known.
func (s *session) who() chat.UserID { return chat.UserID(s.user.Load()) }

// serve reads the socket until it ends. It is the session's goroutine.
func (s *session) serve() {
	defer s.end()
	s.conn.send(s.g.hello)
	for {
		typ, r, err := s.ws.Reader(context.Background())
		if err != nil {
			return
		}
		if s.closed.Load() || typ != websocket.MessageText {
			s.close(closeNotText)
			_, _ = io.Copy(io.Discard, r) // the library reads no frame amid a message
			s.drain()
			return
		}
		buf := s.g.buffers.get()
		err = buf.read(r)
		if err != nil {
			s.g.buffers.put(buf)
			if errors.Is(err, websocket.ErrMessageTooBig) {
				s.close(closeTooLarge) // the library has said 1009; the rest is drained
			}
			return
		}
		s.heard.Store(s.g.now().UnixMilli())
		code := s.aside(buf.b)
		s.g.buffers.put(buf)
		if code != 0 {
			s.close(code)
			s.drain()
			return
		}
	}
}

// drain reads on until the client has answered the close frame or the closing
// gives up waiting.
func (s *session) drain() {
	for {
		_, r, err := s.ws.Reader(context.Background())
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			return
		}
	}
}

// end forgets the session everywhere.
func (s *session) end() {
	s.dead.Store(true)
	s.ctx.end()
	s.mu.Lock()
	s.closed.Store(true)
	closing := s.closing
	tenants := s.tenants
	s.tenants = nil
	s.mu.Unlock()
	for _, t := range tenants {
		s.g.worker(t).do(func(w *worker) { w.detach(t, s, false) })
	}
	if closing != nil {
		<-closing // the handshake has its time-outs
	} else {
		_ = s.ws.CloseNow()
	}
	s.g.reg.remove(s)
}

// joinsHub notes that the hub of a tenant may come to hold the session. It
// reports false if the session is over.
func (s *session) joinsHub(tenant uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dead.Load() {
		return false
	}
	for _, t := range s.tenants {
		if t == tenant {
			return true
		}
	}
	s.tenants = append(s.tenants, tenant)
	return true
}

// The frames that need no decoding, as every client writes them.
const heartbeatFrame = `{"op":"heartbeat"}`

// handling is a message on its way to a handler.
type handling struct {
	s    *session
	b    []byte
	done chan closeCode
}

// handlersPerCore is how many goroutines keep a grown stack for messages.
const handlersPerCore = 8

// runHandler handles messages until the gateway ends.
func (g *Gateway) runHandler() {
	for {
		select {
		case h := <-g.handlers:
			h.done <- h.s.handle(h.b)
		case <-g.ctx.Done():
			return
		}
	}
}

// aside handles a message on another stack and waits for it: decoding and what
// requests do go deep, and the reader's stack, once grown, would stay so in
// every connection (4 KiB more). When no handler is free a goroutine is made.
func (s *session) aside(b []byte) closeCode {
	if string(b) == heartbeatFrame {
		return s.onHeartbeat()
	}
	h := handling{s, b, make(chan closeCode, 1)}
	select {
	case s.g.handlers <- h:
	default:
		go func() { h.done <- s.handle(b) }()
	}
	return <-h.done
}

// handle is onMessage; a panic in it ends the session.
func (s *session) handle(b []byte) (code closeCode) {
	defer s.g.caught("message", func() { code = closeFault })
	return s.onMessage(b)
}

// onMessage handles one message. It returns the code to close with, 0 to go
// on. b is the caller's again afterwards.
func (s *session) onMessage(b []byte) closeCode {
	if string(bytes.TrimSpace(b)) == heartbeatFrame {
		return s.onHeartbeat()
	}
	f, code := decodeFrame(b)
	if code != 0 {
		return code
	}
	switch f.Op {
	case wire.OpHeartbeat:
		return s.onHeartbeat()
	case wire.OpIdentify, wire.OpResume:
		return s.onStart(f)
	case wire.OpRequest:
		return s.onRequest(f)
	}
	return closeBadFrame
}

// decodeFrame reads a frame and checks its size against its op.
func decodeFrame(b []byte) (wire.ClientFrame, closeCode) {
	if !utf8.Valid(b) {
		return wire.ClientFrame{}, closeNotUTF8
	}
	f, err := wire.DecodeClientFrame(b)
	switch {
	case chat.Is(err, chat.TooLarge):
		return f, closeTooLarge
	case err != nil:
		return f, closeBadFrame
	case f.Op != wire.OpResume && len(b) > wire.MaxClientFrame:
		return f, closeTooLarge
	}
	return f, 0
}

func (s *session) onHeartbeat() closeCode {
	if s.phase.Load() == phaseNew {
		return closeEarly
	}
	s.conn.send(s.g.heartbeat)
	return 0
}
