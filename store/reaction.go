package store

import (
	"context"
	"database/sql"

	"beep/chat"
)

const (
	// An emoji that somebody uses already keeps its place under the message.
	insertReaction = `INSERT INTO reactions (channel_id, seq, emoji, user_id, number, first_number, at)
VALUES (?, ?, ?, ?, ?, COALESCE((SELECT MIN(first_number) FROM reactions WHERE channel_id = ? AND seq = ? AND emoji = ?), ?), ?)
ON CONFLICT (channel_id, seq, emoji, user_id) DO NOTHING`
	deleteReaction = `DELETE FROM reactions WHERE channel_id = ? AND seq = ? AND emoji = ? AND user_id = ?`

	// deleteVotes has a parameter for as many options as a poll may have.
	deleteVotes = `DELETE FROM poll_votes WHERE channel_id = ? AND seq = ? AND user_id = ? AND choice NOT IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	insertVote  = `INSERT INTO poll_votes (channel_id, seq, user_id, choice, number) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (channel_id, seq, user_id, choice) DO NOTHING`

	insertPin = `INSERT INTO pins (channel_id, seq, number) VALUES (?, ?, ?) ON CONFLICT (channel_id, seq) DO NOTHING`
	deletePin = `DELETE FROM pins WHERE channel_id = ? AND seq = ?`

	selectEdits = `SELECT e.number, e.content, e.at FROM message_edits e
JOIN messages m ON m.channel_id = e.channel_id AND m.seq = e.seq
WHERE m.channel_id = ? AND m.id = ? AND e.number > ? ORDER BY e.number LIMIT ?`
)

// FormerContent is what a message said before an edit.
type FormerContent struct {
	Number  uint64 `json:"number"` // of the edit
	Content string `json:"content"`
	At      int64  `json:"at"` // Unix milliseconds, when it was replaced
}

// Edits lists what a message said before each of its edits, oldest first,
// beginning behind edit number after (0: at the first); empty for one that was
// never edited, or is not there.
func (s *Store) Edits(ctx context.Context, ch chat.ChannelID, id chat.MessageID, after uint64, limit int) ([]FormerContent, error) {
	const op = "list edits"
	if limit < 1 {
		return nil, chat.Errorf(chat.Invalid, op, "limit must be at least 1")
	}
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	list := []FormerContent{}
	err := s.read.query(ctx, func(rows *sql.Rows) error {
		var f FormerContent
		err := rows.Scan(&f.Number, &f.Content, &f.At)
		list = append(list, f)
		return err
	}, selectEdits, int64(ch), int64(id), int64(min(after, maxSequence)), min(limit, MaxPage))
	return list, s.wrap(op, err)
}

// Reaction is one user's emoji under a message; Number is that of its record.
type Reaction struct {
	Seq    uint64 // of the message
	Emoji  string
	UserID chat.UserID
	Number uint64
	At     int64 // Unix milliseconds
}

// AddReaction adds a reaction, if its message is there.
func (t *Tx) AddReaction(ch chat.ChannelID, r Reaction) error {
	there, err := t.changeExtra(ch, r.Seq, func(x *extra) bool {
		was := x.Reacted
		x.Reacted = true
		return !was
	})
	if err != nil || !there {
		return err
	}
	_, err = t.exec(insertReaction, int64(ch), int64(r.Seq), r.Emoji, int64(r.UserID), int64(r.Number),
		int64(ch), int64(r.Seq), r.Emoji, int64(r.Number), r.At)
	return err
}

// RemoveReaction removes a reaction.
func (t *Tx) RemoveReaction(ch chat.ChannelID, seq uint64, emoji string, user chat.UserID) error {
	_, err := t.exec(deleteReaction, int64(ch), int64(seq), emoji, int64(user))
	return err
}

// Vote replaces what a user has chosen of the poll of a message, if that is
// there; no options take the vote back. Number is that of the record.
func (t *Tx) Vote(ch chat.ChannelID, seq, number uint64, user chat.UserID, options []int) error {
	there, err := t.changeExtra(ch, seq, func(x *extra) bool {
		was := x.Voted
		x.Voted = true
		return !was
	})
	if err != nil || !there {
		return err
	}
	// What he keeps to keeps its place among the votes.
	options = options[:min(len(options), chat.MaxPollOptions)]
	args := []any{int64(ch), int64(seq), int64(user)}
	for i := range chat.MaxPollOptions {
		o := -1
		if i < len(options) {
			o = options[i]
		}
		args = append(args, o)
	}
	if _, err := t.exec(deleteVotes, args...); err != nil {
		return err
	}
	for _, o := range options {
		if _, err := t.exec(insertVote, int64(ch), int64(seq), int64(user), o, int64(number)); err != nil {
			return err
		}
	}
	return nil
}

// ClosePoll ends the poll of a message.
func (t *Tx) ClosePoll(ch chat.ChannelID, seq uint64) error {
	_, err := t.changeExtra(ch, seq, func(x *extra) bool {
		if x.Poll == nil || x.Poll.Closed {
			return false
		}
		x.Poll.Closed = true
		return true
	})
	return err
}

// PinMessage pins a message, if it is there, or takes the pin out. Number is
// that of the record.
func (t *Tx) PinMessage(ch chat.ChannelID, seq, number uint64, pinned bool) error {
	there, err := t.changeExtra(ch, seq, func(x *extra) bool {
		was := x.Pinned
		x.Pinned = pinned
		return was != pinned
	})
	if err != nil || !there {
		return err
	}
	if pinned {
		_, err = t.exec(insertPin, int64(ch), int64(seq), int64(number))
	} else {
		_, err = t.exec(deletePin, int64(ch), int64(seq))
	}
	return err
}
