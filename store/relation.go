package store

import (
	"context"
	"database/sql"

	"beep/chat"
)

const (
	upsertRelation = `INSERT INTO relations (user_id, other_id, username, state, since) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (user_id, other_id) DO UPDATE SET username = excluded.username, state = excluded.state, since = excluded.since`
	deleteRelation  = `DELETE FROM relations WHERE user_id = ? AND other_id = ?`
	selectRelations = `SELECT other_id, username, state, since FROM relations WHERE user_id = ? AND other_id > ? ORDER BY other_id LIMIT ?`
)

// Relation is how a user stands to another one, as he may know it.
type Relation struct {
	OtherID  chat.UserID
	Username string // of the other
	State    chat.RelationState
	Since    int64 // Unix milliseconds
}

// Relations lists a user's relations by the other's id, beginning behind user
// after (0: at the first). It is for tools: the user's actor knows them, too.
func (s *Store) Relations(ctx context.Context, user, after chat.UserID, limit int) ([]Relation, error) {
	const op = "list relations"
	if limit < 1 {
		return nil, chat.Errorf(chat.Invalid, op, "limit must be at least 1")
	}
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	list := []Relation{}
	err := s.read.query(ctx, func(rows *sql.Rows) error {
		var r Relation
		err := rows.Scan(&r.OtherID, &r.Username, &r.State, &r.Since)
		list = append(list, r)
		return err
	}, selectRelations, int64(user), int64(min(uint64(after), maxSequence)), min(limit, MaxPage))
	return list, s.wrap(op, err)
}

// PutRelation adds or replaces how a user stands to another; strangers leave no row.
func (t *Tx) PutRelation(user chat.UserID, r Relation) error {
	if r.State == chat.Strangers {
		_, err := t.exec(deleteRelation, int64(user), int64(r.OtherID))
		return err
	}
	_, err := t.exec(upsertRelation, int64(user), int64(r.OtherID), r.Username, string(r.State), r.Since)
	return err
}
