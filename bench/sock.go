package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"beep/client"
	"beep/wire"
)

const (
	// setupTimeout bounds each step of building the world.
	setupTimeout = 60 * time.Second
	// setupRef and above are the references of setup's requests; those below are
	// the workload's.
	setupRef = 1 << 50
	// controlRoom is for the frames that setup waits for one at a time.
	controlRoom = 4
)

// handler is told of what comes, on the goroutine that reads the socket, and
// others with it if it only listens. The bytes are its only during the call. It
// must not wait.
type handler interface {
	onEvent(frame []byte)
	onReply(ref uint64, frame []byte)
	onControl(f *client.Frame) // ready, server, resumed, … and resync
}

// skimmer is a handler that takes the frames in itself that are large when a
// server is: decoding them would cost the load more than writing them costs the
// server. What it takes is passed on as a frame of that op and nothing else.
type skimmer interface {
	skim(frame []byte) (op string, taken bool)
}

// sock is a socket of the load: a RawConn that a goroutine of its own reads, or
// a poller.
type sock struct {
	acc  account
	raw  *client.RawConn
	tcp  *net.TCPConn
	h    handler
	ctl  chan client.Frame // when full, the frame is dropped: nobody waits for it
	done chan struct{}     // closed when the reader has ended; err is set before
	err  error

	unread atomic.Uint64 // frames that made no sense

	mu      sync.Mutex
	lastRef uint64
	calls   map[uint64]chan client.Frame
}

// sockOptions says how a socket is opened.
type sockOptions struct {
	intents    []string
	positions  *wire.Positions // nil: identify
	readBuffer int             // bytes; 0: a small one
	// listens says that once it is set up the socket writes heartbeats alone:
	// a few poll loops read all of these where the system can do that.
	listens bool
}

// dial opens a socket and starts its reader: p, or a goroutine of its own if p
// is nil or cannot read such a connection. ready or resumed are still to come.
func (t *Target) dial(ctx context.Context, acc account, opt sockOptions, h handler, p *poller) (*sock, error) {
	s := &sock{acc: acc, h: h, ctl: make(chan client.Frame, controlRoom), done: make(chan struct{}), calls: map[uint64]chan client.Frame{}}
	raw, err := client.DialRaw(ctx, t.URL, client.RawOptions{
		Token: acc.Token, Intents: opt.intents, Positions: opt.positions, ReadBuffer: opt.readBuffer, Dial: s.dialTCP,
	})
	if err != nil {
		return nil, err
	}
	s.raw = raw
	if p != nil {
		err := p.take(s)
		if err == nil {
			return s, nil
		}
		if !errors.Is(err, errors.ErrUnsupported) {
			_ = raw.Close() // the first error says more
			return nil, fmt.Errorf("hand a socket to its poll loop: %w", err)
		}
	}
	go s.read()
	return s, nil
}

// dialTCP keeps hold of the connection, to cut it. Keep-alives are left to the
// heartbeats, which the load pays for once.
func (s *sock) dialTCP(ctx context.Context, network, addr string) (net.Conn, error) {
	nc, err := (&net.Dialer{KeepAlive: -1}).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	s.tcp, _ = nc.(*net.TCPConn)
	return nc, nil
}

func (s *sock) read() {
	s.err = s.raw.ReadFrames(s.frame)
	close(s.done)
}

// frame sorts what comes. It gives no error: a load goes on.
func (s *sock) frame(b []byte) error {
	switch opOf(b) {
	case opEvent:
		if s.h != nil {
			s.h.onEvent(b)
		}
	case opReply:
		s.reply(b)
	case opIgnored:
	default:
		s.control(b)
	}
	return nil
}

// control takes in what setup may wait for.
func (s *sock) control(b []byte) {
	var f client.Frame
	taken := false
	if h, ok := s.h.(skimmer); ok {
		f.Op, taken = h.skim(b)
	}
	if !taken {
		var err error
		if f, err = client.DecodeFrame(b); err != nil {
			s.unread.Add(1) // the socket goes on
			return
		}
		if s.h != nil {
			s.h.onControl(&f)
		}
	}
	select {
	case s.ctl <- f:
	default:
	}
}

func (s *sock) reply(b []byte) {
	ref, ok := replyRef(b)
	if !ok {
		s.unread.Add(1)
		return
	}
	if ref < setupRef {
		if s.h != nil {
			s.h.onReply(ref, b)
		}
		return
	}
	f, err := client.DecodeFrame(b)
	if err != nil {
		s.unread.Add(1)
		return
	}
	s.mu.Lock()
	c := s.calls[ref]
	delete(s.calls, ref)
	s.mu.Unlock()
	if c != nil {
		c <- f // has room for the one reply
	}
}

// request asks something while the world is built, and waits for the answer.
func (s *sock) request(ctx context.Context, method string, data any) (client.Frame, error) {
	ctx, cancel := context.WithTimeout(ctx, setupTimeout)
	defer cancel()
	c := make(chan client.Frame, 1)
	s.mu.Lock()
	s.lastRef++
	ref := setupRef + s.lastRef
	s.calls[ref] = c
	s.mu.Unlock()
	frame, err := client.RequestFrame(ref, method, data)
	if err != nil {
		return client.Frame{}, err
	}
	if err := s.raw.WriteFrame(frame); err != nil {
		return client.Frame{}, fmt.Errorf("%s: %w", method, err)
	}
	select {
	case f := <-c:
		if f.Error != nil {
			return f, fmt.Errorf("%s: %s: %s", method, f.Error.Kind, f.Error.Message)
		}
		return f, nil
	case <-s.done:
		return client.Frame{}, fmt.Errorf("%s: %w", method, s.err)
	case <-ctx.Done():
		return client.Frame{}, fmt.Errorf("%s was not answered: %w", method, context.Cause(ctx))
	}
}

// await waits for a frame that is wanted; others are passed over.
func (s *sock) await(ctx context.Context, what string, wanted func(*client.Frame) bool) (client.Frame, error) {
	ctx, cancel := context.WithTimeout(ctx, setupTimeout)
	defer cancel()
	for {
		select {
		case f := <-s.ctl:
			if wanted(&f) {
				return f, nil
			}
		case <-s.done:
			return client.Frame{}, fmt.Errorf("wait for %s: %w", what, s.err)
		case <-ctx.Done():
			return client.Frame{}, fmt.Errorf("wait for %s: %w", what, context.Cause(ctx))
		}
	}
}

func isOp(op string) func(*client.Frame) bool {
	return func(f *client.Frame) bool { return f.Op == op }
}

// cut ends the socket abruptly: the server gets a reset, as when a network goes
// away, and no port of this machine waits for it.
func (s *sock) cut() {
	if s.tcp != nil {
		_ = s.tcp.SetLinger(0) // a socket that is gone needs none; a poller does it by itself
	}
	_ = s.raw.Close() // likewise
}

// end cuts the socket and waits for its reader.
func (s *sock) end() {
	s.cut()
	<-s.done
}

// alive reports whether the socket still reads.
func (s *sock) alive() bool {
	select {
	case <-s.done:
		return false
	default:
		return true
	}
}

// closeCode is the code that the socket was closed with, 0 while it lives or if
// it ended in another way.
func (s *sock) closeCode() int {
	if s.alive() {
		return 0
	}
	var ce *client.CloseError
	if errors.As(s.err, &ce) {
		return ce.Code
	}
	return 0
}
