package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"beep/chat"
)

// ErrCursorMoved says that a log position was moved by somebody else: another
// projector works on the same database. Nothing of the transaction remains.
var ErrCursorMoved = errors.New("another projector has moved the cursor")

const unavailable = "temporarily unavailable"

// wrap is the one place where an error of the database becomes an error of the
// store: (1) a chat.Error and ErrCursorMoved pass, (2) what heals by itself is
// chat.Unavailable with the cause inside, (3) a caller who gave up gets his
// context's error, (4) the rest is wrapped with the act.
func (s *Store) wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	var e *chat.Error
	if errors.As(err, &e) {
		return err
	}
	if errors.Is(err, ErrCursorMoved) || errors.Is(err, context.Canceled) {
		return fmt.Errorf("%s: %w", op, err)
	}
	if s.closed.Load() || isAway(err) {
		return &chat.Error{Kind: chat.Unavailable, Op: op, Message: unavailable, Err: err}
	}
	return fmt.Errorf("%s: %w", op, err)
}

// isAway reports whether err says that the database cannot be asked now, rather
// than that the question was wrong.
func isAway(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return isAwayState(pg.Code)
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return isAwayCode(lite.Code() & 0xff) // the low byte is the primary code
	}
	for _, target := range []error{
		driver.ErrBadConn, sql.ErrConnDone, context.DeadlineExceeded, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed,
	} {
		if errors.Is(err, target) {
			return true
		}
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || pgconn.SafeToRetry(err) || pgconn.Timeout(err)
}

// isAwayState knows the SQLSTATE classes that pass: 08 connection, 53 resources,
// 57 operator (shutdown, start, cancel), 58 the system below, and of class 40
// and 55 the losers of a race for a lock; 25006 is a standby after a fail-over.
func isAwayState(code string) bool {
	switch code {
	case "40001", "40P01", "55P03", "25006":
		return true
	}
	if len(code) < 2 {
		return false
	}
	switch code[:2] {
	case "08", "53", "57", "58":
		return true
	}
	return false
}

func isAwayCode(code int) bool {
	switch code {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
		sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_NOMEM:
		return true
	}
	return false
}
