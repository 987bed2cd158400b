package store_test

import (
	"strings"
	"testing"

	"beep/chat"
	"beep/store"
)

// insertBatch is what the projector puts into one transaction under load.
const insertBatch = 2000

func insert(b *testing.B, s *store.Store, channels, first int) {
	b.Helper()
	list := make([]chat.Message, insertBatch)
	content := strings.Repeat("a message of usual length ", 4)
	for i := range list {
		n := first + i
		ch := chat.ChannelID(n%channels + 1)
		list[i] = chat.Message{
			ID: chat.MessageID(1<<50 + n), ChannelID: ch, SenderID: 1 << 50, Seq: uint64(n/channels + 1),
			Type: chat.PlainMessage, Content: content, CreatedAt: 1700000000000,
		}
	}
	move := store.CursorMove{Shard: 1, From: uint64(first), To: uint64(first + insertBatch)}
	err := s.Project(b.Context(), []store.CursorMove{move}, func(tx *store.Tx) error {
		if err := tx.InsertMessages(list); err != nil {
			return err
		}
		return tx.SetApplied(map[chat.Key]uint64{chat.ChannelKey(1, 1): uint64(first + 1)})
	})
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkProject measures messages of one and of a thousand channels going in.
func BenchmarkProject(b *testing.B) {
	for name, channels := range map[string]int{"1_channel": 1, "1000_channels": 1000} {
		b.Run(name, func(b *testing.B) {
			s := open(b, file(b))
			n := 0
			for b.Loop() {
				insert(b, s, channels, n)
				n += insertBatch
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "messages/s")
		})
	}
}

// BenchmarkPage measures pages of 50 out of the middle of a channel.
func BenchmarkPage(b *testing.B) {
	s := open(b, file(b))
	for n := 0; n < 20*insertBatch; n += insertBatch {
		insert(b, s, 10, n)
	}
	q := store.MessageQuery{Channel: 3, Before: 2000, Limit: chat.DefaultHistoryPage}
	for b.Loop() {
		page, _, err := s.Messages(b.Context(), q)
		if err != nil || len(page) != q.Limit {
			b.Fatalf("page has %d messages, error %v", len(page), err)
		}
	}
}
