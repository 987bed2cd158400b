package beeptest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"beep/chat"
	"beep/client"
)

// Person is somebody with an account and a client that keeps itself connected.
type Person struct {
	url   func() string
	t     testing.TB
	Name  string
	ID    chat.UserID
	Token string

	line   line
	client *client.Client
	stop   context.CancelFunc
	ended  sync.WaitGroup

	mu     sync.Mutex
	events []client.Event
	news   chan struct{} // closed and replaced with each event
}

// connects starts the person's client and waits until it is ready.
func (p *Person) connects() {
	p.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	p.client = client.New(client.Options{URL: p.url(), Token: p.Token, HTTPClient: p.line.client()})
	p.stop, p.news = stop, make(chan struct{})
	p.ended.Add(2)
	go func() {
		defer p.ended.Done()
		if err := p.client.Run(ctx); err != nil && ctx.Err() == nil {
			p.note(client.Disconnected{Err: err})
		}
	}()
	go func() {
		defer p.ended.Done()
		for e := range p.client.Events() {
			p.note(e)
		}
	}()
	p.Awaits("ready", func(e client.Event) bool { _, ok := e.(client.Ready); return ok })
}

// leaves ends the person's client.
func (p *Person) leaves() {
	if p.stop != nil {
		p.stop()
		p.ended.Wait()
		p.stop = nil
	}
}

// Leaves ends the person's connection; what he has seen is remembered.
func (p *Person) Leaves() { p.leaves() }

// IsCutOff breaks the person's connection; it stays broken until ComesBack.
func (p *Person) IsCutOff() {
	p.t.Helper()
	seen := len(p.Events())
	p.line.cut()
	p.awaitsFrom(seen, "the end of the connection", func(e client.Event) bool { _, ok := e.(client.Disconnected); return ok })
}

// ComesBack mends the connection and waits until the session is resumed.
func (p *Person) ComesBack() {
	p.t.Helper()
	seen := len(p.Events())
	p.line.mend()
	p.awaitsFrom(seen, "being resumed", func(e client.Event) bool { _, ok := e.(client.Resumed); return ok })
}

// Client is the person's client.
func (p *Person) Client() *client.Client { return p.client }

func (p *Person) note(e client.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.events = append(p.events, e)
	close(p.news)
	p.news = make(chan struct{})
}

// Awaits waits for an event, which may have come already.
func (p *Person) Awaits(what string, match func(client.Event) bool) client.Event {
	p.t.Helper()
	return p.awaitsFrom(0, what, match)
}

// awaitsFrom waits for an event that is not among the first from ones.
func (p *Person) awaitsFrom(from int, what string, match func(client.Event) bool) client.Event {
	p.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for i := from; ; {
		p.mu.Lock()
		for ; i < len(p.events); i++ {
			if match(p.events[i]) {
				e := p.events[i]
				p.mu.Unlock()
				return e
			}
		}
		news := p.news
		p.mu.Unlock()
		select {
		case <-news:
		case <-deadline.C:
			p.t.Fatalf("%s waited for %s in vain", p.Name, what)
		}
	}
}

// Events is everything the person was told so far.
func (p *Person) Events() []client.Event {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]client.Event(nil), p.events...)
}

func (p *Person) ctx() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), patience)
}

func (p *Person) must(act string, err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%s %s: %v", p.Name, act, err)
	}
}

// CreatesServer makes a server and waits until it is shown.
func (p *Person) CreatesServer(name string, v chat.Visibility) Server {
	p.t.Helper()
	ctx, cancel := p.ctx()
	defer cancel()
	id, err := p.client.CreateServer(ctx, client.NewServer{Name: name, Visibility: v})
	p.must("creates a server", err)
	return p.shown(id)
}

// Joins makes the person a member and waits until the server is shown.
func (p *Person) Joins(s Server) {
	p.t.Helper()
	ctx, cancel := p.ctx()
	defer cancel()
	p.must("joins", p.client.Join(ctx, s.ID))
	p.shown(s.ID)
}

func (p *Person) shown(id chat.ServerID) Server {
	p.t.Helper()
	e := p.Awaits(fmt.Sprintf("server %d", id), func(e client.Event) bool {
		s, ok := e.(client.ServerAvailable)
		return ok && s.Server.ID == id
	}).(client.ServerAvailable)
	if len(e.Server.Channels) == 0 {
		p.t.Fatalf("server %d is shown without channels", id)
	}
	return Server{ID: id, General: e.Server.Channels[0].ID}
}

// Sends sends a message, which is on disk when it returns.
func (p *Person) Sends(ch chat.ChannelID, content string) chat.Sent {
	p.t.Helper()
	ctx, cancel := p.ctx()
	defer cancel()
	sent, err := p.client.Send(ctx, ch, content, client.SendOptions{})
	p.must("sends", err)
	return sent
}

// Sees waits until a message was delivered.
func (p *Person) Sees(m chat.Sent) client.Message {
	p.t.Helper()
	return p.Awaits(fmt.Sprintf("message %d", m.Seq), func(e client.Event) bool {
		got, ok := e.(client.Message)
		return ok && got.Message.ID == m.ID
	}).(client.Message)
}

// Asks makes a request over a connection of its own, without the client's
// retries.
func (p *Person) Asks(method string, args, out any) error {
	p.t.Helper()
	ctx, cancel := p.ctx()
	defer cancel()
	conn, err := client.Dial(ctx, p.url(), client.ConnOptions{Token: p.Token, Intents: []string{"servers"}})
	p.must("connects", err)
	defer func() { p.must("disconnects", conn.Close()) }()
	select {
	case <-conn.Events(): // ready
	case <-ctx.Done():
		p.t.Fatalf("%s: not ready in time", p.Name)
	}
	return conn.Request(ctx, method, args, out)
}

// IsRefused makes a request that must be refused with kind, and returns the refusal.
func (p *Person) IsRefused(kind chat.ErrorKind, method string, args any) *chat.Error {
	p.t.Helper()
	err := p.Asks(method, args, nil)
	var e *chat.Error
	if !errors.As(err, &e) || e.Kind != kind {
		p.t.Fatalf("%s asks %s: got %v, want %s", p.Name, method, err, kind)
	}
	return e
}

// History reads a page.
func (p *Person) History(ch chat.ChannelID, q client.HistoryQuery) []client.Posted {
	p.t.Helper()
	ctx, cancel := p.ctx()
	defer cancel()
	msgs, err := p.client.History(ctx, ch, q)
	p.must("reads history", err)
	return msgs
}

// SawEverythingOnce checks what was delivered of a channel: numbers dense from
// the first one on, each once, and no violation of the protocol.
func (p *Person) SawEverythingOnce(ch chat.ChannelID) (first, last uint64) {
	p.t.Helper()
	for _, e := range p.Events() {
		if v, ok := e.(client.Violation); ok {
			p.t.Fatalf("%s: %v", p.Name, v.Err)
		}
		rec, ok := client.RecordOf(e)
		if !ok {
			continue
		}
		if rec.Channel() != ch {
			continue
		}
		if last != 0 && rec.Number != last+1 {
			p.t.Fatalf("%s saw record %d after %d", p.Name, rec.Number, last)
		}
		if first == 0 {
			first = rec.Number
		}
		last = rec.Number
	}
	return first, last
}
