package logsuite

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"beep/chat"
	"beep/wire"
)

// sameShard makes n channels of one server that lie in one stream.
func sameShard(n int) []chat.Key {
	server := chat.ServerID(newID())
	var keys []chat.Key
	for len(keys) < n {
		k := chat.ChannelKey(server, chat.ChannelID(newID()))
		if len(keys) == 0 || k.Shard() == keys[0].Shard() {
			keys = append(keys, k)
		}
	}
	return keys
}

func ranges(t *testing.T, l Log) {
	keys := sameShard(3)
	last := make([]uint64, len(keys))
	var wg sync.WaitGroup
	for i, key := range keys { // at once, so that they interleave
		sizes := randomSizes(40, 1+i*20)
		for _, n := range sizes {
			last[i] += uint64(n)
		}
		wg.Go(func() { fill(t, l, key, sizes...) })
	}
	wg.Wait()
	for i, key := range keys {
		for range 15 {
			from := 1 + rand.Uint64N(last[i])
			to := from + rand.Uint64N(last[i]-from+1)
			checkRange(t, l, key, from, to, last[i])
		}
		checkRange(t, l, key, 1, last[i], last[i])
		checkRange(t, l, key, last[i], last[i], last[i])
		checkRange(t, l, key, last[i], last[i]+100, last[i])
	}
}

func checkRange(t *testing.T, l Log, key chat.Key, from, to, last uint64) {
	t.Helper()
	n := &numbers{t: t, key: key}
	if err := l.Read(deadline(t), key, from, to, n.add); err != nil {
		t.Fatalf("read %d to %d: %v", from, to, err)
	}
	if len(n.got) == 0 {
		t.Fatalf("read %d to %d of %d: nothing", from, to, last)
	}
	first, end := n.got[0], n.got[len(n.got)-1]
	n.dense(first, end)
	if first > from || end < min(to, last) {
		t.Fatalf("read %d to %d: got %d to %d", from, to, first, end)
	}
}

func replayAfter(t *testing.T, l Log) {
	key := newChannel()
	seqs := fill(t, l, key, 2, 3, 4)
	for i, first := range []uint64{3, 6, 10} {
		n := &numbers{t: t, key: key}
		if err := l.Replay(deadline(t), key, seqs[i], n.add); err != nil {
			t.Fatal(err)
		}
		n.dense(first, 9)
	}
	stop := fmt.Errorf("enough")
	calls := 0
	err := l.Replay(deadline(t), key, 0, func(uint64, wire.Commit) error { calls++; return stop })
	if err == nil || calls != 1 {
		t.Fatalf("an error of the reader must end the replay: %v after %d calls", err, calls)
	}
}

func heads(t *testing.T, l Log) {
	server := chat.ServerID(newID())
	want := make(map[chat.Key]uint64)
	for i := range 20 {
		key := chat.ChannelKey(server, chat.ChannelID(newID()))
		fill(t, l, key, 1+i, 2)
		want[key] = uint64(i + 3)
	}
	fill(t, l, newChannel(), 1) // of another tenant
	eventually(t, func() error {
		got, err := l.Heads(deadline(t), uint64(server))
		if err != nil {
			return err
		}
		if len(got) != len(want) {
			return fmt.Errorf("%d entities, want %d", len(got), len(want))
		}
		for k, n := range want {
			if got[k] != n {
				return fmt.Errorf("%s is at %d, want %d", k, got[k], n)
			}
		}
		return nil
	})
	none, err := l.Heads(deadline(t), newID())
	if err != nil || len(none) != 0 {
		t.Fatalf("a tenant without entities: %v, %v", none, err)
	}
}

func keys(t *testing.T, l Log) {
	want := make(map[chat.Key]uint64)
	for range 10 {
		key := newChannel()
		fill(t, l, key, 3)
		want[key] = 3
	}
	eventually(t, func() error {
		got := make(map[chat.Key]uint64)
		err := l.Keys(deadline(t), func(k chat.Key, head uint64) error {
			got[k] = head
			return nil
		})
		if err != nil {
			return err
		}
		for k, n := range want {
			if got[k] != n {
				return fmt.Errorf("%s is at %d, want %d", k, got[k], n)
			}
		}
		return nil
	})
}

// eventually is for what a replica may show a moment late.
func eventually(t *testing.T, check func() error) {
	t.Helper()
	ctx := deadline(t)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := check()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal(err)
		}
	}
}

func snapshots(t *testing.T, l Log) {
	key := newChannel()
	if _, ok, err := l.LoadSnapshot(deadline(t), key); ok || err != nil {
		t.Fatalf("a snapshot before any was saved: %v, %v", ok, err)
	}
	for i := range uint64(3) {
		want := wire.Snapshot{Number: 10 + i, Seq: 5 + i, State: bytes.Repeat([]byte(`{"a":1}`), 1000)}
		if err := l.SaveSnapshot(deadline(t), key, want); err != nil {
			t.Fatal(err)
		}
		eventually(t, func() error {
			got, ok, err := l.LoadSnapshot(deadline(t), key)
			if err != nil || !ok || got.Number != want.Number || got.Seq != want.Seq || !bytes.Equal(got.State, want.State) {
				return fmt.Errorf("loaded number %d (%v, %w), want %d", got.Number, ok, err, want.Number)
			}
			return nil
		})
	}
	good := wire.EncodeSnapshot(wire.Snapshot{Number: 1, Seq: 1, State: []byte("{}")})
	flipped := bytes.Clone(good)
	flipped[len(flipped)/2] ^= 4
	unknown := bytes.Clone(good)
	unknown[1] = 99
	for _, data := range [][]byte{flipped, unknown, {}, []byte("S")} {
		if err := l.(Injector).SetSnapshot(key, data); err != nil {
			t.Fatal(err)
		}
		eventually(t, func() error {
			if _, ok, err := l.LoadSnapshot(deadline(t), key); ok || err != nil {
				return fmt.Errorf("a damaged snapshot was loaded: %v, %w", ok, err)
			}
			return nil
		})
	}
}

func tenThousand(t *testing.T, l Log) {
	key := newChannel()
	sizes := make([]int, 40)
	for i := range sizes {
		sizes[i] = 250
	}
	seqs := fill(t, l, key, sizes...)
	n := &numbers{t: t, key: key}
	if err := l.Replay(deadline(t), key, 0, n.add); err != nil {
		t.Fatal(err)
	}
	n.dense(1, 10_000)
	checkRange(t, l, key, 4_321, 8_765, 10_000)
	head, err := l.Head(deadline(t), key)
	if err != nil || head.Seq != seqs[39] || head.Last != 10_000 {
		t.Fatalf("head is %+v, %v", head, err)
	}
}
