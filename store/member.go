package store

import (
	"context"
	"database/sql"

	"beep/chat"
)

// Member is a member of a server.
type Member struct {
	UserID   chat.UserID
	Username string
	JoinedAt int64 // Unix milliseconds
}

const (
	insertMember  = `INSERT INTO members (server_id, user_id, username, joined_at) VALUES (?, ?, ?, ?) ON CONFLICT (server_id, user_id) DO NOTHING`
	updateMember  = `UPDATE members SET username = ?, joined_at = ? WHERE server_id = ? AND user_id = ?`
	deleteMember  = `DELETE FROM members WHERE server_id = ? AND user_id = ?`
	countMembers  = `UPDATE servers SET members = members + ? WHERE id = ?`
	selectMembers = `SELECT user_id, username, joined_at FROM members WHERE server_id = ? AND user_id > ? ORDER BY user_id LIMIT ?`
)

// Members lists a server's members by id, beginning behind user after (0: at
// the first); empty for a server that is not there.
func (s *Store) Members(ctx context.Context, server chat.ServerID, after chat.UserID, limit int) ([]Member, error) {
	const op = "list members"
	if limit < 1 {
		return nil, chat.Errorf(chat.Invalid, op, "limit must be at least 1")
	}
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	list := []Member{}
	err := s.read.query(ctx, func(rows *sql.Rows) error {
		var m Member
		err := rows.Scan(&m.UserID, &m.Username, &m.JoinedAt)
		list = append(list, m)
		return err
	}, selectMembers, int64(server), int64(min(uint64(after), maxSequence)), min(limit, MaxPage))
	return list, s.wrap(op, err)
}

// PutMember adds a member, counting him, or replaces one.
func (t *Tx) PutMember(server chat.ServerID, m Member) error {
	n, err := t.exec(insertMember, int64(server), int64(m.UserID), m.Username, m.JoinedAt)
	if err != nil {
		return err
	}
	if n == 0 {
		_, err = t.exec(updateMember, m.Username, m.JoinedAt, int64(server), int64(m.UserID))
		return err
	}
	_, err = t.exec(countMembers, 1, int64(server))
	return err
}

// DeleteMember removes a member, if he is one.
func (t *Tx) DeleteMember(server chat.ServerID, user chat.UserID) error {
	n, err := t.exec(deleteMember, int64(server), int64(user))
	if err != nil || n == 0 {
		return err
	}
	_, err = t.exec(countMembers, -1, int64(server))
	return err
}
