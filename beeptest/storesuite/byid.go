package storesuite

import (
	"slices"
	"testing"

	"beep/chat"
	"beep/store"
)

func messagesAreFoundByTheirIDs(t *testing.T, b *bundle) {
	list := messages(10, 1, 8)
	b.project(t, func(tx *store.Tx) error {
		must(t, tx.InsertMessages(list))
		must(t, tx.InsertMessages(messages(11, 1, 3)))
		return tx.SetApplied(map[chat.Key]uint64{chat.ChannelKey(1, 10): 8})
	})
	for _, which := range [][]int{{3}, {0, 7}, {5, 1, 2}, {0, 1, 2, 3, 4, 5, 6, 7}} {
		ids := []chat.MessageID{1 << 50} // not there
		want := []chat.Message{}
		for _, i := range slices.Sorted(slices.Values(which)) {
			ids, want = append(ids, list[i].ID), append(want, list[i])
		}
		found, applied, err := b.MessagesByID(b.ctx, 10, ids)
		must(t, err)
		slices.SortFunc(found, func(a, b chat.Message) int { return int(a.Seq) - int(b.Seq) })
		equal(t, "messages by id", found, want)
		equal(t, "applied", applied, uint64(8))
	}
	found, applied, err := b.MessagesByID(b.ctx, 11, []chat.MessageID{list[0].ID})
	must(t, err)
	equal(t, "messages of another channel", len(found), 0)
	equal(t, "applied there", applied, uint64(0))
	_, _, err = b.MessagesByID(b.ctx, 10, nil)
	mustBe(t, err, chat.Invalid)
	_, _, err = b.MessagesByID(b.ctx, 10, make([]chat.MessageID, chat.MaxHistoryPage+1))
	mustBe(t, err, chat.Invalid)
}
