package store

import (
	"context"
	"database/sql"
	"slices"

	"beep/chat"
)

const (
	// MaxUnread is where counting ends: more is "many" to whoever reads it.
	MaxUnread = 1000
	// unreadCap is MaxUnread in SQL.
	unreadCap = `1000`

	// One of these per channel, joined by UNION ALL.
	countUnread = `SELECT CAST(? AS BIGINT), COUNT(*) FROM (SELECT 1 FROM messages
WHERE channel_id = ? AND seq > ? AND sender_id <> ? LIMIT ` + unreadCap + `) u`
	// UNION: a message that mentions somebody in two ways counts once.
	countMentionsHead = `SELECT CAST(? AS BIGINT), COUNT(*) FROM (
SELECT seq FROM mentions WHERE channel_id = ? AND kind = 'e' AND target = 0 AND seq > ? AND sender_id <> ?
UNION SELECT seq FROM mentions WHERE channel_id = ? AND kind = 'u' AND target = ? AND seq > ? AND sender_id <> ?
UNION SELECT seq FROM mentions WHERE channel_id = ? AND kind = 'r' AND seq > ? AND sender_id <> ? AND target IN (` // roles, then:
	countMentionsTail = `) LIMIT ` + unreadCap + `) u`
	unionAll          = ` UNION ALL `
)

// ReadMark is how far a user has read a channel.
type ReadMark struct {
	Channel chat.ChannelID
	Server  chat.ServerID
	Seq     uint64
}

// UnreadCount is what a user has not read in a channel: messages of others, and
// those among them that mention him; each at most MaxUnread.
type UnreadCount struct {
	Messages int
	Mentions int
}

// Unread counts what a user has not read, in the channels of marks; those
// without anything are absent. roles are the user's own by server, everyone
// needs not be among them. It is a query per 32 channels, and another one per 32
// of a server's channels in which there is anything.
func (s *Store) Unread(ctx context.Context, user chat.UserID, marks []ReadMark, roles map[chat.ServerID][]chat.RoleID) (map[chat.ChannelID]UnreadCount, error) {
	const op = "count unread messages"
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	counts := map[chat.ChannelID]UnreadCount{}
	err := inChunks(len(marks), func(from, to int) error {
		args := make([]any, 0, 4*maxRows)
		for _, m := range marks[from:to] {
			args = append(args, int64(m.Channel), int64(m.Channel), readSeq(m), int64(user))
		}
		return s.counts(ctx, repeatWith(countUnread, unionAll, to-from), args, func(ch chat.ChannelID, n int) {
			counts[ch] = UnreadCount{Messages: n}
		})
	})
	if err != nil {
		return nil, s.wrap(op, err)
	}
	byServer := map[chat.ServerID][]ReadMark{}
	for _, m := range marks {
		if counts[m.Channel].Messages > 0 {
			byServer[m.Server] = append(byServer[m.Server], m)
		}
	}
	for server, list := range byServer {
		if err := s.unreadMentions(ctx, user, list, roles[server], counts); err != nil {
			return nil, s.wrap(op, err)
		}
	}
	return counts, nil
}

// unreadMentions counts in channels of one server.
func (s *Store) unreadMentions(ctx context.Context, user chat.UserID, marks []ReadMark, roles []chat.RoleID, counts map[chat.ChannelID]UnreadCount) error {
	// As many parameters as the next power of two, so that the query has few shapes.
	padded := slices.Clone(roles)
	for n := len(padded); n == 0 || n&(n-1) != 0; n++ {
		padded = append(padded, 0) // no role's identifier
	}
	one := countMentionsHead + repeat("?", len(padded)) + countMentionsTail
	return inChunks(len(marks), func(from, to int) error {
		var args []any
		for _, m := range marks[from:to] {
			ch, seq, by := int64(m.Channel), readSeq(m), int64(user)
			args = append(args, ch, ch, seq, by, ch, by, seq, by, ch, seq, by)
			for _, r := range padded {
				args = append(args, int64(r))
			}
		}
		return s.counts(ctx, repeatWith(one, unionAll, to-from), args, func(ch chat.ChannelID, n int) {
			c := counts[ch]
			c.Mentions = n
			counts[ch] = c
		})
	})
}

// counts runs a query of channels and numbers, of which those above 0 are told.
func (s *Store) counts(ctx context.Context, query string, args []any, tell func(chat.ChannelID, int)) error {
	return s.read.query(ctx, func(rows *sql.Rows) error {
		var ch int64
		var n int
		err := rows.Scan(&ch, &n)
		if n > 0 {
			tell(chat.ChannelID(ch), n)
		}
		return err
	}, query, args...)
}

func readSeq(m ReadMark) int64 { return int64(min(m.Seq, maxSequence)) }

const (
	selectServersChannels = `SELECT id FROM channels WHERE server_id = ? ORDER BY id`
	selectSenders         = `SELECT seq, sender_id, created_at FROM messages WHERE channel_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?`

	// sincePerChannel and sinceAll bound how many messages are looked at for
	// one sender's, in one channel and in all of a server: half a second.
	sincePerChannel = 20_000
	sinceAll        = 200_000
)

// MessagesSince lists the sequences, ascending, of a user's messages in a server
// since a time (Unix milliseconds), by channel: the newest, at most
// chat.MaxPurgedMessages of a channel. There is no index of senders, which every
// message would pay for; it looks through the newest 20,000 messages of each
// channel and 200,000 in all, and what lies behind them is not found.
func (s *Store) MessagesSince(ctx context.Context, server chat.ServerID, sender chat.UserID, since int64) (map[chat.ChannelID][]uint64, error) {
	const op = "list messages of a user"
	var channels []int64
	err := s.rows(ctx, func(rows *sql.Rows) error {
		var id int64
		err := rows.Scan(&id)
		channels = append(channels, id)
		return err
	}, selectServersChannels, int64(server))
	if err != nil {
		return nil, s.wrap(op, err)
	}
	found, budget := map[chat.ChannelID][]uint64{}, sinceAll
	for _, id := range channels {
		seqs, looked, err := s.messagesSince(ctx, id, sender, since, min(budget, sincePerChannel))
		if err != nil {
			return nil, s.wrap(op, err)
		}
		if budget -= looked; len(seqs) > 0 {
			slices.Reverse(seqs)
			found[chat.ChannelID(id)] = seqs
		}
		if budget <= 0 {
			break
		}
	}
	return found, nil
}

// messagesSince looks through one channel, backwards.
func (s *Store) messagesSince(ctx context.Context, ch int64, sender chat.UserID, since int64, budget int) (seqs []uint64, looked int, err error) {
	before := int64(maxSequence)
	for looked < budget {
		got, older := 0, false
		err := s.rows(ctx, func(rows *sql.Rows) error {
			var by, at int64
			err := rows.Scan(&before, &by, &at)
			got++
			if older = older || at < since; !older && by == int64(sender) && len(seqs) < chat.MaxPurgedMessages {
				seqs = append(seqs, uint64(before))
			}
			return err
		}, selectSenders, ch, before, min(walkMessages, budget-looked))
		looked += got
		if err != nil || older || got == 0 || len(seqs) == chat.MaxPurgedMessages {
			return seqs, looked, err
		}
	}
	return seqs, looked, nil
}

// rows is a query within the time of one.
func (s *Store) rows(ctx context.Context, scan func(*sql.Rows) error, query string, args ...any) error {
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	return s.read.query(ctx, scan, query, args...)
}
