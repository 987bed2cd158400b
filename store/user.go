package store

import (
	"context"
	"database/sql"
	"errors"

	"beep/chat"
)

// Profile is what everybody may know of a user.
type Profile struct {
	ID        chat.UserID
	Username  string
	FirstName string
	LastName  string
}

const (
	upsertUser = `INSERT INTO users (id, username, first_name, last_name) VALUES (?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET username = excluded.username, first_name = excluded.first_name, last_name = excluded.last_name`
	selectUsers      = `SELECT id, username, first_name, last_name FROM users WHERE id IN (` // parameters )
	selectUserByName = `SELECT id, username, first_name, last_name FROM users WHERE username = ? ORDER BY id LIMIT 1`

	upsertRead = `INSERT INTO read_positions (user_id, channel_id, server_id, seq) VALUES (?, ?, ?, ?)
ON CONFLICT (user_id, channel_id) DO UPDATE SET server_id = excluded.server_id, seq = excluded.seq`
	deleteReads = `DELETE FROM read_positions WHERE user_id = ? AND server_id = ?`
	selectReads = `SELECT channel_id, server_id, seq FROM read_positions WHERE user_id = ?`
)

// Users lists the profiles of those of ids that exist, in no order.
func (s *Store) Users(ctx context.Context, ids []chat.UserID) ([]Profile, error) {
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	list := make([]Profile, 0, len(ids))
	err := inChunks(len(ids), func(from, to int) error {
		args := make([]any, 0, maxRows)
		for _, id := range ids[from:to] {
			args = append(args, int64(id))
		}
		return s.read.query(ctx, func(rows *sql.Rows) error {
			var p Profile
			err := scanProfile(rows, &p)
			list = append(list, p)
			return err
		}, selectUsers+repeat("?", to-from)+`)`, args...)
	})
	return list, s.wrap("list users", err)
}

// UserByName finds a profile by username, or NotFound.
func (s *Store) UserByName(ctx context.Context, username string) (Profile, error) {
	const op = "find user"
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	var p Profile
	err := sql.ErrNoRows
	if storable(username) {
		err = scanProfile(s.read.queryRow(ctx, selectUserByName, username), &p)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return Profile{}, chat.Errorf(chat.NotFound, op, "there is no such user")
	}
	return p, s.wrap(op, err)
}

// ReadPositions is how far a user has read, by channel.
func (s *Store) ReadPositions(ctx context.Context, user chat.UserID) (map[chat.ChannelID]chat.ReadPosition, error) {
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	read := map[chat.ChannelID]chat.ReadPosition{}
	err := s.read.query(ctx, func(rows *sql.Rows) error {
		var ch chat.ChannelID
		var pos chat.ReadPosition
		err := rows.Scan(&ch, &pos.ServerID, &pos.Seq)
		read[ch] = pos
		return err
	}, selectReads, int64(user))
	return read, s.wrap("read positions", err)
}

// PutUser adds or replaces a profile.
func (t *Tx) PutUser(p Profile) error {
	_, err := t.exec(upsertUser, int64(p.ID), p.Username, p.FirstName, p.LastName)
	return err
}

// SetRead moves a user's read position in a channel.
func (t *Tx) SetRead(user chat.UserID, ch chat.ChannelID, server chat.ServerID, seq uint64) error {
	_, err := t.exec(upsertRead, int64(user), int64(ch), int64(server), int64(seq))
	return err
}

// DeleteReads forgets a user's read positions in a server he has left.
func (t *Tx) DeleteReads(user chat.UserID, server chat.ServerID) error {
	_, err := t.exec(deleteReads, int64(user), int64(server))
	return err
}

func scanProfile(r scanner, p *Profile) error {
	return r.Scan(&p.ID, &p.Username, &p.FirstName, &p.LastName)
}
