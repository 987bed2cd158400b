package client

import (
	"context"
	"errors"
	"testing"
	"time"

	"beep/chat"
	"beep/wire"
)

type sendResult struct {
	sent chat.Sent
	err  error
}

func sending(t *testing.T, c *Client, content string) <-chan sendResult {
	t.Helper()
	out := make(chan sendResult, 1)
	go func() {
		s, err := c.Send(t.Context(), 200, content, SendOptions{})
		out <- sendResult{s, err}
	}()
	return out
}

const sentReply = `{"id":"1006","channel_id":"200","seq":6,"created_at":9}`

func TestASendLostInBetweenIsRepeatedUnderItsNonce(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	c, r := run(t, g, Options{})
	p, _ := g.accept()
	p.send(readyFrame)
	next[Ready](r)
	result := sending(t, c, "hello")
	first := p.read()
	p.close(0)
	next[Disconnected](r)
	p, _ = g.accept()
	p.send(resumedFrame)
	again := p.read()
	if first.Method != "message.send" || data(t, first)["nonce"] == "" || data(t, first)["nonce"] != data(t, again)["nonce"] {
		t.Fatalf("first %s, then %s", first.Data, again.Data)
	}
	p.reply(again, `{"id":"1006","channel_id":"200","seq":6,"created_at":9,"repeat":true}`)
	got := get(t, result)
	if got.err != nil || got.sent.Seq != 6 || !got.sent.Repeat {
		t.Fatalf("send gave %+v", got)
	}
}

func TestASendWaitsForTheConnectionToBeResumed(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	c, r := run(t, g, Options{})
	result := sending(t, c, "early")
	p, _ := g.accept()
	p.send(readyFrame)
	next[Ready](r)
	p.reply(p.read(), sentReply)
	if got := get(t, result); got.err != nil {
		t.Fatal(got.err)
	}
}

func TestAnUnavailableServerIsAskedAgainUnderTheSameNonce(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	c, r := run(t, g, Options{})
	p, _ := g.accept()
	p.send(readyFrame)
	next[Ready](r)
	result := sending(t, c, "hello")
	first := p.read()
	p.send(string(wire.AppendError(nil, first.Ref, chat.Errorf(chat.Unavailable, "send message", "busy"))))
	again := p.read()
	if data(t, first)["nonce"] != data(t, again)["nonce"] || first.Ref == again.Ref {
		t.Fatalf("first %+v, then %+v", first, again)
	}
	p.reply(again, sentReply)
	if got := get(t, result); got.err != nil {
		t.Fatal(got.err)
	}
}

func TestARefusalComesBackWithItsKindAndWaitingTime(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	c, r := run(t, g, Options{})
	p, _ := g.accept()
	p.send(readyFrame)
	next[Ready](r)
	result := sending(t, c, "too much")
	refusal := chat.Errorf(chat.RateLimited, "send message", "10 in 10 s")
	refusal.RetryAfter = 4200 * time.Millisecond
	p.send(string(wire.AppendError(nil, p.read().Ref, refusal)))
	var e *chat.Error
	if got := get(t, result); !errors.As(got.err, &e) || e.Kind != chat.RateLimited || e.RetryAfter != 4200*time.Millisecond {
		t.Fatalf("got %v", got.err)
	}
}

func TestWhatMustNotBeRepeatedIsNot(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	c, r := run(t, g, Options{})
	p, _ := g.accept()
	p.send(readyFrame)
	next[Ready](r)
	result := make(chan error, 1)
	go func() {
		_, err := c.CreateServer(t.Context(), NewServer{Name: "Mine", Visibility: chat.Public})
		result <- err
	}()
	p.read()
	p.close(0)
	if err := get(t, result); !errors.Is(err, ErrLost) || !chat.Is(err, chat.Unavailable) {
		t.Fatalf("got %v", err)
	}
}

func TestARequestGivenUpKeepsItsPlaceUntilItsReply(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	c, r := run(t, g, Options{})
	p, _ := g.accept()
	p.send(readyFrame)
	next[Ready](r)
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() { result <- c.SetRead(ctx, 200, 5) }()
	f := p.read()
	cancel()
	if err := get(t, result); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	c.mu.Lock()
	conn := c.conn
	c.mu.Unlock()
	if len(conn.slots) != 1 {
		t.Fatalf("%d places taken", len(conn.slots))
	}
	p.reply(f, `{}`)
	p.send(`{"op":"typing","s":"100","c":"200","by":"8"}`) // comes after the reply
	next[Typing](r)
	if len(conn.slots) != 0 {
		t.Fatal("the place was not given back")
	}
}

func TestRequestsSayWhatTheProtocolSays(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	c, r := run(t, g, Options{})
	p, _ := g.accept()
	p.send(readyFrame)
	next[Ready](r)
	ctx := t.Context()
	for _, tc := range []struct {
		act    func() error
		method string
		data   string
		reply  string
	}{
		{func() error { return c.Edit(ctx, 200, 9, "x") }, "message.edit", `{"channel_id":"200","message_id":"9","content":"x"}`, `{"n":7}`},
		{func() error { return c.Delete(ctx, 200, 9) }, "message.delete", `{"channel_id":"200","message_id":"9"}`, `{"n":8}`},
		{func() error { _, err := c.History(ctx, 200, HistoryQuery{Before: 5, Limit: 2}); return err }, "message.list", `{"channel_id":"200","before":5,"limit":2}`, `{"messages":[]}`},
		{func() error { return c.Join(ctx, 5) }, "server.join", `{"server_id":"5"}`, `{"id":"5"}`},
		{func() error { return c.Leave(ctx, 5) }, "server.leave", `{"server_id":"5"}`, `{}`},
		{func() error { _, err := c.CreateChannel(ctx, 5, "a"); return err }, "channel.create", `{"server_id":"5","name":"a"}`, `{"id":"6"}`},
		{func() error { _, err := c.Browse(ctx, "q", 0, 3); return err }, "server.browse", `{"query":"q","limit":3}`, `{"servers":[]}`},
		{func() error { _, err := c.Members(ctx, 5, 0, 0); return err }, "member.list", `{"server_id":"5"}`, `{"members":[{"user_id":"8","username":"bob"}]}`},
		{func() error { _, err := c.Users(ctx, 8); return err }, "user.get", `{"user_ids":["8"]}`, `{"users":[]}`},
		{func() error { return c.Typing(ctx, 200) }, "typing.start", `{"channel_id":"200"}`, `{}`},
		{func() error { return c.SetRead(ctx, 200, 4) }, "read.set", `{"channel_id":"200","seq":4}`, `{}`},
	} {
		result := make(chan error, 1)
		go func() { result <- tc.act() }()
		f := p.read()
		if f.Method != tc.method || string(f.Data) != tc.data {
			t.Errorf("%s: sent %s %s", tc.method, f.Method, f.Data)
		}
		p.reply(f, tc.reply)
		if err := get(t, result); err != nil {
			t.Errorf("%s: %v", tc.method, err)
		}
	}
	if name, _ := c.State().Name(8); name != "bob" {
		t.Fatalf("bob is called %q", name)
	}
}
