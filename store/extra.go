package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"beep/chat"
)

// extra is the rarer part of a message: the column extra, as JSON. A plain
// message has none, so that reading and writing one costs what it always did.
type extra struct {
	chat.Mentions
	Pinned    bool            `json:"pinned,omitempty"`
	ThreadID  chat.ChannelID  `json:"thread_id,omitempty"`
	Reference chat.MessageID  `json:"reference,omitempty"`
	Forwarded *chat.Forwarded `json:"forwarded,omitempty"`
	Poll      *chat.Poll      `json:"poll,omitempty"` // without its voters
	// Reacted and Voted say that the message has had rows of those tables: whoever
	// reads a message without them need not ask.
	Reacted bool `json:"reacted,omitempty"`
	Voted   bool `json:"voted,omitempty"`
}

// extraOf is what must be stored of m besides the columns of a plain message.
func extraOf(m *chat.Message) (x extra, plain bool) {
	x = extra{Mentions: m.Mentions, Pinned: m.Pinned, ThreadID: m.ThreadID, Reference: m.Reference, Forwarded: m.Forwarded, Poll: m.Poll}
	return x, x.empty()
}

func (x *extra) empty() bool {
	return x.Mentions.Empty() && !x.Pinned && x.ThreadID == 0 && x.Reference == 0 && x.Forwarded == nil && x.Poll == nil &&
		!x.Reacted && !x.Voted
}

func (x *extra) text() (string, error) {
	if x.empty() {
		return "", nil
	}
	b, err := json.Marshal(x)
	return string(b), err
}

func parseExtra(text string) (x extra, err error) {
	if text == "" {
		return x, nil
	}
	if err = json.Unmarshal([]byte(text), &x); err != nil {
		err = fmt.Errorf("read the rarer parts of a message: %w", err)
	}
	return x, err
}

// moreOf remembers which messages of a page have rows in other tables.
type moreOf struct{ reacted, voted span }

// span is a stretch of sequences, both ends included. The rows of a page's
// messages are those of the stretch: messages between that are not in the page
// are gone, and their rows with them.
type span struct{ from, to uint64 }

func (s *span) add(seq uint64) {
	if s.from == 0 {
		s.from = seq
	}
	s.from, s.to = min(s.from, seq), max(s.to, seq)
}

// note gives m its rarer parts, as far as they stand in its own row.
func (p *moreOf) note(m *chat.Message, rare string) error {
	if rare == "" {
		return nil
	}
	x, err := parseExtra(rare)
	if err != nil {
		return err
	}
	m.Mentions, m.Pinned, m.ThreadID, m.Reference, m.Forwarded, m.Poll = x.Mentions, x.Pinned, x.ThreadID, x.Reference, x.Forwarded, x.Poll
	if x.Reacted {
		p.reacted.add(m.Seq)
	}
	if x.Voted && m.Poll != nil {
		p.voted.add(m.Seq)
	}
	return nil
}

const (
	selectReactions = `SELECT seq, emoji, user_id FROM reactions WHERE channel_id = ? AND seq >= ? AND seq <= ? ORDER BY seq, first_number, number`
	selectVotes     = `SELECT seq, user_id, choice FROM poll_votes WHERE channel_id = ? AND seq >= ? AND seq <= ? ORDER BY seq, number, user_id, choice`
)

// addMore adds reactions and votes to a page: one query each, if there are any.
func (s *Store) addMore(ctx context.Context, ch chat.ChannelID, page []chat.Message, more *moreOf) error {
	if more.reacted.from == 0 && more.voted.from == 0 {
		return nil
	}
	at := make(map[uint64]*chat.Message, len(page))
	for i := range page {
		at[page[i].Seq] = &page[i]
	}
	if r := more.reacted; r.from != 0 {
		err := s.read.query(ctx, func(rows *sql.Rows) error {
			var seq, user int64
			var emoji string
			err := rows.Scan(&seq, &emoji, &user)
			if m := at[uint64(seq)]; m != nil && err == nil {
				addReaction(m, emoji, chat.UserID(user))
			}
			return err
		}, selectReactions, int64(ch), int64(r.from), int64(r.to))
		if err != nil {
			return err
		}
	}
	r := more.voted
	if r.from == 0 {
		return nil
	}
	return s.read.query(ctx, func(rows *sql.Rows) error {
		var seq, user int64
		var choice int
		err := rows.Scan(&seq, &user, &choice)
		if m := at[uint64(seq)]; m != nil && err == nil && m.Poll != nil && choice >= 0 && choice < len(m.Poll.Options) {
			o := &m.Poll.Options[choice]
			o.Voters = append(o.Voters, chat.UserID(user))
		}
		return err
	}, selectVotes, int64(ch), int64(r.from), int64(r.to))
}

func addReaction(m *chat.Message, emoji string, user chat.UserID) {
	i := slices.IndexFunc(m.Reactions, func(r chat.Reaction) bool { return r.Emoji == emoji })
	if i < 0 {
		i = len(m.Reactions)
		m.Reactions = append(m.Reactions, chat.Reaction{Emoji: emoji})
	}
	m.Reactions[i].Users = append(m.Reactions[i].Users, user)
}
