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
type moreOf struct{ reacted, voted []*chat.Message }

// addRare gives the first messages of a page their rarer parts.
func (s *Store) addRare(ctx context.Context, ch chat.ChannelID, page []chat.Message, rare []string) error {
	var more moreOf
	for i := range rare {
		if err := more.note(&page[i], rare[i]); err != nil {
			return err
		}
	}
	return s.addMore(ctx, ch, &more)
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
		p.reacted = append(p.reacted, m)
	}
	if x.Voted && m.Poll != nil {
		p.voted = append(p.voted, m)
	}
	return nil
}

const (
	selectReactions     = `SELECT seq, emoji, user_id FROM reactions WHERE channel_id = ? AND seq IN (` // parameters, then:
	selectReactionsTail = `) ORDER BY seq, first_number, number`
	selectVotes         = `SELECT seq, user_id, choice FROM poll_votes WHERE channel_id = ? AND seq IN (` // parameters, then:
	selectVotesTail     = `) ORDER BY seq, number, user_id, choice`
)

// addMore adds reactions and votes to messages of a page: a query of each per 32
// messages that have any.
func (s *Store) addMore(ctx context.Context, ch chat.ChannelID, more *moreOf) error {
	err := s.hanging(ctx, ch, more.reacted, selectReactions, selectReactionsTail, func(rows *sql.Rows, find func(int64) *chat.Message) error {
		var seq, user int64
		var emoji string
		err := rows.Scan(&seq, &emoji, &user)
		if m := find(seq); m != nil && err == nil {
			addReaction(m, emoji, chat.UserID(user))
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.hanging(ctx, ch, more.voted, selectVotes, selectVotesTail, func(rows *sql.Rows, find func(int64) *chat.Message) error {
		var seq, user int64
		var choice int
		err := rows.Scan(&seq, &user, &choice)
		if m := find(seq); m != nil && err == nil && choice >= 0 && choice < len(m.Poll.Options) {
			o := &m.Poll.Options[choice]
			o.Voters = append(o.Voters, chat.UserID(user))
		}
		return err
	})
}

// hanging reads rows that hang on messages, and finds the message of a row.
func (s *Store) hanging(ctx context.Context, ch chat.ChannelID, list []*chat.Message, query, tail string, scan func(*sql.Rows, func(seq int64) *chat.Message) error) error {
	return inChunks(len(list), func(from, to int) error {
		chunk := list[from:to]
		args := make([]any, 1, maxRows+1)
		args[0] = int64(ch)
		for _, m := range chunk {
			args = append(args, int64(m.Seq))
		}
		find := func(seq int64) *chat.Message {
			for _, m := range chunk {
				if m.Seq == uint64(seq) {
					return m
				}
			}
			return nil
		}
		return s.read.query(ctx, func(rows *sql.Rows) error { return scan(rows, find) }, query+repeat("?", to-from)+tail, args...)
	})
}

func addReaction(m *chat.Message, emoji string, user chat.UserID) {
	i := slices.IndexFunc(m.Reactions, func(r chat.Reaction) bool { return r.Emoji == emoji })
	if i < 0 {
		i = len(m.Reactions)
		m.Reactions = append(m.Reactions, chat.Reaction{Emoji: emoji})
	}
	m.Reactions[i].Users = append(m.Reactions[i].Users, user)
}
