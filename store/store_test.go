package store_test

import (
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"beep/beeptest/postgres"
	"beep/beeptest/storesuite"
	"beep/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t testing.TB, dsn string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{DSN: dsn})
	if err != nil {
		t.Fatalf("open store: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close store: %v", err)
		}
	})
	return s
}

func file(t testing.TB) string { return filepath.Join(t.TempDir(), "be ep?%41#.db") }

func TestSQLiteKeepsTheContract(t *testing.T) {
	t.Parallel()
	storesuite.Run(t, func(t *testing.T) *store.Store { return open(t, file(t)) })
}

func TestPostgresKeepsTheContract(t *testing.T) {
	t.Parallel()
	c := postgres.New(t)
	storesuite.Run(t, func(t *testing.T) *store.Store { return open(t, c.Database(t)) })
}
