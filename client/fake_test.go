package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"beep/wire"
)

// patience bounds every wait of a test; it is only used up by a failure.
const patience = 20 * time.Second

// gateway is a scripted gateway: each connection is handed to the test, which
// plays the server's part.
type gateway struct {
	t     *testing.T
	url   string
	conns chan *peer
	hello string
}

// peer is the server's end of one connection.
type peer struct {
	t    *testing.T
	ws   *websocket.Conn
	ctx  context.Context
	done chan struct{} // closed to end the handler
	once sync.Once
}

func newGateway(t *testing.T) *gateway {
	t.Helper()
	g := &gateway{t: t, conns: make(chan *peer, 16), hello: `{"op":"hello","protocol":1,"heartbeat_ms":30000}`}
	srv := httptest.NewServer(http.HandlerFunc(g.serve))
	t.Cleanup(srv.Close)
	g.url = srv.URL
	return g
}

func (g *gateway) serve(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/gateway" || r.URL.Query().Get("v") != "1" {
		http.NotFound(w, r)
		return
	}
	ws, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = ws.CloseNow() }()
	p := &peer{t: g.t, ws: ws, ctx: g.t.Context(), done: make(chan struct{})}
	if err := ws.Write(p.ctx, websocket.MessageText, []byte(g.hello)); err != nil {
		return
	}
	select {
	case g.conns <- p:
	case <-g.t.Context().Done():
		return
	}
	select {
	case <-p.done:
	case <-g.t.Context().Done():
	}
}

// accept is the next connection and its first frame.
func (g *gateway) accept() (*peer, wire.ClientFrame) {
	g.t.Helper()
	select {
	case p := <-g.conns:
		return p, p.read()
	case <-time.After(patience):
		g.t.Fatal("nobody connected")
		return nil, wire.ClientFrame{}
	}
}

// read is the next frame that is no heartbeat.
func (p *peer) read() wire.ClientFrame {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	for {
		_, b, err := p.ws.Read(ctx)
		if err != nil {
			p.t.Fatalf("read from client: %v", err)
		}
		f, err := wire.DecodeClientFrame(b)
		if err != nil {
			p.t.Fatalf("the client sent %q: %v", b, err)
		}
		if f.Op != wire.OpHeartbeat {
			return f
		}
	}
}

// send sends the frames as one message.
func (p *peer) send(frames ...string) {
	p.t.Helper()
	if err := p.ws.Write(p.ctx, websocket.MessageText, []byte(strings.Join(frames, "\n"))); err != nil {
		p.t.Fatalf("write to client: %v", err)
	}
}

// reply answers request f.
func (p *peer) reply(f wire.ClientFrame, data string) {
	p.t.Helper()
	p.send(string(wire.AppendReply(nil, f.Ref, []byte(data))))
}

// close ends the connection with code; 0 cuts it.
func (p *peer) close(code websocket.StatusCode) {
	p.once.Do(func() {
		if code != 0 {
			_ = p.ws.Close(code, "scripted")
		} else {
			_ = p.ws.CloseNow()
		}
		close(p.done)
	})
}

const (
	readyFrame = `{"op":"ready","user":{"id":"7","username":"ada","n":3},"servers":[` +
		`{"id":"100","name":"Home","visibility":"public","owner_id":"7","n":12,"members":2,"permissions":["send_messages"],` +
		`"channels":[{"id":"200","server_id":"100","name":"general","type":"text","position":0,"created_at":1,"n":5,"read":4}]}]}`
	resumedFrame = `{"op":"resumed","replayed":1}`
)

func messageFrame(n int) string {
	return fmt.Sprintf(`{"op":"event","e":"message_sent","s":"100","c":"200","n":%d,"t":1763675464123,"by":"8","d":{"id":"%d","channel_id":"200","type":"message","content":"hello %d"}}`, n, 1000+n, n)
}

// run starts a Client whose waits take no time and are recorded.
func run(t *testing.T, g *gateway, opt Options) (*Client, *runner) {
	t.Helper()
	opt.URL, opt.Token = g.url, "secret"
	c := New(opt)
	r := &runner{t: t, c: c, waits: make(chan time.Duration, 100), ended: make(chan error, 1)}
	c.sleep = func(ctx context.Context, d time.Duration) error {
		r.waits <- d
		return ctx.Err()
	}
	ctx, cancel := context.WithCancel(t.Context())
	r.cancel = cancel
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.ended <- c.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return c, r
}

type runner struct {
	t      *testing.T
	c      *Client
	waits  chan time.Duration
	ended  chan error
	cancel context.CancelFunc
}

// next is the client's next event, which must be an E.
func next[E Event](r *runner) E {
	r.t.Helper()
	select {
	case e, ok := <-r.c.Events():
		want, is := e.(E)
		if !ok || !is {
			r.t.Fatalf("got event %T %+v, want %T", e, e, want)
		}
		return want
	case <-time.After(patience):
		r.t.Fatalf("no event came, want %T", *new(E))
	}
	return *new(E)
}

// end is what Run returned.
func (r *runner) end() error {
	r.t.Helper()
	select {
	case err := <-r.ended:
		return err
	case <-time.After(patience):
		r.t.Fatal("Run did not return")
		return nil
	}
}

func get[T any](t *testing.T, ch <-chan T) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(patience):
		t.Fatal("nothing came")
		return *new(T)
	}
}

func data(t *testing.T, f wire.ClientFrame) map[string]any {
	t.Helper()
	m := map[string]any{}
	if err := json.Unmarshal(f.Data, &m); err != nil {
		t.Fatalf("data of %s: %v", f.Method, err)
	}
	return m
}
