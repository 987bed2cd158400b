package store

import (
	"context"
	"database/sql"
	"strings"

	"beep/chat"
)

// DeadLetter is a record, or a whole commit, that could not be folded in, or a
// place in the log that needs somebody's eyes.
type DeadLetter struct {
	Shard  int
	Seq    uint64   // of the commit in its stream
	Key    chat.Key // zero if unknown
	Number uint64   // of the record, 0 for a whole commit
	Reason string
	Data   []byte
	At     int64 // Unix milliseconds
}

const (
	insertDeadLetter = `INSERT INTO dead_letters (shard, seq, number, reason, kind, tenant, id, data, at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (shard, seq, number, reason) DO NOTHING`
	selectDeadLetters = `SELECT shard, seq, number, reason, kind, tenant, id, data, at FROM dead_letters ORDER BY at, shard, seq, number LIMIT ?`
	// selectEntities walks by key, so that it holds nothing between its pages.
	selectEntities = `SELECT id, kind, tenant, applied FROM entities WHERE (id, kind, tenant) > (?, ?, ?) ORDER BY id, kind, tenant LIMIT ?`
	walkEntities   = 1000

	// maxReason bounds what an error's text may take of an index.
	maxReason = 500
)

// DeadLetters lists the oldest dead letters.
func (s *Store) DeadLetters(ctx context.Context, limit int) ([]DeadLetter, error) {
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	list := []DeadLetter{}
	err := s.read.query(ctx, func(rows *sql.Rows) error {
		var d DeadLetter
		var kind string
		err := rows.Scan(&d.Shard, &d.Seq, &d.Number, &d.Reason, &kind, &d.Key.Tenant, &d.Key.ID, &d.Data, &d.At)
		d.Key.Kind = textKind(kind)
		list = append(list, d)
		return err
	}, selectDeadLetters, max(limit, 0))
	return list, s.wrap("list dead letters", err)
}

// AllEntities calls fn for every entity of which records were folded in, with
// the number of the last one, page by page. The error of fn ends the walk.
func (s *Store) AllEntities(ctx context.Context, fn func(chat.Key, uint64) error) error {
	var last chat.Key
	for {
		keys, numbers, err := s.entities(ctx, last)
		if err != nil {
			return s.wrap("list entities", err)
		}
		for i, k := range keys {
			if err := fn(k, numbers[i]); err != nil {
				return err
			}
			last = k
		}
		if len(keys) < walkEntities {
			return nil
		}
	}
}

func (s *Store) entities(ctx context.Context, after chat.Key) (keys []chat.Key, numbers []uint64, err error) {
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	err = s.read.query(ctx, func(rows *sql.Rows) error {
		k, n, err := scanEntity(rows)
		keys, numbers = append(keys, k), append(numbers, n)
		return err
	}, selectEntities, int64(after.ID), kindText(after.Kind), int64(after.Tenant), walkEntities)
	return keys, numbers, err
}

// PutDeadLetter adds a dead letter; the same one twice is one.
func (t *Tx) PutDeadLetter(d DeadLetter) error {
	reason := strings.ReplaceAll(strings.ToValidUTF8(d.Reason[:min(len(d.Reason), maxReason)], ""), "\x00", "")
	data := d.Data
	if data == nil {
		data = []byte{}
	}
	_, err := t.exec(insertDeadLetter, d.Shard, int64(d.Seq), int64(d.Number), reason, kindText(d.Key.Kind),
		int64(d.Key.Tenant), int64(d.Key.ID), data, d.At)
	return err
}
