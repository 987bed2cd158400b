package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"beep/wire"
)

const (
	openTimeout  = 15 * time.Second // handshake and hello
	writeTimeout = 10 * time.Second // a peer that takes no byte for that long is gone
	closeGrace   = time.Second      // for the closing handshake

	// maxUnanswered is the protocol's bound per socket; Request waits for a place.
	maxUnanswered = 64

	defaultFrameBuffer = 256
	defaultHeartbeat   = 30 * time.Second
)

// Intents: what a client wants to be sent. None means all.
const (
	IntentMessages = "messages"
	IntentServers  = "servers"
	IntentTyping   = "typing"
	IntentPresence = "presence"
)

// ConnOptions says how to open a connection.
type ConnOptions struct {
	Token     string
	Intents   []string        // nil: all
	Positions *wire.Positions // nil: identify; else resume from there
	// Buffer is how many frames may wait in Events; 0 means 256. When it is full
	// the connection stops reading, the answers to requests included: the server
	// then sees a slow client and in the end closes it with 4001, and resuming
	// brings what was missed.
	Buffer     int
	HTTPClient *http.Client // nil: http.DefaultClient
}

// Conn is one connection to the gateway. Its methods may be called concurrently.
type Conn struct {
	ws     *websocket.Conn
	ctx    context.Context // ends with the connection
	cancel context.CancelCauseFunc
	frames chan Frame // full: reading stops
	slots  chan struct{}
	wg     sync.WaitGroup
	done   chan struct{} // closed when the reader has ended; err is set before

	heard   atomic.Int64 // Unix milliseconds of the last message
	blocked atomic.Bool  // the reader waits for room in frames

	mu      sync.Mutex
	pending map[uint64]*call // at most maxUnanswered
	lastRef uint64
	err     error
}

type call struct {
	method string
	reply  chan Frame // room for the one reply
}

// Dial opens a connection: it waits for hello and sends identify or resume.
// The answer, ready or resumed after what was missed, comes through Events.
func Dial(ctx context.Context, baseURL string, opt ConnOptions) (*Conn, error) {
	u, err := gatewayURL(baseURL)
	if err != nil {
		return nil, err
	}
	octx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	ws, resp, err := websocket.Dial(octx, u.String(), &websocket.DialOptions{HTTPClient: opt.HTTPClient})
	if err != nil {
		if resp != nil && resp.StatusCode != http.StatusSwitchingProtocols {
			return nil, &HandshakeError{Status: resp.StatusCode, Err: err}
		}
		return nil, &CloseError{Code: CloseAbnormal, Err: err}
	}
	ws.SetReadLimit(maxServerMessage)
	c := newConn(ws, opt)
	beat, err := c.open(octx, opt)
	if err != nil {
		_ = ws.CloseNow() // the first error says more
		c.cancel(err)
		return nil, err
	}
	c.wg.Add(2)
	go c.read()
	go c.heartbeat(beat)
	return c, nil
}

func newConn(ws *websocket.Conn, opt ConnOptions) *Conn {
	if opt.Buffer <= 0 {
		opt.Buffer = defaultFrameBuffer
	}
	c := &Conn{
		ws:      ws,
		frames:  make(chan Frame, opt.Buffer),
		slots:   make(chan struct{}, maxUnanswered),
		done:    make(chan struct{}),
		pending: map[uint64]*call{},
	}
	c.ctx, c.cancel = context.WithCancelCause(context.Background())
	return c
}

// Events gives every frame but hello, heartbeat and reply, in the order they
// came. It is closed when the connection has ended; Err then says how.
func (c *Conn) Events() <-chan Frame { return c.frames }

// Err is how the connection ended, nil while it lasts: a *CloseError, a
// *ProtocolError, or ErrClosed.
func (c *Conn) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Close ends the connection, with a closing handshake if it still works, and
// waits for its goroutines.
func (c *Conn) Close() error {
	c.cancel(ErrClosed)
	c.wg.Wait()
	return nil
}

// read owns the receiving side.
func (c *Conn) read() {
	defer c.wg.Done()
	err := c.readAll()
	if cause := context.Cause(c.ctx); cause != nil {
		err = cause
	}
	c.cancel(err)
	c.mu.Lock()
	c.err = err
	c.mu.Unlock()
	close(c.done)
	close(c.frames)
	_ = c.ws.CloseNow() // nothing is left to say
}

// readAll reads until the connection ends. It reads under a context of its own,
// so that after Close the closing handshake still has closeGrace to succeed.
func (c *Conn) readAll() error {
	rctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	unwatch := context.AfterFunc(c.ctx, func() {
		defer close(ended)
		c.bye(stop)
	})
	defer func() {
		stop()
		if !unwatch() {
			<-ended
		}
	}()
	for {
		_, msg, err := c.ws.Read(rctx)
		if err != nil {
			return closeError(err)
		}
		c.heard.Store(time.Now().UnixMilli())
		if err := splitFrames(msg, c.receive); err != nil {
			return err
		}
	}
}

// bye says goodbye if this side closed and somebody reads the answer; stop ends
// the reading.
func (c *Conn) bye(stop func()) {
	if errors.Is(context.Cause(c.ctx), ErrClosed) && !c.blocked.Load() {
		t := time.AfterFunc(closeGrace, stop)
		_ = c.ws.Close(websocket.StatusNormalClosure, "") // it is over either way
		t.Stop()
	}
	stop()
}

func (c *Conn) receive(b []byte) error {
	f, err := DecodeFrame(b)
	if err != nil {
		return err
	}
	switch f.Op {
	case wire.OpReply:
		c.answer(f)
		return nil
	case wire.OpHeartbeat, wire.OpHello:
		return nil
	}
	select {
	case c.frames <- f:
		return nil
	default:
	}
	c.blocked.Store(true)
	defer c.blocked.Store(false)
	select {
	case c.frames <- f:
		return nil
	case <-c.ctx.Done():
		return context.Cause(c.ctx)
	}
}

// heartbeat keeps the connection alive and ends one that has gone silent. A
// reader that waits for room is no sign of silence.
func (c *Conn) heartbeat(every time.Duration) {
	defer c.wg.Done()
	t := time.NewTicker(every * 3 / 4)
	defer t.Stop()
	beat := []byte(`{"op":"heartbeat"}`)
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-t.C:
		}
		silent := time.Since(time.UnixMilli(c.heard.Load()))
		if silent > 2*every && !c.blocked.Load() {
			c.cancel(&CloseError{Code: CloseAbnormal, Err: fmt.Errorf("nothing heard for %s", silent.Round(time.Millisecond))})
			return
		}
		if err := c.write(beat); err != nil {
			return
		}
	}
}

// write sends one frame. A failed or stuck write ends the connection.
func (c *Conn) write(frame []byte) error {
	if c.ctx.Err() != nil {
		return context.Cause(c.ctx)
	}
	ctx, cancel := context.WithTimeout(c.ctx, writeTimeout)
	defer cancel()
	err := c.ws.Write(ctx, websocket.MessageText, frame)
	if err != nil && c.ctx.Err() == nil {
		c.cancel(&CloseError{Code: CloseAbnormal, Err: err})
	}
	return err
}
