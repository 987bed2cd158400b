package beeptest

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"beep/admin"
	"beep/chat"
	"beep/config"
	"beep/node"
	"beep/verify"
	"beep/wire"
)

// patience bounds every wait of a test; a machine that is busy with other
// tests takes its time.
const patience = 60 * time.Second

// World is one Beep with the people in it.
type World struct {
	t      testing.TB
	cfg    config.Config
	mu     sync.Mutex
	node   *node.Node
	people []*Person
	log    lockedBuffer
}

// Option changes the settings of a World.
type Option func(*config.Config)

// WithStore keeps accounts and read model in another database than SQLite.
func WithStore(dsn string) Option { return func(c *config.Config) { c.Store = config.Secret(dsn) } }

// WithoutWindow lifts the send window for everybody.
func WithoutWindow() Option { return func(c *config.Config) { c.WindowExempt = []string{"*"} } }

// New starts a Beep that ends with the test. What it logs is shown if the test
// fails.
func New(t testing.TB, opts ...Option) *World {
	t.Helper()
	w := &World{t: t, cfg: config.Default()}
	w.cfg.Data, w.cfg.Listen = t.TempDir(), "127.0.0.1:0"
	w.cfg.LogMaxBytes = 1 << 30 // many tests share one disk
	for _, o := range opts {
		o(&w.cfg)
	}
	w.Starts()
	t.Cleanup(func() {
		for _, p := range w.people {
			p.leaves()
		}
		w.Stops()
		if t.Failed() {
			t.Logf("the node logged:\n%s", w.log.String())
		}
	})
	return w
}

// Starts starts the node; after Stops, on the same data and address.
func (w *World) Starts() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	n, err := node.Start(ctx, node.Options{
		Config: w.cfg, Logger: slog.New(slog.NewTextHandler(&w.log, nil)), Notices: &w.log, Version: "test",
	})
	if err != nil {
		w.t.Fatalf("start: %v\n%s", err, w.log.String())
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.node = n
	w.cfg.Listen = n.URL()[len("http://"):]
}

// Stops stops the node in order. Stopping twice is harmless.
func (w *World) Stops() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := w.node.Stop(ctx); err != nil {
		w.t.Errorf("stop: %v", err)
	}
}

// Restarts stops the node and starts it again.
func (w *World) Restarts() {
	w.t.Helper()
	w.Stops()
	w.Starts()
}

// URL is where the node is reached.
func (w *World) URL() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.node.URL()
}

// Config is what the node was started with.
func (w *World) Config() config.Config { return w.cfg }

// Log is what the node has logged so far.
func (w *World) Log() string { return w.log.String() }

// Person makes an account with a password and connects it.
func (w *World) Person(name string) *Person {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	operator := admin.NewClient(w.cfg.Data)
	var made node.UserMade
	if err := operator.Call(ctx, "/users", node.NewUser{Username: name, Validated: true}, &made); err != nil {
		w.t.Fatalf("create %s: %v", name, err)
	}
	var token node.TokenMade
	if err := operator.Call(ctx, "/tokens", node.NewToken{Username: name, Label: "test"}, &token); err != nil {
		w.t.Fatalf("token for %s: %v", name, err)
	}
	p := &Person{url: w.URL, t: w.t, Name: name, ID: made.ID, Token: token.Token}
	w.people = append(w.people, p)
	p.connects()
	return p
}

// Verifies runs the checker and fails the test on the first difference.
func (w *World) Verifies() verify.Report {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*patience)
	defer cancel()
	r, err := w.node.Verify(ctx, func(verify.Progress) {})
	if err != nil || !r.OK() {
		w.t.Fatalf("verify: %v %v", err, r.Differences)
	}
	return r
}

// Server is a server of a World with its first channel.
type Server struct {
	ID      chat.ServerID
	General chat.ChannelID
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Another is another device of a person: the same account, a socket of its own.
func (w *World) Another(p *Person) *Person {
	w.t.Helper()
	d := &Person{url: w.URL, t: w.t, Name: p.Name + "'s other device", ID: p.ID, Token: p.Token}
	w.people = append(w.people, d)
	d.connects()
	return d
}

// Records are all records of an entity's log.
func (w *World) Records(key chat.Key) []chat.Record {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var recs []chat.Record
	err := w.node.Log().Replay(ctx, key, 0, func(_ uint64, c wire.Commit) error {
		for i := range c.Records {
			rec, err := wire.DecodeEvent(&c.Records[i])
			if err != nil {
				return err
			}
			recs = append(recs, rec)
		}
		return nil
	})
	if err != nil {
		w.t.Fatalf("read log of %s: %v", key, err)
	}
	return recs
}
