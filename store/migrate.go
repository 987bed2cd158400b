package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

// migrationTable is where goose notes what was done. Written by: Open.
const migrationTable = "migrations"

// migrate brings the schema up to date. The caller sees to it that only one
// process does so at a time, by a lock of its own or by opts.
func (s *Store) migrate(ctx context.Context, db *sql.DB, d goose.Dialect, opts ...goose.ProviderOption) error {
	dir, err := fs.Sub(migrations, "migrations/"+s.dialect.name)
	if err != nil {
		return fmt.Errorf("find migrations: %w", err)
	}
	opts = append(opts, goose.WithTableName(migrationTable), goose.WithDisableGlobalRegistry(true))
	p, err := goose.NewProvider(d, db, dir, opts...)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	done, err := p.Up(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	for _, m := range done {
		s.logger.Info("migrated the store", "version", m.Source.Version, "duration", m.Duration)
	}
	return nil
}
