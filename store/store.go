package store

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"

	"beep/chat"
)

// Options says which database to open.
type Options struct {
	// DSN is a path for SQLite (the file is made if absent), or an address
	// postgres://user:password@host/name for Postgres.
	DSN    string
	Logger *slog.Logger // nil discards
}

// Store is an open database. All methods may be called at once from many
// goroutines; Project waits for its turn.
type Store struct {
	// Apart, so that history read by the many never delays a sign-in, and
	// neither the projector.
	read, accounts, write *handle

	// turn is held by whoever writes to SQLite, which has one writer at a time:
	// waiting here is first come, first served, where SQLite's own waiting
	// polls and can starve. nil on Postgres, which needs no turns.
	turn chan struct{}

	dialect dialect
	logger  *slog.Logger
	closed  atomic.Bool
}

// Open opens the database and brings its schema up to date. Several nodes may
// do so at once: one migrates, the others wait for it. A database that is away
// is chat.Unavailable; a DSN nobody can read is chat.Invalid.
func Open(ctx context.Context, o Options) (*Store, error) {
	s := &Store{logger: o.Logger}
	if s.logger == nil {
		s.logger = slog.New(slog.DiscardHandler)
	}
	var err error
	switch {
	case o.DSN == "":
		return nil, chat.Errorf(chat.Invalid, "open store", "the store needs a path or a postgres:// address")
	case IsPostgres(o.DSN):
		err = s.openPostgres(ctx, o.DSN)
	default:
		err = s.openSQLite(ctx, o.DSN)
	}
	if err != nil {
		err = s.wrap("open store", err)
		_ = s.Close() // the first error is the one that counts
		return nil, err
	}
	return s, nil
}

// IsPostgres reports whether dsn is the address of a Postgres database rather
// than the path of a file.
func IsPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

// Close waits for calls under way and closes the database. Later calls answer
// chat.Unavailable.
func (s *Store) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	var errs []error
	for _, h := range []*handle{s.read, s.accounts, s.write} {
		if h != nil {
			errs = append(errs, h.close())
		}
	}
	return s.wrap("close store", errors.Join(errs...))
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	return s.wrap("ping store", s.read.db.PingContext(ctx))
}

// take waits for the turn to write; the caller calls what it returns. A caller
// who has given up never gets it.
func (s *Store) take(ctx context.Context) (release func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s.turn == nil {
		return func() {}, nil
	}
	select {
	case s.turn <- struct{}{}:
		return func() { <-s.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
