package store

import (
	"context"
	"database/sql"
	"errors"

	"beep/chat"
)

const (
	selectApplied     = `SELECT applied FROM entities WHERE id = ? AND kind = ? AND tenant = ?`
	selectAppliedIDs  = `SELECT id, kind, tenant, applied, gone FROM entities WHERE id IN (` // parameters )
	upsertApplied     = `INSERT INTO entities (id, kind, tenant, applied) VALUES `           // rows, then:
	upsertAppliedTail = ` ON CONFLICT (id, kind, tenant) DO UPDATE SET applied = excluded.applied`
	upsertGone        = `INSERT INTO entities (id, kind, tenant, applied, gone) VALUES (?, ?, ?, 0, TRUE)
ON CONFLICT (id, kind, tenant) DO UPDATE SET gone = TRUE`
)

// Progress is how far an entity was folded in. Gone: it was deleted, or erased;
// what its log still brings must leave no rows. A server that is gone takes its
// channels with it, whether they are marked or not.
type Progress struct {
	Applied uint64
	Gone    bool
}

// Applied is the number of the last record of k that was folded in, 0 for none.
func (s *Store) Applied(ctx context.Context, k chat.Key) (uint64, error) {
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	var n uint64
	err := s.read.queryRow(ctx, selectApplied, int64(k.ID), kindText(k.Kind), int64(k.Tenant)).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return n, s.wrap("read applied number", err)
}

// Progress is, for each of keys that has a row, how far it was folded in.
func (t *Tx) Progress(keys []chat.Key) (map[chat.Key]Progress, error) {
	wanted := make(map[chat.Key]bool, len(keys))
	for _, k := range keys {
		wanted[k] = true
	}
	found := make(map[chat.Key]Progress, len(keys))
	err := inChunks(len(keys), func(from, to int) error {
		args := make([]any, 0, maxRows)
		for _, k := range keys[from:to] {
			args = append(args, int64(k.ID))
		}
		return t.query(func(rows *sql.Rows) error {
			var p Progress
			k, n, err := scanEntity(rows, &p.Gone)
			if p.Applied = n; wanted[k] {
				found[k] = p
			}
			return err
		}, selectAppliedIDs+repeat("?", to-from)+`)`, args...)
	})
	return found, err
}

// SetApplied notes how far the entities were folded in.
func (t *Tx) SetApplied(numbers map[chat.Key]uint64) error {
	args := make([]any, 0, 4*len(numbers))
	for k, n := range numbers {
		args = append(args, int64(k.ID), kindText(k.Kind), int64(k.Tenant), int64(n))
	}
	return inChunks(len(numbers), func(from, to int) error {
		_, err := t.exec(upsertApplied+repeat("(?, ?, ?, ?)", to-from)+upsertAppliedTail, args[4*from:4*to]...)
		return err
	})
}

func scanEntity(rows *sql.Rows, more ...any) (k chat.Key, applied uint64, err error) {
	var kind string
	err = rows.Scan(append([]any{&k.ID, &kind, &k.Tenant, &applied}, more...)...)
	k.Kind = textKind(kind)
	return k, applied, err
}

func kindText(k chat.EntityKind) string {
	if k == 0 {
		return ""
	}
	return string(rune(k))
}

func textKind(s string) chat.EntityKind {
	if s == "" {
		return 0
	}
	return chat.EntityKind(s[0])
}
