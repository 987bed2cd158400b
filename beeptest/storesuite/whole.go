package storesuite

import (
	"fmt"
	"slices"
	"testing"

	"beep/chat"
	"beep/store"
)

// wholeMessages are messages with every part that one can be sent with.
func wholeMessages(ch chat.ChannelID) []chat.Message {
	list := messages(ch, 1, 6)
	list[1].Mentions = chat.Mentions{Users: []chat.UserID{7, 8}, Roles: []chat.RoleID{70}, Everyone: true}
	list[2].Type, list[2].Reference = chat.PinningMessage, list[0].ID
	list[3].Forwarded = &chat.Forwarded{SenderID: 9, Content: "from {elsewhere}", CreatedAt: 3}
	list[4].Poll = &chat.Poll{Question: "tea?", Options: []chat.PollOption{{Text: "yes"}, {Text: "no"}, {Text: "coffee"}}, Multiple: true, EndsAt: 9}
	return list
}

func messagesAreWhole(t *testing.T, b *bundle) {
	want := wholeMessages(10)
	for range 2 {
		b.project(t, func(tx *store.Tx) error { return tx.InsertMessages(want) })
	}
	change := func(at int, number uint64, e chat.Event, do func(*store.Tx) error) {
		b.project(t, do)
		want[at].Apply(chat.Record{Number: number, Time: int64(5000 + number), Event: e})
	}
	number := uint64(20)
	react := func(at int, emoji string, user chat.UserID) {
		number++
		r := store.Reaction{Seq: want[at].Seq, Emoji: emoji, UserID: user, Number: number, At: 1}
		change(at, number, &chat.ReactionAdded{ID: want[at].ID, Emoji: emoji, UserID: user}, func(tx *store.Tx) error { return tx.AddReaction(10, r) })
	}
	unreact := func(at int, emoji string, user chat.UserID) {
		number++
		change(at, number, &chat.ReactionRemoved{ID: want[at].ID, Emoji: emoji, UserID: user}, func(tx *store.Tx) error {
			return tx.RemoveReaction(10, want[at].Seq, emoji, user)
		})
	}
	vote := func(user chat.UserID, options ...int) {
		number++
		change(4, number, &chat.PollVoted{ID: want[4].ID, UserID: user, Options: options}, func(tx *store.Tx) error {
			return tx.Vote(10, want[4].Seq, number, user, options)
		})
	}
	// The first to use an emoji goes: it keeps its place as long as others use it.
	react(0, "👍", 1)
	react(0, "🎉", 2)
	react(0, "👍", 3)
	react(0, "👍", 3)
	unreact(0, "👍", 1)
	react(5, "a", 1)
	unreact(5, "a", 1)
	react(5, "b", 1)
	react(5, "a", 2)
	// Who keeps to a choice keeps his place among the voters.
	vote(1, 0)
	vote(2, 0, 2)
	vote(1, 0, 1)
	vote(3, 1)
	vote(3)
	number++
	change(1, number, &chat.MessagePinned{ID: want[1].ID, Pinned: true}, func(tx *store.Tx) error { return tx.PinMessage(10, want[1].Seq, number, true) })
	number++
	change(4, number, &chat.PollClosed{ID: want[4].ID}, func(tx *store.Tx) error { return tx.ClosePoll(10, want[4].Seq) })
	number++
	change(0, number, &chat.ThreadAttached{ID: want[0].ID, ThreadID: 44}, func(tx *store.Tx) error { return tx.AttachThread(10, want[0].Seq, 44) })
	number++
	edited := &chat.MessageEdited{ID: want[1].ID, Content: "new", Mentions: chat.Mentions{Users: []chat.UserID{8}}}
	change(1, number, edited, func(tx *store.Tx) error {
		return tx.EditMessage(10, store.Edit{Seq: want[1].Seq, Number: number, At: int64(5000 + number), Content: "new", Mentions: edited.Mentions})
	})
	page, _, err := b.Messages(b.ctx, store.MessageQuery{Channel: 10, Limit: 10})
	must(t, err)
	equal(t, "messages", len(page), len(want))
	for i := range want {
		equal(t, fmt.Sprintf("message %d", i), page[i], want[i])
		one, _, err := b.Message(b.ctx, 10, want[i].ID)
		must(t, err)
		equal(t, fmt.Sprintf("message %d alone", i), one, want[i])
	}
}

func nothingHangsOnAMissingMessage(t *testing.T, b *bundle) {
	b.project(t, func(tx *store.Tx) error {
		must(t, tx.AddReaction(10, store.Reaction{Seq: 1, Emoji: "👍", UserID: 1, Number: 2}))
		must(t, tx.Vote(10, 1, 3, 1, []int{0}))
		must(t, tx.PinMessage(10, 1, 4, true))
		must(t, tx.ClosePoll(10, 1))
		must(t, tx.AttachThread(10, 1, 5))
		return tx.InsertMessages(messages(10, 1, 1))
	})
	page, _, err := b.Messages(b.ctx, store.MessageQuery{Channel: 10, Limit: 10})
	must(t, err)
	equal(t, "messages", page, messages(10, 1, 1))
	pins, _, err := b.Pins(b.ctx, 10, 5)
	must(t, err)
	equal(t, "pins", len(pins), 0)
}

func pinsAreListed(t *testing.T, b *bundle) {
	list := messages(10, 1, 8)
	b.project(t, func(tx *store.Tx) error {
		must(t, tx.InsertMessages(list))
		for i, seq := range []uint64{5, 2, 8, 3} {
			must(t, tx.PinMessage(10, seq, uint64(20+i), true))
		}
		must(t, tx.PinMessage(10, 8, 30, true)) // is pinned: stays where it is
		must(t, tx.PinMessage(10, 2, 31, false))
		_, err := tx.DeleteMessage(10, 3)
		must(t, err)
		return tx.SetApplied(map[chat.Key]uint64{chat.ChannelKey(1, 10): 31})
	})
	page, applied, err := b.Pins(b.ctx, 10, 10)
	must(t, err)
	equal(t, "applied", applied, 31)
	var seqs []uint64
	for _, m := range page {
		seqs = append(seqs, m.Seq)
		equal(t, "pinned", m.Pinned, true)
	}
	equal(t, "pins", seqs, []uint64{8, 5})
	page, _, err = b.Pins(b.ctx, 10, 1)
	must(t, err)
	equal(t, "pins of a page of one", len(page), 1)
	_, _, err = b.Pins(b.ctx, 10, 0)
	mustBe(t, err, chat.Invalid)
}

func editsAreKept(t *testing.T, b *bundle) {
	list := messages(10, 1, 2)
	edit := func(number uint64, content string) {
		for range 2 { // folded in twice, it is one
			b.project(t, func(tx *store.Tx) error {
				return tx.EditMessage(10, store.Edit{Seq: 1, Number: number, At: int64(number), Content: content})
			})
		}
	}
	b.project(t, func(tx *store.Tx) error { return tx.InsertMessages(list) })
	edit(3, "second")
	edit(4, "third")
	want := []store.FormerContent{{Number: 3, Content: list[0].Content, At: 3}, {Number: 4, Content: "second", At: 4}}
	got, err := b.Edits(b.ctx, 10, list[0].ID, 0, 10)
	must(t, err)
	equal(t, "edits", got, want)
	got, err = b.Edits(b.ctx, 10, list[0].ID, 3, 10)
	must(t, err)
	equal(t, "edits behind the first", got, want[1:])
	got, err = b.Edits(b.ctx, 11, list[0].ID, 0, 10)
	must(t, err)
	equal(t, "edits in another channel", len(got), 0)
	_, err = b.Edits(b.ctx, 10, list[0].ID, 0, 0)
	mustBe(t, err, chat.Invalid)
	b.project(t, func(tx *store.Tx) error {
		_, err := tx.DeleteMessage(10, 1)
		must(t, err)
		return tx.InsertMessages(list[:1])
	})
	got, err = b.Edits(b.ctx, 10, list[0].ID, 0, 10)
	must(t, err)
	equal(t, "edits of a deleted message", len(got), 0)
}

func deletedMessagesTakeAllWithThem(t *testing.T, b *bundle) {
	list := wholeMessages(10)
	fill := func() {
		b.project(t, func(tx *store.Tx) error {
			must(t, tx.InsertMessages(list))
			for i, m := range list {
				must(t, tx.AddReaction(10, store.Reaction{Seq: m.Seq, Emoji: "👍", UserID: 1, Number: uint64(50 + i)}))
				must(t, tx.PinMessage(10, m.Seq, uint64(60+i), true))
			}
			return tx.Vote(10, list[4].Seq, 70, 1, []int{0})
		})
	}
	empty := func(what string) {
		b.project(t, func(tx *store.Tx) error { return tx.InsertMessages(list) })
		page, _, err := b.Messages(b.ctx, store.MessageQuery{Channel: 10, Limit: 10})
		must(t, err)
		equal(t, what, page, wholeMessages(10))
		pins, _, err := b.Pins(b.ctx, 10, 10)
		must(t, err)
		equal(t, what+": pins", len(pins), 0)
	}
	fill()
	b.project(t, func(tx *store.Tx) error {
		for _, m := range list {
			_, err := tx.DeleteMessage(10, m.Seq)
			must(t, err)
		}
		return nil
	})
	unread, err := b.Unread(b.ctx, 99, []store.ReadMark{{Channel: 10, Server: 1}}, nil)
	must(t, err)
	equal(t, "unread of deleted messages", len(unread), 0)
	empty("messages that were deleted and come anew")
	fill()
	b.project(t, func(tx *store.Tx) error { return tx.DeleteMessages(10, []uint64{1, 2, 3, 4, 5, 6, 7, 99}) })
	empty("messages that were purged and come anew")
}

func messagesOfASender(t *testing.T, b *bundle) {
	b.project(t, func(tx *store.Tx) error {
		for _, ch := range []chat.ChannelID{10, 11, 12} {
			must(t, tx.PutChannel(chat.Channel{ID: ch, ServerID: chat.ServerID(ch / 12), Type: chat.TextChannel}))
			must(t, tx.InsertMessages(messages(ch, 1, 2500)))
		}
		return nil
	})
	// Channels 10 and 11 are of server 0; sender 3 wrote every fifth.
	found, err := b.MessagesSince(b.ctx, 0, 3, 1000+2000)
	must(t, err)
	var want []uint64
	for seq := uint64(2000); seq <= 2500; seq++ {
		if seq%5 == 2 {
			want = append(want, seq)
		}
	}
	equal(t, "messages since", found, map[chat.ChannelID][]uint64{10: want, 11: want})
	found, err = b.MessagesSince(b.ctx, 0, 99, 0)
	must(t, err)
	equal(t, "messages of nobody", len(found), 0)
	found, err = b.MessagesSince(b.ctx, 1, 3, 0)
	must(t, err)
	equal(t, "channels of another server", slices.Collect(keysOf(found)), []chat.ChannelID{12})
	equal(t, "all of them", len(found[12]), 500)
}

func unreadIsCounted(t *testing.T, b *bundle) {
	const me = chat.UserID(1) // wrote every fifth message, the multiples of five
	b.project(t, func(tx *store.Tx) error {
		list := messages(10, 1, 20)
		for i := range list {
			switch list[i].Seq {
			case 11:
				list[i].Mentions = chat.Mentions{Users: []chat.UserID{me}, Roles: []chat.RoleID{70, 71}, Everyone: true}
			case 12:
				list[i].Mentions = chat.Mentions{Roles: []chat.RoleID{70}}
			case 13:
				list[i].Mentions = chat.Mentions{Users: []chat.UserID{2}, Roles: []chat.RoleID{99}}
			case 14, 15: // 15 is my own
				list[i].Mentions = chat.Mentions{Everyone: true}
			case 2:
				list[i].Mentions = chat.Mentions{Users: []chat.UserID{me}}
			}
		}
		must(t, tx.InsertMessages(list))
		must(t, tx.InsertMessages(messages(11, 1, 1500)))
		must(t, tx.InsertMessages(messages(12, 1, 3)))
		for ch := range chat.ChannelID(70) {
			must(t, tx.InsertMessages(messages(100+ch, 1, 1)))
		}
		return nil
	})
	marks := []store.ReadMark{{Channel: 10, Server: 1, Seq: 10}, {Channel: 11, Server: 1}, {Channel: 12, Server: 2, Seq: 3}, {Channel: 13, Server: 2}}
	got, err := b.Unread(b.ctx, me, marks, map[chat.ServerID][]chat.RoleID{1: {71, 70, 72}, 2: {99}})
	must(t, err)
	equal(t, "unread", got, map[chat.ChannelID]store.UnreadCount{10: {Messages: 8, Mentions: 3}, 11: {Messages: store.MaxUnread}})
	got, err = b.Unread(b.ctx, me, marks[:1], nil)
	must(t, err)
	equal(t, "unread of one without roles", got[10], store.UnreadCount{Messages: 8, Mentions: 2})

	marks = nil
	for ch := range chat.ChannelID(70) {
		marks = append(marks, store.ReadMark{Channel: 100 + ch, Server: 1})
	}
	got, err = b.Unread(b.ctx, 99, marks, nil)
	must(t, err)
	equal(t, "channels with something unread", len(got), 70)
}
