package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"beep/chat"
)

func TestWhatHealsByItselfIsUnavailable(t *testing.T) {
	t.Parallel()
	s := &Store{}
	for _, err := range []error{
		driver.ErrBadConn, io.ErrUnexpectedEOF, context.DeadlineExceeded, &net.OpError{Op: "dial", Err: io.EOF},
		&pgconn.ConnectError{}, &pgconn.PgError{Code: "08006"}, &pgconn.PgError{Code: "57P01"}, &pgconn.PgError{Code: "53300"},
		&pgconn.PgError{Code: "40P01"}, &pgconn.PgError{Code: "25006"},
	} {
		got := s.wrap("act", fmt.Errorf("deep down: %w", err))
		var e *chat.Error
		if !errors.As(got, &e) || e.Kind != chat.Unavailable || e.Message != unavailable || !errors.Is(got, err) {
			t.Errorf("%T %v becomes %v", err, err, got)
		}
	}
	for _, err := range []error{
		errors.New("a bug"), &pgconn.PgError{Code: "42601"}, &pgconn.PgError{Code: "23505"}, context.Canceled, ErrCursorMoved,
	} {
		got := s.wrap("act", err)
		if chat.Is(got, chat.Unavailable) || !errors.Is(got, err) {
			t.Errorf("%T %v becomes %v", err, err, got)
		}
	}
	if s.wrap("act", nil) != nil {
		t.Error("no error becomes one")
	}
}

func TestChunksCoverEveryRowOnceInFewSizes(t *testing.T) {
	t.Parallel()
	for n := range 300 {
		next := 0
		err := inChunks(n, func(from, to int) error {
			if from != next || !slices.Contains([]int{1, 2, 4, 8, 16, 32}, to-from) {
				t.Errorf("of %d rows: %d to %d after %d", n, from, to, next)
			}
			next = to
			return nil
		})
		if err != nil || next != n {
			t.Errorf("of %d rows %d are covered, error %v", n, next, err)
		}
	}
}

func TestParametersAreNumberedForPostgres(t *testing.T) {
	t.Parallel()
	const query = "SELECT a FROM b WHERE c = ? AND d IN (?, ?)"
	if got, want := postgresDialect().bind(query), "SELECT a FROM b WHERE c = $1 AND d IN ($2, $3)"; got != want {
		t.Errorf("query is %q, want %q", got, want)
	}
	if got := sqliteDialect().bind(query); got != query {
		t.Errorf("query is %q, want it as it was", got)
	}
}

// TestDurabilityIsAsPromised looks at what each kind of connection really runs
// with: a misspelt pragma is silently ignored.
func TestDurabilityIsAsPromised(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), Options{DSN: filepath.Join(t.TempDir(), "beep.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, c := range []struct {
		what   string
		h      *handle
		pragma string
		want   string
	}{
		{"accounts", s.accounts, "synchronous", "2"}, // full
		{"accounts", s.accounts, "journal_mode", "wal"},
		{"accounts", s.accounts, "foreign_keys", "1"},
		{"accounts", s.accounts, "busy_timeout", "10000"},
		{"projection", s.write, "synchronous", "1"}, // normal
		{"accounts", s.accounts, "secure_delete", "1"},
		{"projection", s.write, "secure_delete", "1"},
		{"projection", s.write, "journal_mode", "wal"},
		{"projection", s.write, "wal_autocheckpoint", "16384"},
		{"projection", s.write, "cache_size", "-32768"},
		{"reading", s.read, "query_only", "1"},
		{"reading", s.read, "busy_timeout", "10000"},
	} {
		var got string
		if err := c.h.db.QueryRowContext(t.Context(), "PRAGMA "+c.pragma).Scan(&got); err != nil || got != c.want {
			t.Errorf("%s: %s is %q, want %q, error %v", c.what, c.pragma, got, c.want, err)
		}
	}
}
