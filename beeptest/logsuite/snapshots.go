package logsuite

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"beep/chat"
	"beep/wire"
)

// noise is state that no compression makes smaller.
func noise(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(n), byte(n >> 8)})
	_, _ = r.Read(b) // never fails
	return b
}

// largeSnapshots: states above what one message of NATS may hold, growing,
// shrinking and small again, are each read as they were saved.
func largeSnapshots(t *testing.T, l Log) {
	key := newChannel()
	for i, size := range []int{3 << 20, 5<<20 + 1, 2 << 20, 512, 1 << 20, 9 << 20} {
		want := wire.Snapshot{Number: uint64(100 + i), Seq: uint64(7 + i), State: noise(size)}
		saved(t, l, key, want)
	}
}

func saved(t *testing.T, l Log, key chat.Key, want wire.Snapshot) {
	t.Helper()
	if err := l.SaveSnapshot(deadline(t), key, want); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		got, ok, err := l.LoadSnapshot(deadline(t), key)
		if err != nil || !ok || got.Number != want.Number || got.Seq != want.Seq || !bytes.Equal(got.State, want.State) {
			return fmt.Errorf("loaded number %d with %d bytes (%v, %w), want %d with %d", got.Number, len(got.State), ok, err, want.Number, len(want.State))
		}
		return nil
	})
}

func sealedLargeSnapshots(t *testing.T, l Log) {
	_, key := newSealed(t, l)
	want := wire.Snapshot{Number: 3, Seq: 4, State: noise(2 << 20)}
	saved(t, l, key, want)
	if err := l.EraseKey(deadline(t), key.Tenant); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := l.LoadSnapshot(deadline(t), key); ok || err != nil {
		t.Fatalf("a snapshot outlived its key: %v, %v", ok, err)
	}
	if err := l.SaveSnapshot(deadline(t), key, want); !chat.Is(err, chat.Gone) {
		t.Fatalf("saving a snapshot of what was erased: %v", err)
	}
}
