package chat_test

import (
	"slices"
	"testing"

	"beep/chat"
)

// outsider is what holds for somebody who is not a member any more.
var outsider = chat.Environment{Grant: chat.Grant{ServerNumber: 9}}

func TestTheServerReportsWhateverOnesRightsInTheChannel(t *testing.T) {
	t.Parallel()
	w := newTimeline(t)
	blind := chat.Environment{Grant: chat.Grant{Member: true}}
	post := &chat.PostSystem{By: bob, ID: 1, Type: chat.JoinMessage}
	w.must(post, blind)
	w.idle(post, blind)
	same(t, []any{w.message(1).Type, w.message(1).SenderID}, []any{chat.JoinMessage, bob})
	w.idle(&chat.PostSystem{By: bob, ID: 2, Type: chat.JoinMessage}, outsider)
	category := blind
	category.Channel.Type = chat.CategoryChannel
	w.refused(&chat.PostSystem{By: bob, ID: 2, Type: chat.JoinMessage}, category, chat.NotFound)
	w.refused(&chat.PostSystem{By: bob, ID: 2, Type: chat.PlainMessage}, blind, chat.Internal)
	w.refused(&chat.PostSystem{By: bob, Type: chat.JoinMessage}, blind, chat.Internal)
}

func TestAThreadIsTiedToItsMessageAndReported(t *testing.T) {
	t.Parallel()
	w := newTimeline(t)
	w.send(ada, 1, "")
	attach := &chat.AttachThread{By: bob, Message: 1, ThreadID: 70, SystemID: 50}
	w.must(attach, member)
	w.idle(attach, member)
	same(t, w.message(1).ThreadID, 70)
	m := w.message(50)
	same(t, []any{m.Type, m.ThreadID, m.Reference, m.SenderID}, []any{chat.ThreadMessage, 70, 1, bob})
	w.refused(&chat.AttachThread{By: bob, Message: 1, ThreadID: 71, SystemID: 51}, member, chat.Conflict)
	w.refused(&chat.AttachThread{By: bob, Message: 1, ThreadID: 71}, member, chat.Internal)
	// Without a message, and with one that is gone, it is reported all the same.
	w.must(&chat.AttachThread{By: bob, ThreadID: 72, SystemID: 52}, member)
	w.must(&chat.AttachThread{By: bob, Message: 9, ThreadID: 73, SystemID: 53}, member)
	same(t, []any{w.message(52).Reference, w.message(53).Reference}, []any{0, 0})
	// Nothing is said in the name of who has left.
	w.send(ada, 2, "")
	d := w.must(&chat.AttachThread{By: bob, Message: 2, ThreadID: 74, SystemID: 54}, outsider)
	same(t, []any{len(d.Events), d.Author, w.message(2).ThreadID}, []any{1, 0, 74})
}

func TestAThreadIsTiedToAnOldMessage(t *testing.T) {
	t.Parallel()
	w := newTimeline(t)
	w.send(ada, 1, "")
	w.fill()
	attach := &chat.AttachThread{By: bob, Message: 1, ThreadID: 70, SystemID: 50}
	if id, need := w.st.NeedsArchived(attach); !need || id != 1 {
		t.Fatal("the read model must be asked")
	}
	env := member
	env.Archived = &chat.Message{ID: 1, ChannelID: room, SenderID: ada, Seq: 1, Type: chat.PlainMessage}
	d := w.must(attach, env)
	same(t, len(d.Events), 2)
	same(t, w.st.OldTouched, w.st.Number-1)
	env.Archived.ThreadID = 70
	w.idle(attach, env)
}

func TestAPurgeRemovesOnesMessagesInMemoryAndThoseNamed(t *testing.T) {
	t.Parallel()
	w := newTimeline(t)
	for i := range 300 {
		by := []chat.UserID{ada, bob}[i%2]
		w.must(say(by, chat.MessageID(i+1), "x"), at(member, int64(10_000+i)))
	}
	evicted := w.st.EvictedSeq
	d := w.must(&chat.PurgeMessages{
		By: ada, User: bob, Since: 10_000 + 250, Seqs: []uint64{4, 2, 4, 0, 299, 1_000_000},
	}, outsider)
	e := d.Events[0].(*chat.MessagesPurged)
	want := []uint64{2, 4}
	for seq := uint64(252); seq <= 300; seq += 2 {
		want = append(want, seq)
	}
	same(t, e.Seqs, want)
	same(t, []any{e.UserID, d.Author, w.st.Evicted, evicted >= 4}, []any{bob, 0, w.st.Number, true})
	for _, m := range w.page(&chat.ReadHistory{Limit: 60}).Messages {
		if m.SenderID == bob && m.Seq >= 251 {
			t.Fatalf("message %d is still there", m.Seq)
		}
	}
	w.refused(&chat.GetMessage{By: ada, Message: 300}, member, chat.NotFound)
	same(t, w.message(299).SenderID, ada)
	w.idle(&chat.PurgeMessages{By: ada, User: bob, Since: 10_000 + 250}, member)
	if slices.ContainsFunc(w.st.Recent, func(m chat.RecentMessage) bool { return m.Deleted && m.Content != "" }) {
		t.Fatal("what was deleted is still in memory")
	}
}

func TestAPurgeIsOneRecordOfBoundedSize(t *testing.T) {
	t.Parallel()
	w := newTimeline(t)
	w.fill()
	for range 40 {
		w.fill()
	}
	all := make([]uint64, w.st.EvictedSeq)
	for i := range all {
		all[i] = uint64(i + 1)
	}
	d := w.must(&chat.PurgeMessages{By: ada, User: bob, Seqs: all}, member)
	e := d.Events[0].(*chat.MessagesPurged)
	same(t, []any{len(e.Seqs), e.Seqs[len(e.Seqs)-1]}, []any{chat.MaxPurgedMessages, w.st.Number - 1})
}
