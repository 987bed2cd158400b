package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // registers the driver "sqlite"

	"beep/chat"
)

const (
	// sqliteBusy is how long to wait for another process that writes, such as a
	// backup. Within the process writers take turns.
	sqliteBusy = 10 * time.Second
	// sqliteMigrate is how long a process waits for another one's migration.
	sqliteMigrate = 2 * time.Minute
	// sqliteReaders is the read pool: pages come from memory mostly, so more
	// than a few connections per core only cost memory.
	sqliteReaders = 8
	// sqliteCheckpoint is how many pages the write-ahead log has before they are
	// moved into the database: 64 MiB, because a page rewritten in between is
	// moved once, and a thousand busy channels rewrite a thousand pages.
	sqliteCheckpoint = 16384
	// sqliteWriterCache is the projector's page cache in KiB.
	sqliteWriterCache = 32 << 10
	// migrationLockSuffix names the file beside the database that only the
	// process which migrates has locked.
	migrationLockSuffix = "-migration"
)

func (s *Store) openSQLite(ctx context.Context, path string) (err error) {
	if path == ":memory:" {
		return chat.Errorf(chat.Invalid, "open store", "the store needs a file: its readers and writers are separate connections")
	}
	if path, err = filepath.Abs(path); err != nil {
		return fmt.Errorf("find the store's file: %w", err)
	}
	if err := createPrivate(path); err != nil {
		return err
	}
	s.dialect = sqliteDialect()
	s.turn = make(chan struct{}, 1)

	unlock, err := lockMigration(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()

	cache := "cache_size(-" + strconv.Itoa(sqliteWriterCache) + ")"
	checkpoint := "wal_autocheckpoint(" + strconv.Itoa(sqliteCheckpoint) + ")"
	// A commit of an account is on the disk when it returns. A commit of the
	// projector is on the disk with the next checkpoint or account, and always
	// whole: what a crash takes is folded from the log again.
	// What is deleted is overwritten: an erased conversation must not be found in
	// the file, and neither a former password's hash.
	const overwrite = "secure_delete(1)"
	if s.accounts, err = openFile(path, 1, "journal_mode(wal)", "synchronous(full)", "foreign_keys(1)", checkpoint, overwrite); err != nil {
		return err
	}
	if err = s.migrate(ctx, s.accounts.db, goose.DialectSQLite3); err != nil {
		return err
	}
	if s.write, err = openFile(path, 1, "synchronous(normal)", cache, checkpoint, overwrite); err != nil {
		return err
	}
	if s.read, err = openFile(path, sqliteReaders, "query_only(1)"); err != nil {
		return err
	}
	return s.Ping(ctx)
}

// openFile opens a pool with the given pragmas. Writing transactions take
// SQLite's lock when they begin, not in the middle where waiting is refused.
func openFile(path string, connections int, pragmas ...string) (*handle, error) {
	q := url.Values{"_pragma": pragmas, "_txlock": {"immediate"}}
	q.Set("_busy_timeout", strconv.FormatInt(sqliteBusy.Milliseconds(), 10))
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return newHandle(db, sqliteDialect(), connections, 0), nil
}

// createPrivate makes the file, readable by its owner alone; SQLite gives its
// companions the same mode. A file that is there is not opened: closing it would
// drop the locks that connections of this process hold on it.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		err = os.Chmod(path, 0o600)
	case err == nil:
		err = f.Close()
	}
	if err != nil {
		return fmt.Errorf("create the store's file: %w", err)
	}
	return nil
}

// lockMigration waits until no other process migrates the database at path. The
// lock is SQLite's own on an empty file beside it, so that it works wherever
// SQLite does and dies with its process.
func lockMigration(ctx context.Context, path string) (unlock func() error, err error) {
	path += migrationLockSuffix
	if err := createPrivate(path); err != nil {
		return nil, err
	}
	q := url.Values{"_busy_timeout": {strconv.FormatInt(sqliteMigrate.Milliseconds(), 10)}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, fmt.Errorf("open the migrations' lock: %w", err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, "BEGIN EXCLUSIVE"); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("wait for another migration: %w", err)
	}
	return db.Close, nil
}
