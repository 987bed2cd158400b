package jetstream_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"beep/chat"
	"beep/jetstream"
	"beep/wire"
)

// largeState is what lies in several messages, however it is compressed.
func largeState(seed byte) []byte {
	b := make([]byte, 1<<20+1<<19)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(b) // never fails
	return b
}

func saveLarge(t *testing.T, l *jetstream.Log, key chat.Key, number uint64) wire.Snapshot {
	t.Helper()
	s := wire.Snapshot{Number: number, Seq: number, State: largeState(byte(number))}
	if err := l.SaveSnapshot(soon(t), key, s); err != nil {
		t.Fatal(err)
	}
	return s
}

func loadSnapshot(t *testing.T, l *jetstream.Log, key chat.Key) (wire.Snapshot, bool) {
	t.Helper()
	s, ok, err := l.LoadSnapshot(soon(t), key)
	if err != nil {
		t.Fatal(err)
	}
	return s, ok
}

func TestALargeSnapshotThatIsNotReplacedWholeLeavesTheOneBefore(t *testing.T) {
	t.Parallel()
	_, l := single(t, t.TempDir())
	key := chat.ServerKey(77)
	for number := uint64(1); number <= 4; number++ {
		want := saveLarge(t, l, key, number)
		// Whoever saves the next one ends before its head: the other set is overwritten.
		set := int(number % 2)
		for i := range 2 {
			if err := l.SetSnapshotPart(key, set, i, []byte(fmt.Sprint("half a snapshot", i))); err != nil {
				t.Fatal(err)
			}
		}
		got, ok := loadSnapshot(t, l, key)
		if !ok || got.Number != number || !bytes.Equal(got.State, want.State) {
			t.Fatalf("loaded number %d (%v), want %d", got.Number, ok, number)
		}
	}
}

func TestALargeSnapshotWithADamagedPartCountsAsNone(t *testing.T) {
	t.Parallel()
	_, l := single(t, t.TempDir())
	for i, c := range []struct {
		name   string
		damage func([]byte) []byte
	}{
		{"a flipped bit", func(b []byte) []byte { b[len(b)/2] ^= 1; return b }},
		{"a short part", func(b []byte) []byte { return b[1:] }},
		{"a long part", func(b []byte) []byte { return append(b, b...) }},
		{"an empty part", func([]byte) []byte { return nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			key := chat.ServerKey(chat.ServerID(100 + i))
			saveLarge(t, l, key, 1)
			part, err := l.SnapshotPartBytes(key, 0, 1)
			if err != nil {
				t.Fatal(err)
			}
			if err := l.SetSnapshotPart(key, 0, 1, c.damage(bytes.Clone(part))); err != nil {
				t.Fatal(err)
			}
			if _, ok := loadSnapshot(t, l, key); ok {
				t.Fatal("it was loaded")
			}
			saveLarge(t, l, key, 2)
			if s, ok := loadSnapshot(t, l, key); !ok || s.Number != 2 {
				t.Fatalf("after the next one was saved number %d was loaded (%v)", s.Number, ok)
			}
		})
	}
}

func TestADamagedHeadOfASnapshotCountsAsNone(t *testing.T) {
	t.Parallel()
	_, l := single(t, t.TempDir())
	key := chat.ServerKey(78)
	saveLarge(t, l, key, 1)
	head, err := l.SnapshotBytes(key)
	if err != nil || len(head) == 0 || head[0] != 'H' {
		t.Fatalf("the head is %x, %v", head, err)
	}
	for bit := range len(head) * 8 {
		bad := bytes.Clone(head)
		bad[bit/8] ^= 1 << (bit % 8)
		if err := l.SetSnapshot(key, bad); err != nil {
			t.Fatal(err)
		}
		if _, ok := loadSnapshot(t, l, key); ok {
			t.Fatalf("with bit %d flipped it was loaded", bit)
		}
	}
	for _, bad := range [][]byte{head[:len(head)-1], []byte("H"), append(bytes.Clone(head), 0)} {
		if err := l.SetSnapshot(key, bad); err != nil {
			t.Fatal(err)
		}
		if _, ok := loadSnapshot(t, l, key); ok {
			t.Fatalf("%x was loaded", bad)
		}
	}
}
