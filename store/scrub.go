package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
)

const (
	// scrubWait is how long Scrub waits for readers, in milliseconds: nobody can
	// write meanwhile.
	scrubWait = 250
	// vacuumBytes is the size up to which Scrub writes the file anew: half a
	// second in which nobody can write.
	vacuumBytes = 64 << 20
)

// Scrub makes sure that deleted rows are not to be found in the database's files
// any more, as far as the database can. False: somebody is reading; try again
// later.
//
//   - SQLite overwrites what it deletes, but when it had moved a row to another
//     page before, a copy may lie in the unused space of the former one. A file
//     of up to 64 MiB is therefore written anew. In a larger one such a copy
//     stays until its page fills up again: at the worst a few rows of a thousand.
//     Then the write-ahead log, which still has the pages as they were, is emptied.
//   - Postgres has nothing to be told: its own vacuum gives the space of deleted
//     rows to others, and its log expires.
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
	done, err = scrubFile(ctx, conn)
	_, back := conn.ExecContext(context.WithoutCancel(ctx), "PRAGMA busy_timeout = "+strconv.FormatInt(sqliteBusy.Milliseconds(), 10))
	return done, s.wrap(op, errors.Join(err, back))
}

func scrubFile(ctx context.Context, conn *sql.Conn) (done bool, err error) {
	var pages, size int64
	if err := conn.QueryRowContext(ctx, "SELECT page_count, page_size FROM pragma_page_count, pragma_page_size").Scan(&pages, &size); err != nil {
		return false, err
	}
	if pages*size <= vacuumBytes {
		if _, err := conn.ExecContext(ctx, "VACUUM"); err != nil {
			return false, err
		}
	}
	var busy, logged, moved int
	err = conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &logged, &moved)
	return busy == 0, err
}
