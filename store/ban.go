package store

import (
	"context"
	"database/sql"

	"beep/chat"
)

// Ban is who is kept out of a server.
type Ban struct {
	UserID chat.UserID
	chat.Ban
}

const (
	upsertBan = `INSERT INTO bans (server_id, user_id, username, by_id, at, reason)
VALUES (?, ?, COALESCE((SELECT username FROM members WHERE server_id = ? AND user_id = ?), ''), ?, ?, ?)
ON CONFLICT (server_id, user_id) DO UPDATE SET username = excluded.username, by_id = excluded.by_id, at = excluded.at, reason = excluded.reason`
	deleteBan  = `DELETE FROM bans WHERE server_id = ? AND user_id = ?`
	selectBans = `SELECT user_id, username, by_id, at, reason FROM bans WHERE server_id = ? AND user_id > ? ORDER BY user_id LIMIT ?`
)

// Bans lists who is banned from a server by id, beginning behind user after (0:
// at the first).
func (s *Store) Bans(ctx context.Context, server chat.ServerID, after chat.UserID, limit int) ([]Ban, error) {
	const op = "list bans"
	if limit < 1 {
		return nil, chat.Errorf(chat.Invalid, op, "limit must be at least 1")
	}
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	list := []Ban{}
	err := s.read.query(ctx, func(rows *sql.Rows) error {
		var b Ban
		err := rows.Scan(&b.UserID, &b.Username, &b.By, &b.At, &b.Reason)
		list = append(list, b)
		return err
	}, selectBans, int64(server), int64(min(uint64(after), maxSequence)), min(limit, MaxPage))
	return list, s.wrap(op, err)
}

// PutBan adds or replaces a ban; the username is a member's, "" if he is none.
func (t *Tx) PutBan(server chat.ServerID, user, by chat.UserID, at int64, reason string) error {
	_, err := t.exec(upsertBan, int64(server), int64(user), int64(server), int64(user), int64(by), at, reason)
	return err
}

// DeleteBan removes a ban, if there is one.
func (t *Tx) DeleteBan(server chat.ServerID, user chat.UserID) error {
	_, err := t.exec(deleteBan, int64(server), int64(user))
	return err
}
