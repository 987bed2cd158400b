package store

import (
	"context"
	"database/sql"

	"beep/chat"
)

// Invitation is an invitation with the number of the record that opened it.
type Invitation struct {
	Number uint64
	chat.Invitation
}

const (
	insertInvitation = `INSERT INTO invitations (server_id, number, code, by_id, user_id, created_at, expires_at, max_uses, uses, revoked)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, FALSE) ON CONFLICT (server_id, number) DO NOTHING`
	revokeInvitation  = `UPDATE invitations SET revoked = TRUE WHERE server_id = ? AND code = ? RETURNING number`
	useInvitation     = `UPDATE invitations SET uses = uses + 1 WHERE server_id = ? AND code = ?`
	selectInvitations = `SELECT number, code, by_id, user_id, created_at, expires_at, max_uses, uses, revoked FROM invitations
WHERE server_id = ? AND number < ? ORDER BY number DESC LIMIT ?`
)

// Invitations lists a server's invitations, the ended ones too, the newest
// first, beginning before number before (0: at the newest).
func (s *Store) Invitations(ctx context.Context, server chat.ServerID, before uint64, limit int) ([]Invitation, error) {
	const op = "list invitations"
	if limit < 1 {
		return nil, chat.Errorf(chat.Invalid, op, "limit must be at least 1")
	}
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	list := []Invitation{}
	err := s.read.query(ctx, func(rows *sql.Rows) error {
		var i Invitation
		err := rows.Scan(&i.Number, &i.Code, &i.By, &i.UserID, &i.CreatedAt, &i.ExpiresAt, &i.MaxUses, &i.Uses, &i.Revoked)
		list = append(list, i)
		return err
	}, selectInvitations, int64(server), beforeNumber(before), min(limit, MaxPage))
	return list, s.wrap(op, err)
}

// beforeNumber is the bound of a page that goes down from a number, 0 for all.
func beforeNumber(n uint64) int64 {
	if n == 0 {
		return maxSequence
	}
	return int64(min(n, maxSequence))
}

// PutInvitation adds an invitation that nobody has used.
func (t *Tx) PutInvitation(server chat.ServerID, i Invitation) error {
	_, err := t.exec(insertInvitation, int64(server), int64(i.Number), i.Code, int64(i.By), int64(i.UserID), i.CreatedAt, i.ExpiresAt, i.MaxUses)
	return err
}

// RevokeInvitation closes an invitation and says its number; 0: it is not there.
func (t *Tx) RevokeInvitation(server chat.ServerID, code string) (number uint64, err error) {
	err = t.query(func(rows *sql.Rows) error { return rows.Scan(&number) }, revokeInvitation, int64(server), code)
	return number, err
}

// UseInvitation counts a use.
func (t *Tx) UseInvitation(server chat.ServerID, code string) error {
	_, err := t.exec(useInvitation, int64(server), code)
	return err
}
