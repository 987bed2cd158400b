package projector_test

import (
	"testing"

	"beep/chat"
	"beep/wire"
)

// seal appends events to the log of k as an actor does: under the tenant's key.
func (w *world) seal(k chat.Key, events ...chat.Event) {
	w.t.Helper()
	head, err := w.log.Head(w.ctx, k)
	if err != nil {
		w.t.Fatalf("read head: %v", err)
	}
	c, err := wire.DecodeCommit(k, w.encode(k, events...))
	if err != nil {
		w.t.Fatalf("decode commit: %v", err)
	}
	done := make(chan error, 1)
	w.log.Append(&c, head.Seq, func(_ uint64, err error) { done <- err })
	if err := <-done; err != nil {
		w.t.Fatalf("append: %v", err)
	}
}

func (w *world) conversation(id chat.ServerID, ch chat.ChannelID) {
	w.t.Helper()
	w.seal(chat.ServerKey(id), &chat.ServerCreated{ID: id, Kind: chat.DirectOfTwo, Visibility: chat.Private, OwnerID: ann},
		&chat.ChannelCreated{ID: ch, ServerID: id, Type: chat.DirectChannel},
		&chat.MemberJoined{UserID: ann, Username: "ann"}, &chat.MemberJoined{UserID: 5, Username: "bob"})
}

// nothingOf fails if the read model has anything of a conversation, or of what
// could not be read of it.
func (w *world) nothingOf(id chat.ServerID, ch chat.ChannelID) {
	w.t.Helper()
	if n := len(w.seqs(ch)); n != 0 {
		w.t.Errorf("there are %d messages", n)
	}
	if members, err := w.store.Members(w.ctx, id, 0, 5); err != nil || len(members) != 0 {
		w.t.Errorf("members are %v, error %v", members, err)
	}
	if _, err := w.store.ServerOf(w.ctx, ch); !chat.Is(err, chat.NotFound) {
		w.t.Errorf("finding the channel: error is %v", err)
	}
	if n := len(w.deadLetters()); n != 0 {
		w.t.Errorf("there are %d dead letters", n)
	}
	w.cursorsAtEnd()
}

func TestAnErasedConversationLeavesNoRowsAndNoDeadLetters(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		k := chat.ChannelKey(srv, room)
		if err := w.log.CreateKey(w.ctx, uint64(srv)); err != nil {
			t.Fatal(err)
		}
		p, stop := w.run(w.store)
		// The messages are folded in, the server's log is not when the key goes.
		for range 5 {
			w.seal(k, w.message(k))
		}
		w.wait(p)
		if n := len(w.seqs(room)); n != 5 {
			t.Fatalf("there are %d messages", n)
		}
		stop()
		w.conversation(srv, room)
		if err := w.log.EraseKey(w.ctx, uint64(srv)); err != nil {
			t.Fatal(err)
		}
		p, stop = w.run(w.store)
		w.wait(p)
		stop()
		w.nothingOf(srv, room)
		if s := p.Status(); s.DeadLetters != 0 || s.Alarms != 0 {
			t.Errorf("status is %+v", s)
		}
	})
}

func TestAConversationErasedLongAgoIsFoldedAsNothing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	k := chat.ChannelKey(srv, room)
	if err := w.log.CreateKey(w.ctx, uint64(srv)); err != nil {
		t.Fatal(err)
	}
	w.conversation(srv, room)
	w.seal(k, w.message(k), w.message(k))
	w.seal(chat.ServerKey(srv), &chat.ServerDeleted{})
	if err := w.log.EraseKey(w.ctx, uint64(srv)); err != nil {
		t.Fatal(err)
	}
	p, stop := w.run(w.store)
	w.wait(p)
	stop()
	w.nothingOf(srv, room)
}

func TestAConversationThatEndsTakesItsDeadLettersWithIt(t *testing.T) {
	t.Parallel()
	w := setup(t)
	k := chat.ChannelKey(srv, room)
	if err := w.log.CreateKey(w.ctx, uint64(srv)); err != nil {
		t.Fatal(err)
	}
	p, stop := w.run(w.store)
	w.conversation(srv, room)
	w.seal(k, w.message(k), &chat.MemberLeft{UserID: 1}) // the second in the wrong log
	w.wait(p)
	if n := len(w.deadLetters()); n != 1 {
		t.Fatalf("there are %d dead letters", n)
	}
	w.seal(chat.ServerKey(srv), &chat.ServerDeleted{})
	w.wait(p)
	w.seal(k, w.message(k), &chat.MemberLeft{UserID: 1}) // late, and wrong: noted without what it says
	w.wait(p)
	stop()
	if n := len(w.seqs(room)); n != 0 {
		t.Errorf("there are %d messages", n)
	}
	for _, d := range w.deadLetters() {
		if len(d.Data) != 0 {
			t.Errorf("dead letter is %+v", d)
		}
	}
	servers, err := w.store.PublicServers(w.ctx, "", 0, 5)
	if err != nil || len(servers) != 0 {
		t.Errorf("servers are %v, error %v", servers, err)
	}
}
