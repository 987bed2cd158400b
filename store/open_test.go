package store_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"beep/beeptest/postgres"
	"beep/chat"
	"beep/store"
)

// openMany opens one new database many times at once and uses each.
func openMany(t *testing.T, dsn string) {
	t.Helper()
	const nodes = 6
	var wg sync.WaitGroup
	for i := range nodes {
		wg.Go(func() {
			s, err := store.Open(t.Context(), store.Options{DSN: dsn})
			if err != nil {
				t.Errorf("node %d: %v", i, err)
				return
			}
			name := "user" + string(rune('a'+i))
			if err := s.CreateAccount(t.Context(), store.Account{ID: chat.UserID(i + 1), Username: name}); err != nil {
				t.Errorf("node %d: %v", i, err)
			}
			if err := s.Close(); err != nil {
				t.Errorf("node %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	if n, err := open(t, dsn).CountAccounts(t.Context()); err != nil || n != nodes {
		t.Errorf("there are %d accounts, error %v", n, err)
	}
}

func TestNodesThatStartTogetherMigrateOnce(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		for range 5 {
			openMany(t, file(t))
		}
	})
	t.Run("Postgres", func(t *testing.T) {
		t.Parallel()
		openMany(t, postgres.New(t).Database(t))
	})
}

func TestTheFilesAreTheirOwnersAlone(t *testing.T) {
	t.Parallel()
	path := file(t)
	s := open(t, path)
	if err := s.CreateAccount(t.Context(), store.Account{ID: 1, Username: "ann"}); err != nil {
		t.Fatal(err)
	}
	found, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, f := range found {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		names[f.Name()] = true
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", f.Name(), info.Mode())
		}
	}
	if base := filepath.Base(path); !names[base] || !names[base+"-wal"] {
		t.Errorf("files are %v", names)
	}
}

func TestWhatCannotBeOpenedIsNamed(t *testing.T) {
	t.Parallel()
	for _, dsn := range []string{"", ":memory:", "postgres://host:notaport/", "postgres://h/x?sslmode=perhaps"} {
		_, err := store.Open(t.Context(), store.Options{DSN: dsn})
		if !chat.Is(err, chat.Invalid) {
			t.Errorf("opening %q: error is %v, want invalid", dsn, err)
		}
	}
	if _, err := store.Open(t.Context(), store.Options{DSN: filepath.Join(t.TempDir(), "no", "such", "directory")}); err == nil {
		t.Error("a file in no directory was opened")
	}
	garbage := file(t)
	if err := os.WriteFile(garbage, []byte("this is no database, though it is long enough to be one"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), store.Options{DSN: garbage}); err == nil || chat.Is(err, chat.Unavailable) {
		t.Errorf("opening garbage: error is %v", err)
	}
}

// TestAServerThatNeverAnswersIsGivenUpSoon connects to a listener that accepts
// and says nothing, as a machine does that hangs.
func TestAServerThatNeverAnswersIsGivenUpSoon(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	begun := time.Now()
	_, err = store.Open(t.Context(), store.Options{DSN: "postgres://beep@" + l.Addr().String() + "/beep?sslmode=disable"})
	if !chat.Is(err, chat.Unavailable) {
		t.Errorf("error is %v, want unavailable", err)
	}
	if d := time.Since(begun); d > 6*time.Second {
		t.Errorf("giving up took %v", d)
	}
}

func TestAnAccountOutlivesTheStore(t *testing.T) {
	t.Parallel()
	path := file(t)
	s := open(t, path)
	want := store.Account{ID: 1, Username: "ann", Role: "user"}
	if err := s.CreateAccount(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := open(t, path).AccountByLogin(context.Background(), "ann")
	if err != nil || got != want {
		t.Errorf("account is %+v, error %v", got, err)
	}
}
