package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"beep/chat"
)

// Member is a member of a server.
type Member struct {
	UserID   chat.UserID
	Username string
	Nickname string
	JoinedAt int64 // Unix milliseconds
}

const (
	insertMember = `INSERT INTO members (server_id, user_id, username, joined_at) VALUES (?, ?, ?, ?) ON CONFLICT (server_id, user_id) DO NOTHING`
	updateMember = `UPDATE members SET username = ?, nickname = '', nickname_key = '', joined_at = ? WHERE server_id = ? AND user_id = ?`
	renameMember = `UPDATE members SET nickname = ?, nickname_key = ? WHERE server_id = ? AND user_id = ?`
	deleteMember = `DELETE FROM members WHERE server_id = ? AND user_id = ?`
	countMembers = `UPDATE servers SET members = members + ? WHERE id = ?`

	selectMemberColumns = `SELECT user_id, username, nickname, nickname_key, joined_at FROM members `
	selectMembers       = selectMemberColumns + `WHERE server_id = ? AND user_id > ? ORDER BY user_id LIMIT ?`
	selectMember        = selectMemberColumns + `WHERE server_id = ? AND user_id = ?`
)

// Members lists a server's members by id, beginning behind user after (0: at
// the first); empty for a server that is not there.
func (s *Store) Members(ctx context.Context, server chat.ServerID, after chat.UserID, limit int) ([]Member, error) {
	const op = "list members"
	if limit < 1 {
		return nil, chat.Errorf(chat.Invalid, op, "limit must be at least 1")
	}
	list, err := s.members(ctx, selectMembers, int64(server), int64(min(uint64(after), maxSequence)), min(limit, MaxPage))
	members := make([]Member, len(list))
	for i := range list {
		members[i] = list[i].Member
	}
	return members, s.wrap(op, err)
}

// Member finds a member, or NotFound.
func (s *Store) Member(ctx context.Context, server chat.ServerID, user chat.UserID) (Member, error) {
	const op = "find member"
	m, err := s.member(ctx, server, user)
	if errors.Is(err, sql.ErrNoRows) {
		return Member{}, chat.Errorf(chat.NotFound, op, "there is no such member")
	}
	return m.Member, s.wrap(op, err)
}

// namedMember is a member with the forms of his names that are searched.
type namedMember struct {
	Member
	key string // the nickname in lower case
}

func (s *Store) member(ctx context.Context, server chat.ServerID, user chat.UserID) (m namedMember, err error) {
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	err = scanMember(s.read.queryRow(ctx, selectMember, int64(server), int64(user)), &m)
	return m, err
}

func (s *Store) members(ctx context.Context, query string, args ...any) (list []namedMember, err error) {
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	err = s.read.query(ctx, func(rows *sql.Rows) error {
		var m namedMember
		err := scanMember(rows, &m)
		list = append(list, m)
		return err
	}, query, args...)
	return list, err
}

func scanMember(r scanner, m *namedMember) error {
	return r.Scan(&m.UserID, &m.Username, &m.Nickname, &m.key, &m.JoinedAt)
}

// PutMember adds a member, counting him, or replaces one.
func (t *Tx) PutMember(server chat.ServerID, m Member) error {
	n, err := t.exec(insertMember, int64(server), int64(m.UserID), m.Username, m.JoinedAt)
	if err != nil {
		return err
	}
	if n == 0 {
		_, err = t.exec(updateMember, m.Username, m.JoinedAt, int64(server), int64(m.UserID))
	} else {
		_, err = t.exec(countMembers, 1, int64(server))
	}
	if err == nil && m.Nickname != "" {
		err = t.RenameMember(server, m.UserID, m.Nickname)
	}
	return err
}

// RenameMember gives a member a nickname, "" takes it away.
func (t *Tx) RenameMember(server chat.ServerID, user chat.UserID, nickname string) error {
	_, err := t.exec(renameMember, nickname, strings.ToLower(nickname), int64(server), int64(user))
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
