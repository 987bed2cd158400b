package node

import (
	"path/filepath"
	"testing"

	"beep/api"
	"beep/store"
)

func TestAnAnswerIsRememberedInTheStore(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.Context(), store.Options{DSN: filepath.Join(t.TempDir(), "beep.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	book := answerBook{s}
	first := api.KeyedRequest{User: 7, Key: "k", Operation: "create-server", Fingerprint: [32]byte{1}, At: 1000, Abandoned: 500}
	begin := func(r api.KeyedRequest, want api.Standing) api.Remembered {
		t.Helper()
		got, err := book.Begin(t.Context(), r)
		if err != nil || got.Standing != want {
			t.Fatalf("%+v, %v; want %v", got, err, want)
		}
		return got
	}
	begin(first, api.Fresh)
	again := first
	again.At, again.Abandoned = 2000, 999
	begin(again, api.UnderWay)
	if err := book.Forget(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	begin(again, api.Fresh)
	if err := book.Finish(t.Context(), again, 201, []byte(`{"id":"5"}`)); err != nil {
		t.Fatal(err)
	}
	if got := begin(first, api.Answered); got.Status != 201 || string(got.Body) != `{"id":"5"}` {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	other := first
	other.Fingerprint[0] = 2
	begin(other, api.Different)
}
