package store

import (
	"context"
	"database/sql"
	"slices"

	"beep/chat"
)

// CursorMove says that a transaction folds in what log stream Shard holds after
// sequence From and up to To.
type CursorMove struct {
	Shard    int
	From, To uint64
}

// Tx is a transaction of the projector. It must not be used after the function
// it was given to has returned, nor by two goroutines.
type Tx struct {
	ctx    context.Context // of the call to Project, which the transaction never outlives
	h      *handle
	tx     *sql.Tx
	unkept []string // queries to keep prepared once the connection is free
}

const (
	selectCursors = `SELECT shard, seq FROM cursors`
	moveCursor    = `UPDATE cursors SET seq = ? WHERE shard = ? AND seq = ?`
)

// Cursors is how far each log stream was folded in.
func (s *Store) Cursors(ctx context.Context) (seqs [chat.Shards]uint64, err error) {
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	err = s.read.query(ctx, func(rows *sql.Rows) error {
		var shard int
		var seq uint64
		if err := rows.Scan(&shard, &seq); err != nil {
			return err
		}
		if shard >= 0 && shard < len(seqs) {
			seqs[shard] = seq
		}
		return nil
	}, selectCursors)
	return seqs, s.wrap("read cursors", err)
}

// Project runs fn and moves the cursors in one transaction:
//
//  1. nil: all of it is stored, exactly once;
//  2. ErrCursorMoved: a cursor was not at From; nothing is stored;
//  3. an error of fn, or any other: nothing is stored;
//  4. chat.Unavailable: nothing is stored, unless the database went away in the
//     middle of the commit: then the cursors tell.
//
// The cursors are moved first: of two projectors the later one waits there for
// the earlier one, and then finds out before it has done any work.
func (s *Store) Project(ctx context.Context, moves []CursorMove, fn func(*Tx) error) error {
	const op = "project"
	ctx, cancel := s.write.limit(ctx)
	defer cancel()
	release, err := s.take(ctx)
	if err != nil {
		return s.wrap(op, err)
	}
	defer release()
	if s.write.timeout == 0 {
		// What is local is short, and a context that can end costs a goroutine
		// per statement.
		ctx = context.WithoutCancel(ctx)
	}
	tx, err := s.write.db.BeginTx(ctx, nil)
	if err != nil {
		return s.wrap(op, err)
	}
	t := &Tx{ctx: ctx, h: s.write, tx: tx}
	if err = t.run(s.dialect.beginProject, moves, fn); err == nil {
		err = tx.Commit()
	}
	if err != nil {
		_ = tx.Rollback() // the first error is the one that counts
	}
	for _, query := range t.unkept {
		s.write.keep(ctx, query)
	}
	return s.wrap(op, err)
}

func (t *Tx) run(begin string, moves []CursorMove, fn func(*Tx) error) error {
	if begin != "" {
		if _, err := t.exec(begin); err != nil {
			return err
		}
	}
	// In one order, so that two projectors never wait for each other.
	moves = slices.SortedFunc(slices.Values(moves), func(a, b CursorMove) int { return a.Shard - b.Shard })
	for _, m := range moves {
		n, err := t.exec(moveCursor, int64(m.To), m.Shard, int64(m.From))
		if err != nil {
			return err
		}
		if n != 1 {
			return ErrCursorMoved
		}
	}
	return fn(t)
}

// statement is the kept statement for query within the transaction. A new one
// cannot be prepared while the transaction holds the pool's only connection: it
// is noted, and kept from the next transaction on.
func (t *Tx) statement(query string) *sql.Stmt {
	if !t.h.dialect.prepare {
		return nil
	}
	if st := t.h.prepared(query); st != nil {
		return t.tx.StmtContext(t.ctx, st)
	}
	if !slices.Contains(t.unkept, query) {
		t.unkept = append(t.unkept, query)
	}
	return nil
}

func (t *Tx) exec(query string, args ...any) (int64, error) {
	var res sql.Result
	var err error
	if st := t.statement(query); st != nil {
		res, err = st.ExecContext(t.ctx, args...)
	} else {
		res, err = t.tx.ExecContext(t.ctx, t.h.text(query), args...)
	}
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (t *Tx) query(scan func(*sql.Rows) error, query string, args ...any) error {
	var rows *sql.Rows
	var err error
	if st := t.statement(query); st != nil {
		rows, err = st.QueryContext(t.ctx, args...)
	} else {
		rows, err = t.tx.QueryContext(t.ctx, t.h.text(query), args...)
	}
	if err != nil {
		return err
	}
	return eachRow(rows, scan)
}
