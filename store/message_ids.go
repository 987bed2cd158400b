package store

import (
	"context"

	"beep/chat"
)

// selectMessagesByID takes as many identifiers as a page of history has messages.
const selectMessagesByID = selectPage + `WHERE m.channel_id = ? AND m.id IN (` // parameters, then:

// MessagesByID is those of ids that are messages of the channel, in no order, and
// the number as Messages does. It is one query for up to a page of them.
func (s *Store) MessagesByID(ctx context.Context, ch chat.ChannelID, ids []chat.MessageID) (found []chat.Message, applied uint64, err error) {
	const op = "read messages"
	if len(ids) < 1 || len(ids) > chat.MaxHistoryPage {
		return nil, 0, chat.Errorf(chat.Invalid, op, "1 to %d messages are read at once", chat.MaxHistoryPage)
	}
	// As many parameters as the next power of two, so that the query has few shapes.
	n := 1
	for n < len(ids) {
		n *= 2
	}
	args := make([]any, 0, 2+n)
	args = append(args, int64(ch), int64(ch))
	for i := range n {
		args = append(args, int64(ids[min(i, len(ids)-1)]))
	}
	found, applied, err = s.page(ctx, ch, len(ids), selectMessagesByID+repeat("?", n)+`)`, args...)
	return found, applied, s.wrap(op, err)
}
