package chat_test

import (
	"testing"

	"beep/chat"
)

func TestReactionsAreAddedOnceAndTakenBack(t *testing.T) {
	t.Parallel()
	w := newTimeline(t)
	w.send(ada, 1, "")
	w.must(&chat.React{By: ada, Message: 1, Emoji: "👍"}, member)
	w.idle(&chat.React{By: ada, Message: 1, Emoji: "👍"}, member)
	w.must(&chat.React{By: bob, Message: 1, Emoji: "\u2764"}, member)
	w.must(&chat.React{By: bob, Message: 1, Emoji: "👍"}, member)
	w.idle(&chat.React{By: bob, Message: 1, Emoji: "\u2764\ufe0f"}, member)
	same(t, w.message(1).Reactions, "[{👍 [11 12]} {\u2764\ufe0f [12]}]")
	w.must(&chat.React{By: bob, Message: 1, Emoji: "\u2764", Remove: true}, lacking(member, chat.Speaking))
	w.idle(&chat.React{By: bob, Message: 1, Emoji: "\u2764", Remove: true}, member)
	same(t, w.message(1).Reactions, "[{👍 [11 12]}]")
}

func TestWhoMayNotReactIsRefused(t *testing.T) {
	t.Parallel()
	w := newTimeline(t)
	w.send(ada, 1, "")
	w.must(&chat.React{By: ada, Message: 1, Emoji: "👍"}, member)
	w.refused(&chat.React{By: bob, Message: 1, Emoji: "👍"}, lacking(member, chat.AddReactions), chat.Forbidden)
	w.refused(&chat.React{By: bob, Message: 1, Emoji: "👍", User: ada}, with(member, chat.ManageMessages), chat.Forbidden)
	w.refused(&chat.React{By: bob, Message: 1, Emoji: "👍", Remove: true, User: ada}, member, chat.Forbidden)
	w.refused(&chat.React{By: bob, Message: 1, Emoji: "thumb"}, member, chat.Invalid)
	w.refused(&chat.React{By: bob, Message: 9, Emoji: "👍"}, member, chat.NotFound)
	w.refused(&chat.React{By: bob, Message: 1, Emoji: "👍"}, chat.Environment{}, chat.NotFound)
	w.must(&chat.React{By: bob, Message: 1, Emoji: "👍", Remove: true, User: ada}, with(member, chat.ManageMessages))
	same(t, len(w.message(1).Reactions), 0)
	w.must(&chat.DeleteMessage{By: ada, Message: 1}, member)
	w.refused(&chat.React{By: bob, Message: 1, Emoji: "👍"}, member, chat.NotFound)
}

func TestReactionsAreBounded(t *testing.T) {
	t.Parallel()
	w := newTimeline(t)
	w.send(ada, 1, "")
	for i := range chat.MaxReactions {
		w.must(&chat.React{By: ada, Message: 1, Emoji: string(rune(0x1F600 + i))}, member)
	}
	w.refused(&chat.React{By: ada, Message: 1, Emoji: "👍"}, member, chat.Conflict)
	for i := range chat.MaxReactors - 1 {
		w.must(&chat.React{By: chat.UserID(1000 + i), Message: 1, Emoji: "😀"}, member)
	}
	w.refused(&chat.React{By: bob, Message: 1, Emoji: "😀"}, member, chat.Conflict)
	w.idle(&chat.React{By: ada, Message: 1, Emoji: "😀"}, member)
	w.must(&chat.React{By: bob, Message: 1, Emoji: string(rune(0x1F601))}, member)
}

func TestPinningIsReportedAndUnpinningIsNot(t *testing.T) {
	t.Parallel()
	w := newTimeline(t)
	w.send(ada, 1, "")
	pin := &chat.PinMessage{By: bob, Message: 1, Pinned: true, SystemID: 50}
	w.refused(pin, member, chat.Forbidden)
	w.refused(&chat.PinMessage{By: bob, Message: 9, Pinned: true, SystemID: 50}, with(member, chat.ManageMessages), chat.NotFound)
	w.must(pin, with(member, chat.ManageMessages))
	w.idle(pin, with(member, chat.ManageMessages))
	same(t, w.message(1).Pinned, true)
	m := w.message(50)
	same(t, []any{m.Type, m.SenderID, m.Reference}, []any{chat.PinningMessage, bob, 1})
	n := w.st.Number
	w.must(&chat.PinMessage{By: bob, Message: 1}, with(member, chat.ManageMessages))
	same(t, []any{w.st.Number, w.message(1).Pinned}, []any{n + 1, false})
	w.idle(&chat.PinMessage{By: bob, Message: 1}, with(member, chat.ManageMessages))
	direct := member
	direct.Kind = chat.DirectOfTwo
	w.must(&chat.PinMessage{By: bob, Message: 1, Pinned: true, SystemID: 51}, direct)
}

func TestWhatTheSystemReportsCannotBeEditedButDeleted(t *testing.T) {
	t.Parallel()
	w := newTimeline(t)
	w.must(&chat.PostSystem{By: bob, ID: 50, Type: chat.JoinMessage}, member)
	w.must(&chat.PostSystem{By: bob, ID: 51, Type: chat.JoinMessage}, member)
	w.refused(&chat.EditMessage{By: bob, Message: 50, Content: "x"}, member, chat.Forbidden)
	w.refused(&chat.DeleteMessage{By: ada, Message: 50}, member, chat.Forbidden)
	w.must(&chat.DeleteMessage{By: bob, Message: 50}, member)
	w.must(&chat.DeleteMessage{By: ada, Message: 51}, with(member, chat.ManageMessages))
}

func TestPinsAreCountedWhereverTheMessageIs(t *testing.T) {
	t.Parallel()
	w, moderator := newTimeline(t), with(member, chat.ManageMessages)
	pin := func(id int) *chat.PinMessage {
		return &chat.PinMessage{By: ada, Message: chat.MessageID(id), Pinned: true, SystemID: chat.MessageID(10_000 + id)}
	}
	for i := range chat.MaxPins {
		w.send(ada, i+1, "")
		w.must(pin(i+1), moderator)
	}
	w.send(ada, 999, "")
	w.refused(pin(999), moderator, chat.Conflict)
	// The first has left memory long ago; it is unpinned, and deleted, by what
	// the read model knows.
	old := moderator
	old.Archived = &chat.Message{ID: 1, ChannelID: room, SenderID: ada, Seq: 1, Type: chat.PlainMessage, Pinned: true}
	if id, need := w.st.NeedsArchived(&chat.PinMessage{By: ada, Message: 1}); !need || id != 1 {
		t.Fatal("the read model must be asked")
	}
	w.idle(pin(1), old)
	w.must(&chat.PinMessage{By: ada, Message: 1}, old)
	same(t, []uint64{w.st.Evicted, w.st.OldTouched}, []uint64{w.st.Number, w.st.Number})
	w.st = w.restored()
	w.must(pin(999), moderator)
	w.send(ada, 1000, "")
	w.refused(pin(1000), moderator, chat.Conflict)
	w.must(&chat.DeleteMessage{By: ada, Message: 999}, moderator)
	w.must(pin(1000), moderator)
	w.must(&chat.PurgeMessages{By: ada, User: ada, Since: 1 << 60, Seqs: []uint64{4}}, moderator)
	same(t, len(w.st.Pins), chat.MaxPins-1)
}
