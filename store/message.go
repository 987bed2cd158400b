package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"beep/chat"
)

const (
	// A page and the channel's applied number come by one statement, so that
	// both are of one moment. The rarer parts come behind the type, whose words
	// have no brace: a column more would cost a page of plain messages 7 %.
	selectPage = `SELECT (SELECT MAX(applied) FROM entities WHERE id = ? AND kind = 'c'),
m.seq, m.id, m.sender_id, m.type || m.extra, m.content, m.created_at, m.edited_at, m.reply_to FROM messages m `
	selectBefore  = selectPage + `WHERE m.channel_id = ? AND m.seq < ? ORDER BY m.seq DESC LIMIT ?`
	selectAfter   = selectPage + `WHERE m.channel_id = ? AND m.seq > ? AND m.seq <= ? ORDER BY m.seq LIMIT ?`
	selectMessage = selectPage + `WHERE m.channel_id = ? AND m.id = ? ORDER BY m.seq LIMIT 1`
	selectPins    = selectPage + `JOIN pins p ON p.channel_id = m.channel_id AND p.seq = m.seq
WHERE m.channel_id = ? ORDER BY p.number DESC LIMIT ?`
	// selectChannelApplied is for a page without a row to carry the number.
	selectChannelApplied = `SELECT COALESCE(MAX(applied), 0) FROM entities WHERE id = ? AND kind = 'c'`

	walkMessages      = 1000 // rows of a walk's page
	maxSequence       = 1<<63 - 1
	noSuchMessageText = "there is no such message"
)

// MessageQuery asks for a page of a channel. Exactly one of Before and After
// matters: with After 0 and Before 0 the newest page is meant.
type MessageQuery struct {
	Channel chat.ChannelID
	Before  uint64 // the newest Limit messages with a sequence below it
	After   uint64 // the oldest Limit messages with a sequence above it ...
	UpTo    uint64 // ... and at most this one; 0 for no bound. It bounds Before as well.
	// FromStart asks for the oldest messages of all, which After 0 cannot say.
	FromStart bool
	Limit     int
}

// Messages is a page in ascending order of sequence, and the number of the
// channel's last record folded in when it was read. Messages come whole, with
// all who reacted and voted. A page of plain messages is one query; reactions
// and votes are one more each per 32 messages that have any, and may be newer
// than the page, never older.
func (s *Store) Messages(ctx context.Context, q MessageQuery) (page []chat.Message, applied uint64, err error) {
	const op = "read messages"
	if q.Limit < 1 {
		return nil, 0, chat.Errorf(chat.Invalid, op, "limit must be at least 1")
	}
	ch, upTo := int64(q.Channel), uint64(maxSequence)
	if q.UpTo != 0 {
		upTo = min(q.UpTo, maxSequence)
	}
	if q.After != 0 || q.FromStart {
		after := int64(min(q.After, maxSequence))
		page, applied, err = s.page(ctx, q.Channel, q.Limit, selectAfter, ch, ch, after, int64(upTo), q.Limit)
	} else {
		before := min(upTo, maxSequence-1) + 1
		if q.Before != 0 {
			before = min(before, q.Before)
		}
		page, applied, err = s.page(ctx, q.Channel, q.Limit, selectBefore, ch, ch, int64(before), q.Limit)
		slices.Reverse(page)
	}
	return page, applied, s.wrap(op, err)
}

// Message is one message and the number of the channel's last record folded in
// when it was read; NotFound answers that number too, so that the caller can
// tell "never, or deleted" from "not yet".
func (s *Store) Message(ctx context.Context, ch chat.ChannelID, id chat.MessageID) (chat.Message, uint64, error) {
	const op = "read message"
	page, applied, err := s.page(ctx, ch, 1, selectMessage, int64(ch), int64(ch), int64(id))
	if err != nil {
		return chat.Message{}, 0, s.wrap(op, err)
	}
	if len(page) == 0 {
		return chat.Message{}, applied, chat.Errorf(chat.NotFound, op, noSuchMessageText)
	}
	return page[0], applied, nil
}

// Pins lists a channel's pinned messages, the newest pin first, and the number
// as Messages does. There are at most chat.MaxPins.
func (s *Store) Pins(ctx context.Context, ch chat.ChannelID, limit int) (page []chat.Message, applied uint64, err error) {
	const op = "list pins"
	if limit < 1 {
		return nil, 0, chat.Errorf(chat.Invalid, op, "limit must be at least 1")
	}
	limit = min(limit, chat.MaxPins)
	page, applied, err = s.page(ctx, ch, limit, selectPins, int64(ch), int64(ch), limit)
	return page, applied, s.wrap(op, err)
}

// page runs one of the queries above. A page without rows tells no number: it
// is asked for, and then the page once more, so that the page is never older
// than the number.
func (s *Store) page(ctx context.Context, ch chat.ChannelID, limit int, query string, args ...any) (page []chat.Message, applied uint64, err error) {
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	page, applied, err = s.pageRows(ctx, ch, limit, query, args)
	if err != nil || len(page) > 0 {
		return page, applied, err
	}
	var number int64
	if err = s.read.queryRow(ctx, selectChannelApplied, int64(ch)).Scan(&number); err != nil {
		return nil, 0, err
	}
	page, applied, err = s.pageRows(ctx, ch, limit, query, args)
	if len(page) == 0 {
		applied = uint64(number)
	}
	return page, applied, err
}

func (s *Store) pageRows(ctx context.Context, ch chat.ChannelID, limit int, query string, args []any) (page []chat.Message, applied uint64, err error) {
	page = make([]chat.Message, 0, min(limit, chat.MaxHistoryPage))
	var rare []string                                   // of the messages, as far as any had it
	var number sql.NullInt64                            // NULL where messages were put in without their entity
	var seq, id, sender, created, edited, replyTo int64 // signed: the driver's own, so that nothing is converted by text
	var typ, content string
	dest := []any{&number, &seq, &id, &sender, &typ, &content, &created, &edited, &replyTo}
	err = s.read.query(ctx, func(rows *sql.Rows) error {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		word, extra := typ, ""
		if i := strings.IndexByte(typ, '{'); i >= 0 {
			word, extra = typ[:i], typ[i:]
		}
		page = append(page, chat.Message{
			ID: chat.MessageID(id), ChannelID: ch, SenderID: chat.UserID(sender), Seq: uint64(seq),
			Type: messageType(word), Content: content, CreatedAt: created, EditedAt: edited, ReplyTo: chat.MessageID(replyTo),
		})
		if extra != "" {
			rare = append(append(rare, make([]string, len(page)-1-len(rare))...), extra)
		}
		return nil
	}, query, args...)
	if err == nil && rare != nil {
		err = s.addRare(ctx, ch, page, rare)
	}
	return page, uint64(number.Int64), err
}

// messageType spares a copy of the same few words in every message.
func messageType(s string) chat.MessageType {
	if s == string(chat.PlainMessage) {
		return chat.PlainMessage
	}
	return chat.MessageType(s)
}

// AllMessages calls fn for every message of the channel in order, page by page:
// what changes meanwhile may be seen or not. The error of fn ends the walk.
func (s *Store) AllMessages(ctx context.Context, ch chat.ChannelID, fn func(chat.Message) error) error {
	q := MessageQuery{Channel: ch, FromStart: true, Limit: walkMessages}
	for {
		page, _, err := s.Messages(ctx, q)
		if err != nil {
			return err
		}
		for _, m := range page {
			if err := fn(m); err != nil {
				return err
			}
			q.After = m.Seq
		}
		if len(page) < q.Limit {
			return nil
		}
	}
}
