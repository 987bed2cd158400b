package store

import (
	"context"
	"errors"
	"strconv"
)

// scrubWait is how long Scrub waits for readers, in milliseconds: nobody can
// write meanwhile.
const scrubWait = 250

// Scrub makes sure that deleted rows are not to be found in the database's files
// any more, as far as the database can: on SQLite the write-ahead log, which
// still has the pages as they were, is moved into the file, whose deleted rows
// are overwritten, and emptied. False: somebody is reading; try again later. It
// also happens by itself, in time. Postgres has nothing to be told: its own
// vacuum gives the space of deleted rows to others, and its log expires.
func (s *Store) Scrub(ctx context.Context) (done bool, err error) {
	const op = "scrub store"
	if !s.dialect.scrub {
		return true, nil
	}
	release, err := s.take(ctx)
	if err != nil {
		return false, s.wrap(op, err)
	}
	defer release()
	conn, err := s.write.db.Conn(ctx)
	if err != nil {
		return false, s.wrap(op, err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, "PRAGMA busy_timeout = "+strconv.Itoa(scrubWait)); err != nil {
		return false, s.wrap(op, err)
	}
	var busy, pages, moved int
	err = conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved)
	_, back := conn.ExecContext(context.WithoutCancel(ctx), "PRAGMA busy_timeout = "+strconv.FormatInt(sqliteBusy.Milliseconds(), 10))
	return busy == 0, s.wrap(op, errors.Join(err, back))
}
