package storesuite

import (
	"errors"
	"strconv"
	"testing"

	"beep/chat"
	"beep/store"
)

// messages makes n messages of channel ch from sequence first on.
func messages(ch chat.ChannelID, first uint64, n int) []chat.Message {
	list := make([]chat.Message, n)
	for i := range list {
		seq := first + uint64(i)
		list[i] = chat.Message{
			ID: chat.MessageID(uint64(ch)<<32 + seq), ChannelID: ch, SenderID: chat.UserID(seq%5 + 1), Seq: seq,
			Type: chat.PlainMessage, Content: "message " + strconv.FormatUint(seq, 10), CreatedAt: int64(1000 + seq),
		}
	}
	return list
}

func messagesComeInPages(t *testing.T, b *bundle) {
	key := chat.ChannelKey(1, 10)
	b.project(t, func(tx *store.Tx) error {
		must(t, tx.InsertMessages(messages(9, 1, 5)))
		must(t, tx.InsertMessages(messages(10, 1, 20)))
		must(t, tx.InsertMessages(messages(11, 1, 5)))
		return tx.SetApplied(map[chat.Key]uint64{key: 33})
	})
	for _, c := range []struct {
		name        string
		query       store.MessageQuery
		first, last uint64
	}{
		{"the newest", store.MessageQuery{Limit: 5}, 16, 20},
		{"below a sequence", store.MessageQuery{Before: 11, Limit: 3}, 8, 10},
		{"below the first", store.MessageQuery{Before: 1, Limit: 3}, 0, 0},
		{"below, fewer than asked for", store.MessageQuery{Before: 3, Limit: 50}, 1, 2},
		{"below, bounded", store.MessageQuery{Before: 15, UpTo: 12, Limit: 2}, 11, 12},
		{"above a sequence", store.MessageQuery{After: 4, Limit: 3}, 5, 7},
		{"above, bounded", store.MessageQuery{After: 4, UpTo: 6, Limit: 10}, 5, 6},
		{"above, nothing left", store.MessageQuery{After: 20, Limit: 10}, 0, 0},
		{"from the start", store.MessageQuery{FromStart: true, Limit: 2}, 1, 2},
		{"beyond all numbers", store.MessageQuery{Before: 1<<64 - 1, UpTo: 1<<64 - 1, Limit: 1}, 20, 20},
		{"above all numbers", store.MessageQuery{After: 1<<64 - 1, Limit: 1}, 0, 0},
	} {
		c.query.Channel = 10
		page, applied, err := b.Messages(b.ctx, c.query)
		must(t, err)
		equal(t, c.name+": applied", applied, 33)
		if c.first == 0 {
			equal(t, c.name+": messages", len(page), 0)
			continue
		}
		equal(t, c.name+": messages", len(page), int(c.last-c.first+1))
		for i, m := range page {
			equal(t, c.name, m, messages(10, c.first+uint64(i), 1)[0])
		}
	}
	page, applied, err := b.Messages(b.ctx, store.MessageQuery{Channel: 99, Limit: 5})
	must(t, err)
	equal(t, "messages of a channel without any", len(page), 0)
	equal(t, "its applied number", applied, 0)
	_, _, err = b.Messages(b.ctx, store.MessageQuery{Channel: 10})
	mustBe(t, err, chat.Invalid)
}

func messagesChange(t *testing.T, b *bundle) {
	list := messages(10, 1, 3)
	b.project(t, func(tx *store.Tx) error { return tx.InsertMessages(list) })
	b.project(t, func(tx *store.Tx) error {
		must(t, tx.EditMessage(10, store.Edit{Seq: 2, Number: 4, At: 7777, Content: "edited"}))
		must(t, tx.EditMessage(10, store.Edit{Seq: 99, Number: 5, At: 7777, Content: "not there"}))
		for seq, want := range map[uint64]chat.UserID{3: list[2].SenderID, 99: 0} {
			sender, err := tx.DeleteMessage(10, seq)
			must(t, err)
			equal(t, "sender of the deleted message", sender, want)
		}
		return tx.InsertMessages(list[:2])
	})
	page, _, err := b.Messages(b.ctx, store.MessageQuery{Channel: 10, Limit: 10})
	must(t, err)
	equal(t, "messages", len(page), 2)
	equal(t, "first", page[0], list[0])
	list[1].Content, list[1].EditedAt = "edited", 7777
	equal(t, "second", page[1], list[1])
}

func manyMessages(t *testing.T, b *bundle) {
	const n = 2*1000 + 129 // three pages of a walk, every size of statement
	list := messages(10, 1, n)
	list[5].ReplyTo = list[4].ID
	b.project(t, func(tx *store.Tx) error { return tx.InsertMessages(list) })
	i := 0
	must(t, b.AllMessages(b.ctx, 10, func(m chat.Message) error {
		equal(t, "message", m, list[i])
		i++
		return nil
	}))
	equal(t, "messages", i, n)
	stop := errors.New("stop")
	if err := b.AllMessages(b.ctx, 10, func(chat.Message) error { return stop }); !errors.Is(err, stop) {
		t.Fatalf("error is %v, want that of the function", err)
	}
}

func missingMessage(t *testing.T, b *bundle) {
	list := messages(10, 1, 2)
	b.project(t, func(tx *store.Tx) error {
		must(t, tx.InsertMessages(list))
		return tx.SetApplied(map[chat.Key]uint64{chat.ChannelKey(1, 10): 8})
	})
	m, applied, err := b.Message(b.ctx, 10, list[1].ID)
	must(t, err)
	equal(t, "message", m, list[1])
	equal(t, "applied", applied, 8)
	_, applied, err = b.Message(b.ctx, 10, 12345)
	mustBe(t, err, chat.NotFound)
	equal(t, "applied of a missing message", applied, 8)
	_, _, err = b.Message(b.ctx, 11, list[1].ID)
	mustBe(t, err, chat.NotFound)
}

func textSurvives(t *testing.T, b *bundle) {
	list := messages(10, 1, 6)
	for i, s := range []string{"'; DROP TABLE messages; --", `"\%_?$1`, "äöü ß Ж 漢字 🎉 e\u0301", "line\r\n\tline", " \u2028 ", "ends in \\"} {
		list[i].Content = s
	}
	b.project(t, func(tx *store.Tx) error { return tx.InsertMessages(list) })
	page, _, err := b.Messages(b.ctx, store.MessageQuery{Channel: 10, Limit: 10})
	must(t, err)
	equal(t, "messages", len(page), len(list))
	for i := range list {
		equal(t, "message", page[i], list[i])
	}
}
