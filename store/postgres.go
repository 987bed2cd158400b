package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"beep/chat"
)

// Postgres is across a network: everything has an end.
const (
	// postgresConnect is how long a database that does not answer is waited for.
	postgresConnect = 2 * time.Second
	// postgresCall bounds a read or an account's change, waiting for a
	// connection included: a person waits for it.
	postgresCall = 5 * time.Second
	// postgresProject bounds a transaction of the projector, which nobody waits
	// for, so that a dead connection is given up at last.
	postgresProject = 30 * time.Second
	// postgresIdle closes connections nobody uses.
	postgresIdle = 5 * time.Minute

	// A Postgres of default size takes 100 connections; these are one node's.
	postgresReaders  = 12
	postgresAccounts = 4
	postgresWriters  = 1

	// migrationLockTries times a second is how long a node waits for another's
	// migration.
	migrationLockTries = 120
)

func (s *Store) openPostgres(ctx context.Context, dsn string) error {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		// pgx's error hides the password, not the rest of the address.
		return &chat.Error{Kind: chat.Invalid, Op: "open store", Message: "the postgres:// address cannot be read", Err: err}
	}
	if cfg.ConnectTimeout == 0 || cfg.ConnectTimeout > postgresConnect {
		cfg.ConnectTimeout = postgresConnect
	}
	if cfg.RuntimeParams["application_name"] == "" {
		cfg.RuntimeParams["application_name"] = "beep"
	}
	s.dialect = postgresDialect()
	open := func(connections int, timeout time.Duration) *handle {
		h := newHandle(stdlib.OpenDB(*cfg), s.dialect, connections, timeout)
		h.db.SetConnMaxIdleTime(postgresIdle)
		return h
	}
	s.read = open(postgresReaders, postgresCall)
	s.accounts = open(postgresAccounts, postgresCall)
	s.write = open(postgresWriters, postgresProject)

	if err := s.Ping(ctx); err != nil {
		return err
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, migrationLockTries))
	if err != nil {
		return fmt.Errorf("make the migrations' lock: %w", err)
	}
	return s.migrate(ctx, s.accounts.db, goose.DialectPostgres, goose.WithSessionLocker(locker))
}
