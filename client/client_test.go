package client

import (
	"errors"
	"reflect"
	"testing"

	"beep/chat"
)

func TestReadyGivesTheStateAndEventsBecomeTyped(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	c, r := run(t, g, Options{Intents: []string{IntentMessages}})
	p, first := g.accept()
	if first.Op != "identify" || first.Token != "secret" || len(first.Intents) != 1 {
		t.Fatalf("opened with %+v", first)
	}
	p.send(readyFrame, messageFrame(6))
	ready := next[Ready](r)
	if ready.User.Username != "ada" || len(ready.Servers) != 1 || ready.Servers[0].Channels[0].Name != "general" {
		t.Fatalf("ready %+v", ready)
	}
	m := next[Message](r)
	want := chat.Message{ID: 1006, ChannelID: 200, SenderID: 8, Seq: 6, Type: chat.PlainMessage, Content: "hello 6", CreatedAt: 1763675464123}
	if !reflect.DeepEqual(m.Message, want) || m.Server() != 100 {
		t.Fatalf("got %+v, want %+v", m.Message, want)
	}
	p.send(`{"op":"event","e":"channel_created","s":"100","n":13,"t":9,"by":"7","d":{"id":"201","server_id":"100","name":"more","type":"text","position":1}}`,
		`{"op":"event","e":"member_joined","s":"100","n":14,"t":9,"d":{"user_id":"8","username":"bob"}}`,
		`{"op":"event","e":"channel_read","u":"7","n":4,"t":9,"d":{"server_id":"100","channel_id":"200","seq":6}}`,
		`{"op":"event","e":"unreadable","u":"7","n":5}`,
		`{"op":"novelty","n":"not a number"}`,
		`{"op":"typing","s":"100","c":"200","by":"8"}`,
		`{"op":"presence","s":"100","d":[{"user_id":"8","status":"online"}]}`)
	next[ChannelCreated](r)
	next[MemberJoined](r)
	next[ReadMoved](r)
	next[Other](r)
	if next[Typing](r).User != 8 || next[Presence](r).Changes[0].Status != "online" {
		t.Fatal("typing or presence read wrongly")
	}
	if name, _ := c.State().Name(8); name != "bob" {
		t.Fatalf("bob is called %q", name)
	}
	s, _ := c.State().Server(100)
	if s.Members != 3 || len(s.Channels) != 2 || s.Channels[0].Read != 6 || s.Channels[0].Number != 6 || s.Number != 14 {
		t.Fatalf("state %+v", s)
	}
}

func TestAMessageMayComeBeforeItsChannelIsTold(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	c, r := run(t, g, Options{})
	p, _ := g.accept()
	p.send(readyFrame,
		`{"op":"event","e":"message_sent","s":"100","c":"201","n":1,"t":1,"by":"8","d":{"id":"1","channel_id":"201","type":"message","content":"first"}}`,
		`{"op":"event","e":"channel_created","s":"100","n":13,"t":9,"by":"7","d":{"id":"201","server_id":"100","name":"more","type":"text","position":1}}`,
		`{"op":"event","e":"message_deleted","s":"100","c":"201","n":2,"t":1,"by":"8","d":{"id":"1","seq":1}}`)
	next[Ready](r)
	next[Message](r)
	next[ChannelCreated](r)
	next[Deleted](r)
	if ch, ok := c.State().Channel(201); !ok || ch.Name != "more" {
		t.Fatalf("channel %+v %v", ch, ok)
	}
}

func TestAfterALossTheClientResumesFromItsPositions(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	_, r := run(t, g, Options{})
	p, _ := g.accept()
	p.send(readyFrame, messageFrame(6))
	next[Ready](r)
	next[Message](r)
	p.close(0)
	lost := next[Disconnected](r)
	var ce *CloseError
	if !errors.As(lost.Err, &ce) || ce.Advice() != AdviceResume {
		t.Fatalf("lost by %v", lost.Err)
	}
	p, f := g.accept()
	if f.Op != "resume" || f.Positions == nil || f.Positions.User != 3 ||
		f.Positions.Servers[100] != 12 || f.Positions.Channels[200] != 6 {
		t.Fatalf("resumed with %+v %+v", f, f.Positions)
	}
	p.send(messageFrame(7), resumedFrame)
	next[Message](r)
	if got := next[Resumed](r); got.Messages != 1 || got.Replayed != 1 {
		t.Fatalf("resumed %+v", got)
	}
	p.close(4002)
	next[Disconnected](r)
	if _, f = g.accept(); f.Positions.Channels[200] != 7 {
		t.Fatalf("second resume with %+v", f.Positions)
	}
}

func TestClosedBeforeReadyItIdentifiesAgain(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	_, r := run(t, g, Options{})
	p, _ := g.accept()
	p.close(4000)
	next[Disconnected](r)
	if _, f := g.accept(); f.Op != "identify" {
		t.Fatalf("came back with %s", f.Op)
	}
}

func TestAGapIsReportedAndFilledByResuming(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	_, r := run(t, g, Options{})
	p, _ := g.accept()
	p.send(readyFrame, messageFrame(6), messageFrame(6), messageFrame(8))
	next[Ready](r)
	next[Message](r)
	if v := next[Violation](r); v.Err == nil {
		t.Fatal("the repeat was not named")
	}
	next[Violation](r)
	var pe *ProtocolError
	if d := next[Disconnected](r); !errors.As(d.Err, &pe) {
		t.Fatalf("ended by %v", d.Err)
	}
	p, f := g.accept()
	if f.Positions.Channels[200] != 6 {
		t.Fatalf("resumed from %d", f.Positions.Channels[200])
	}
	p.send(messageFrame(7), messageFrame(8), resumedFrame)
	for _, want := range []uint64{7, 8} {
		if m := next[Message](r); m.Number != want {
			t.Fatalf("got %d, want %d", m.Number, want)
		}
	}
	next[Resumed](r)
}

func TestResyncOfAChannelMovesItsPosition(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	_, r := run(t, g, Options{})
	p, _ := g.accept()
	p.send(readyFrame, `{"op":"resync","s":"100","c":"200","n":400}`, messageFrame(401))
	next[Ready](r)
	if rs := next[Resync](r); rs.Key != chat.ChannelKey(100, 200) || rs.Number != 400 {
		t.Fatalf("resync %+v", rs)
	}
	next[Message](r)
}

func TestResyncOfAServerFetchesEverythingAnew(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	_, r := run(t, g, Options{})
	p, _ := g.accept()
	p.send(readyFrame, messageFrame(6), `{"op":"resync","s":"100","n":90}`)
	next[Ready](r)
	next[Message](r)
	next[Resync](r)
	next[Disconnected](r)
	p, f := g.accept()
	if f.Op != "identify" {
		t.Fatalf("came back with %s", f.Op)
	}
	p.send(readyFrame) // whose channel stands at 5, not at 6
	next[Ready](r)
	if rs := next[Resync](r); rs.Key.ID != 200 || rs.Number != 5 {
		t.Fatalf("resync %+v", rs)
	}
}

func TestServersComeAndGo(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	c, r := run(t, g, Options{})
	p, _ := g.accept()
	p.send(readyFrame, `{"op":"server","server":{"id":"101","name":"Away","n":3,"channels":[{"id":"300","name":"a","n":9}]}}`,
		`{"op":"server_gone","s":"100"}`, messageFrame(6))
	next[Ready](r)
	if s := next[ServerAvailable](r); s.Server.Channels[0].ServerID != 101 {
		t.Fatalf("server %+v", s)
	}
	next[ServerGone](r)
	pos := c.State().Positions()
	if len(pos.Servers) != 1 || len(pos.Channels) != 1 || pos.Channels[300] != 9 {
		t.Fatalf("positions %+v", pos)
	}
}

func TestCodesThatForbidComingBackEndRun(t *testing.T) {
	t.Parallel()
	for _, code := range []int{4200, 4201, 4202, 4203, 4204, 4205, 4206, 1003, 1007, 1009} {
		g := newGateway(t)
		c, r := run(t, g, Options{})
		p, _ := g.accept()
		go p.close(toStatus(code))
		var ce *CloseError
		if err := r.end(); !errors.As(err, &ce) || ce.Code != code {
			t.Errorf("%d: Run ended with %v", code, err)
		}
		if _, err := c.Send(t.Context(), 200, "hi", SendOptions{}); !errors.Is(err, ErrStopped) {
			t.Errorf("%d: a send after the end gave %v", code, err)
		}
	}
}

func TestAFullEventQueueHoldsTheConnectionBackAndLosesNothing(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	_, r := run(t, g, Options{Buffer: 1})
	p, _ := g.accept()
	p.send(readyFrame)
	const many = 2 * defaultFrameBuffer
	for n := 6; n < 6+many; n++ {
		p.send(messageFrame(n))
	}
	next[Ready](r)
	for n := 6; n < 6+many; n++ {
		if m := next[Message](r); m.Number != uint64(n) {
			t.Fatalf("got %d, want %d", m.Number, n)
		}
	}
}

func TestNewIntentsAreResumedWith(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	c, r := run(t, g, Options{Intents: []string{IntentServers}})
	p, _ := g.accept()
	p.send(readyFrame)
	next[Ready](r)
	c.SetIntents([]string{IntentMessages})
	if d := next[Disconnected](r); d.Retry != 0 {
		t.Fatalf("waits %s", d.Retry)
	}
	_, f := g.accept()
	if f.Op != "resume" || f.Intents[0] != IntentMessages || f.Positions.Channels[200] != 5 {
		t.Fatalf("came back with %+v", f)
	}
}
