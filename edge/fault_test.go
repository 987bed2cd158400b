package edge

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"beep/chat"
)

// lines is a log that tests read.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// brokenRequests panics at "panic" and fails at "fail"; the rest it echoes.
type brokenRequests struct{}

func (brokenRequests) Call(_ context.Context, _ chat.UserID, method string, data json.RawMessage, reply func([]byte, error)) {
	switch method {
	case "panic":
		panic("secret")
	case "fail":
		reply(nil, errors.New("disk is gone"))
	default:
		reply(data, nil)
	}
}

// broken is small with brokenRequests and a log that is read.
func broken(t *testing.T, change func(*Config)) (*world, *lines) {
	t.Helper()
	log := &lines{}
	w := joinWith(t, newFakeLog(), func(c *Config) {
		c.Requests, c.Logger = brokenRequests{}, slog.New(slog.NewTextHandler(log, nil))
		change(c)
	})
	w.server(home, "Home", hall)
	w.user(ada, "ada", home)
	w.user(bob, "bob", home)
	return w, log
}

func TestAPanicInARequestCostsItsSessionOnly(t *testing.T) {
	t.Parallel()
	w, log := broken(t, func(*Config) {})
	a, _ := w.identify(ada)
	b, _ := w.identify(bob)
	a.send(`{"op":"request","ref":1,"m":"panic"}`)
	a.closed(4000)
	b.send(`{"op":"request","ref":1,"m":"echo"}`)
	b.expect("reply")
	if s := log.String(); !strings.Contains(s, "fault_test.go") || strings.Contains(s, "secret") || w.g.Stats().Panics != 1 {
		t.Fatalf("log: %s", s)
	}
}

func TestAPanicInAHubCostsItsSessionsOnly(t *testing.T) {
	t.Parallel()
	w := small(t)
	a, _ := w.identify(ada)
	wk := w.g.worker(uint64(home))
	wk.do(func(wk *worker) {
		h := wk.hubs[uint64(home)]
		wk.guard(h, "test", func() { panic("broken") })
	})
	a.closed(4000)
	_, r := w.identify(ada)
	if len(r.Servers) != 1 {
		t.Fatalf("ready: %+v", r)
	}
}

func TestAnInternalErrorIsNotedWithItsMethod(t *testing.T) {
	t.Parallel()
	w, log := broken(t, func(*Config) {})
	a, _ := w.identify(ada)
	for range 3 {
		a.send(`{"op":"request","ref":1,"m":"fail","d":{"x":"private"}}`)
		if f := a.expect("reply"); f.Error == nil || f.Error.Kind != "internal" {
			t.Fatalf("reply: %+v", f)
		}
	}
	s := log.String()
	if strings.Count(s, "disk is gone") != 1 || !strings.Contains(s, "method=fail") || strings.Contains(s, "private") {
		t.Fatalf("log: %s", s)
	}
}

// onceAuth accepts a token once.
type onceAuth struct{ asked *atomic.Int32 }

func (a onceAuth) Authenticate(ctx context.Context, token string) (chat.UserID, error) {
	if a.asked.Add(1) > 1 {
		return 0, chat.Errorf(chat.Unauthenticated, "authenticate", "revoked")
	}
	return fakeAuth{}.Authenticate(ctx, token)
}

func TestATokenRevokedWhileASessionStartsEndsIt(t *testing.T) {
	t.Parallel()
	w, _ := broken(t, func(c *Config) { c.Auth = onceAuth{&atomic.Int32{}} })
	c := w.dial()
	c.send(`{"op":"identify","token":"u1001"}`)
	c.closed(4200)
}

func TestRequestsBeyondTheBurstAreRefusedAndTimeBringsThemBack(t *testing.T) {
	t.Parallel()
	w, _ := broken(t, func(c *Config) {
		c.RequestsPerSecond, c.RequestBurst = 1, 3
		c.Exempt = func(name string) bool { return name == "bob" }
	})
	a, _ := w.identify(ada)
	ask := func(c *client, method string) frame {
		c.send(`{"op":"request","ref":1,"m":"` + method + `"}`)
		return c.expect("reply")
	}
	for range 3 {
		if f := ask(a, "echo"); f.Error != nil {
			t.Fatalf("reply: %+v", f)
		}
	}
	if f := ask(a, "echo"); f.Error == nil || f.Error.Kind != "rate_limited" || f.Error.RetryAfterMS != 1000 {
		t.Fatalf("reply: %+v", f)
	}
	if f := ask(a, sendMethod); f.Error != nil {
		t.Fatalf("send: %+v", f)
	}
	w.clock.advance(sweepInterval)
	if f := ask(a, "echo"); f.Error != nil {
		t.Fatalf("reply: %+v", f)
	}
	b, _ := w.identify(bob)
	for range 20 {
		if f := ask(b, "echo"); f.Error != nil {
			t.Fatalf("exempt: %+v", f)
		}
	}
}

func TestAMessageBeyondTheQueueArrivesWhole(t *testing.T) {
	t.Parallel()
	near, far := net.Pipe()
	var flushers sync.WaitGroup
	c := &conn{Conn: near, fd: noDescriptor}
	c.spawn = func(fn func()) bool { flushers.Go(fn); return true }
	c.onSlow = func() { t.Error("too slow") }
	large := bytes.Repeat([]byte("x"), maxQueued+1000)
	c.send(large)
	c.send([]byte("after"))
	got := make([]byte, len(large)+5)
	if _, err := io.ReadFull(far, got); err != nil || string(got[len(large):]) != "after" {
		t.Fatalf("read: %v", err)
	}
	flushers.Wait()
	_ = far.Close()
	_ = c.Close()
}
