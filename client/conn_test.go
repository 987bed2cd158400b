package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"beep/chat"
	"beep/wire"
)

func dial(t *testing.T, g *gateway, opt ConnOptions) (*Conn, *peer) {
	t.Helper()
	c, err := Dial(t.Context(), g.url, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	p, _ := g.accept()
	return c, p
}

func TestRepliesFindTheirRequestsWhateverTheOrder(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	c, p := dial(t, g, ConnOptions{})
	const many = 40
	var wg sync.WaitGroup
	for i := range many {
		wg.Go(func() {
			var out struct{ N int }
			if err := c.Request(t.Context(), "echo", map[string]int{"n": i}, &out); err != nil || out.N != i {
				t.Errorf("request %d gave %d, %v", i, out.N, err)
			}
		})
	}
	asked := make([]wire.ClientFrame, many)
	for i := range asked {
		asked[many-1-i] = p.read()
	}
	for _, f := range asked {
		p.reply(f, string(f.Data))
	}
	wg.Wait()
}

func TestTheSixtyFifthRequestWaitsForAPlace(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	c, p := dial(t, g, ConnOptions{})
	var wg sync.WaitGroup
	for range maxUnanswered + 1 {
		wg.Go(func() {
			if err := c.Request(t.Context(), "echo", nil, nil); err != nil {
				t.Error(err)
			}
		})
	}
	asked := make([]wire.ClientFrame, maxUnanswered)
	for i := range asked {
		asked[i] = p.read()
	}
	if len(c.slots) != maxUnanswered {
		t.Fatalf("%d places taken", len(c.slots))
	}
	p.reply(asked[0], `{}`)
	p.reply(p.read(), `{}`) // the one that had waited
	for _, f := range asked[1:] {
		p.reply(f, `{}`)
	}
	wg.Wait()
}

func TestHowAConnectionEndedIsTyped(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	c, p := dial(t, g, ConnOptions{})
	go p.close(4001)
	for range c.Events() {
		t.Error("an event out of nothing")
	}
	var ce *CloseError
	if !errors.As(c.Err(), &ce) || ce.Code != CloseTooSlow || ce.Reason != "scripted" {
		t.Fatalf("ended by %v", c.Err())
	}
	if err := c.Request(t.Context(), "x", nil, nil); !errors.Is(err, ErrLost) {
		t.Fatalf("a request afterwards gave %v", err)
	}
}

func TestGarbageEndsTheConnectionAsTheServersFault(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"no JSON", "[]", "{}", `{"op":"event","n":"x"}`} {
		g := newGateway(t)
		c, p := dial(t, g, ConnOptions{})
		p.send(bad)
		for range c.Events() {
			t.Errorf("%q became an event", bad)
		}
		var pe *ProtocolError
		if !errors.As(c.Err(), &pe) {
			t.Errorf("%q ended by %v", bad, c.Err())
		}
	}
}

func TestAnotherProtocolVersionIsFinal(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	g.hello = `{"op":"hello","protocol":9,"heartbeat_ms":30000}`
	_, err := Dial(t.Context(), g.url, ConnOptions{})
	var ce *CloseError
	if !errors.As(err, &ce) || ce.Advice() != AdviceStop {
		t.Fatalf("got %v", err)
	}
}

func TestAnAddressWithoutAGatewayIsNamed(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.NotFoundHandler())
	defer srv.Close()
	_, err := Dial(t.Context(), srv.URL, ConnOptions{})
	var he *HandshakeError
	if !errors.As(err, &he) || he.Status != http.StatusNotFound {
		t.Fatalf("got %v", err)
	}
	if _, err := Dial(t.Context(), "ftp://x", ConnOptions{}); !chat.Is(err, chat.Invalid) {
		t.Fatalf("got %v", err)
	}
}

func TestASilentServerIsGivenUp(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	g.hello = `{"op":"hello","protocol":1,"heartbeat_ms":20}`
	c, p := dial(t, g, ConnOptions{})
	if _, b, err := p.ws.Read(t.Context()); err != nil || string(b) != `{"op":"heartbeat"}` {
		t.Fatalf("got %q, %v", b, err)
	}
	for range c.Events() {
		t.Error("an event out of nothing")
	}
	var ce *CloseError
	if !errors.As(c.Err(), &ce) || ce.Code != CloseAbnormal {
		t.Fatalf("ended by %v", c.Err())
	}
}

func TestAFullConnectionStopsReadingAndCanBeClosed(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	c, p := dial(t, g, ConnOptions{Buffer: 1})
	p.send(messageFrame(1), messageFrame(2), messageFrame(3))
	if f := get(t, c.Events()); f.Number != 1 {
		t.Fatalf("got %d", f.Number)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(c.Err(), ErrClosed) {
		t.Fatalf("ended by %v", c.Err())
	}
}

func TestTooLongARequestIsNotSent(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	c, p := dial(t, g, ConnOptions{})
	long := make([]int, wire.MaxClientFrame)
	if err := c.Request(t.Context(), "x", long, nil); !chat.Is(err, chat.TooLarge) || len(c.slots) != 0 {
		t.Fatalf("got %v, %d places taken", err, len(c.slots))
	}
	go func() { p.reply(p.read(), `{}`) }()
	if err := c.Request(t.Context(), "x", nil, nil); err != nil {
		t.Fatal(err)
	}
}

func TestDialGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}))
	defer srv.Close()
	if _, err := Dial(ctx, srv.URL, ConnOptions{}); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}

func FuzzServerMessage(f *testing.F) {
	for _, s := range []string{
		readyFrame, resumedFrame, messageFrame(6), readyFrame + "\n" + messageFrame(6),
		`{"op":"hello","protocol":1,"heartbeat_ms":30000}`, `{"op":"reply","ref":2,"error":{"kind":"rate_limited","retry_after_ms":4200}}`,
		`{"op":"presence","s":"1","d":[{"user_id":"8","status":"online"}]}`, `{"op":"resync","u":"7","n":400}`,
		`{"op":"novelty","n":{}}`, "\n\n{}", fmt.Sprintf(`{"op":"event","u":"7","n":%d}`, uint64(1)<<63),
		`{"op":"event","e":"channel_created","s":"100","n":13,"d":{"id":"201","name":"more"}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, msg []byte) {
		c := New(Options{Buffer: 64})
		ready, err := DecodeFrame([]byte(readyFrame))
		if err != nil {
			t.Fatal(err)
		}
		c.state.reset(&ready)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		drained := make(chan struct{})
		go func() {
			defer close(drained)
			for range c.events { //nolint:revive // whatever comes, it must only not panic
			}
		}()
		_ = splitFrames(msg, func(b []byte) error {
			fr, err := DecodeFrame(b)
			if err != nil {
				return nil //nolint:nilerr // a bad frame is refused; the rest is looked at all the same
			}
			before := c.state.Positions().Channels[200]
			err = c.handle(ctx, nil, &fr)
			after := c.state.Positions().Channels[200]
			if fr.Op == wire.OpEvent && after != before && after != before+1 {
				t.Errorf("%s moved the position from %d to %d", b, before, after)
			}
			return err
		})
		close(c.events)
		<-drained
	})
}
