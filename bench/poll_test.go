package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"beep/client"
)

// patience bounds every wait of a test; it is only used up by a failure.
const patience = 20 * time.Second

// listeners is a fleet whose sockets listen, at a server whose part play plays
// after ready.
func listeners(t *testing.T, play func(ctx context.Context, ws *websocket.Conn)) *fleet {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer func() { _ = ws.CloseNow() }()
		ctx := t.Context()
		if ws.Write(ctx, websocket.MessageText, []byte(`{"op":"hello","protocol":1,"heartbeat_ms":30000}`)) != nil {
			return
		}
		if _, _, err := ws.Read(ctx); err != nil {
			return
		}
		if ws.Write(ctx, websocket.MessageText, []byte(`{"op":"ready"}`)) == nil {
			play(ctx, ws)
		}
	}))
	t.Cleanup(srv.Close)
	f := (&Target{URL: srv.URL, clock: clock{time.Now()}}).newFleet()
	t.Cleanup(f.close)
	return f
}

// heard counts events and tells of the last.
type heard struct {
	n    atomic.Int64
	want int64
	all  chan struct{}
}

func (h *heard) onEvent([]byte) {
	if h.n.Add(1) == h.want {
		close(h.all)
	}
}
func (h *heard) onReply(uint64, []byte)    {}
func (h *heard) onControl(f *client.Frame) {}

func listen(t *testing.T, f *fleet, h handler) *sock {
	t.Helper()
	s, err := f.open(t.Context(), account{Token: "t"}, sockOptions{listens: true}, h)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func wait(t *testing.T, what string, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(patience):
		t.Fatalf("waited for %s in vain", what)
	}
}

func TestListenersOfOneLoopHearEverythingAndAnswerPings(t *testing.T) {
	t.Parallel()
	const sockets, events = 50, 40
	f := listeners(t, func(ctx context.Context, ws *websocket.Conn) {
		ctx = ws.CloseRead(ctx)
		for i := range events {
			if ws.Write(ctx, websocket.MessageText, fmt.Appendf(nil, `{"op":"event","n":%d}`, i)) != nil {
				return
			}
			if i == events/2 && ws.Ping(ctx) != nil { // returns with the pong
				return
			}
		}
		<-ctx.Done()
	})
	h := &heard{want: sockets * events, all: make(chan struct{})}
	for range sockets {
		listen(t, f, h)
	}
	wait(t, "all events", h.all)
	for _, s := range f.snapshot() {
		if !s.alive() || s.unread.Load() != 0 {
			t.Errorf("a socket ended with %v, %d frames unread", s.err, s.unread.Load())
		}
	}
}

func TestAListenerWritesHeartbeatsAndSeesTheCloseCode(t *testing.T) {
	t.Parallel()
	f := listeners(t, func(ctx context.Context, ws *websocket.Conn) {
		if _, b, err := ws.Read(ctx); err == nil && string(b) == string(client.HeartbeatFrame()) {
			_ = ws.Close(client.CloseStopping, "stopping")
		}
	})
	s := listen(t, f, nil)
	_ = s.raw.WriteFrame(client.HeartbeatFrame()) // the fleet may have been quicker
	wait(t, "the end", s.done)
	if s.closeCode() != client.CloseStopping {
		t.Errorf("ended by %v", s.err)
	}
}

func TestACutListenerEndsAndItsServerGetsAReset(t *testing.T) {
	t.Parallel()
	gone := make(chan error, 1)
	f := listeners(t, func(ctx context.Context, ws *websocket.Conn) {
		_, _, err := ws.Read(ctx)
		gone <- err
	})
	s := listen(t, f, nil)
	f.drop(s)
	var ce *client.CloseError
	if !errors.As(s.err, &ce) || ce.Code != client.CloseAbnormal {
		t.Errorf("ended by %v", s.err)
	}
	if err := <-gone; err == nil || websocket.CloseStatus(err) != -1 {
		t.Errorf("the server saw %v", err)
	}
	if err := s.raw.WriteFrame(client.HeartbeatFrame()); err == nil {
		t.Error("a closed socket takes frames")
	}
	s.cut() // once more does no harm
}

func TestAListenerWhoseServerVanishesEnds(t *testing.T) {
	t.Parallel()
	f := listeners(t, func(_ context.Context, ws *websocket.Conn) { _ = ws.CloseNow() })
	s := listen(t, f, nil)
	wait(t, "the end", s.done)
	if s.closeCode() != client.CloseAbnormal {
		t.Errorf("ended by %v", s.err)
	}
}
