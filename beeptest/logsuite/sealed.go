package logsuite

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"beep/chat"
	"beep/jetstream"
	"beep/wire"
)

// newSealed makes a tenant with a key: its own log and that of a channel.
func newSealed(t *testing.T, l Log) (server, channel chat.Key) {
	t.Helper()
	channel = newChannel()
	if err := l.CreateKey(deadline(t), channel.Tenant); err != nil {
		t.Fatal(err)
	}
	return chat.ServerKey(chat.ServerID(channel.Tenant)), channel
}

func sealedReadsLikeAny(t *testing.T, l Log) {
	server, channel := newSealed(t, l)
	f := l.OpenFeed(64)
	defer f.Close()
	if err := f.Subscribe(channel.Tenant); err != nil {
		t.Fatal(err)
	}
	cursor, err := l.LastSeq(deadline(t), channel.Shard())
	if err != nil {
		t.Fatal(err)
	}
	fill(t, l, server, 1, 2)
	seqs := fill(t, l, channel, 2, 256, 3)
	replayed := &numbers{t: t, key: channel}
	if err := l.Replay(deadline(t), channel, 0, replayed.add); err != nil {
		t.Fatal(err)
	}
	replayed.readable(1, 261)
	later := &numbers{t: t, key: channel}
	if err := l.Replay(deadline(t), channel, seqs[0], later.add); err != nil {
		t.Fatal(err)
	}
	later.readable(3, 261)
	checkRange(t, l, channel, 2, 259, 261)
	followed := &numbers{t: t, key: channel}
	followKey(t, l, channel, cursor, 8, followed, 261)
	followed.readable(1, 261)
	heard := map[chat.Key]*numbers{server: {t: t, key: server}, channel: {t: t, key: channel}}
	for range 5 {
		m := next(t, f)
		c, err := wire.DecodeCommit(m.Key, m.Data)
		if err != nil {
			t.Fatal(err)
		}
		if err := heard[m.Key].add(m.Seq, c); err != nil {
			t.Fatal(err)
		}
	}
	heard[server].readable(1, 3)
	heard[channel].readable(1, 261)
	eventually(t, func() error {
		heads, err := l.Heads(deadline(t), channel.Tenant)
		if err != nil || len(heads) != 2 || heads[server] != 3 || heads[channel] != 261 {
			return fmt.Errorf("heads are %v, %w", heads, err)
		}
		return nil
	})
}

// readable is dense, and says that every record could be read.
func (n *numbers) readable(first, last uint64) {
	n.t.Helper()
	n.dense(first, last)
	if len(n.bad) != 0 {
		n.t.Fatalf("%v could not be read", n.bad)
	}
}

func sealedFence(t *testing.T, l Log) {
	_, key := newSealed(t, l)
	ours := commit(key, 1, 1, 2)
	seq := must(t, l, ours, 0)
	if _, err := try(t, l, commit(key, 2, 1, 2), 0); !errors.Is(err, jetstream.ErrFenced) {
		t.Fatalf("a second writer was told %v", err)
	}
	must(t, l, commit(key, 2, 3, 1), seq)
	if again := must(t, l, ours, 0); again != seq {
		t.Fatalf("stored at %d and then at %d", seq, again)
	}
	l.(AckDropper).DropAcks(1)
	head, err := l.Head(deadline(t), key)
	if err != nil || head.Last != 3 || head.Epoch != 2 {
		t.Fatalf("head is %+v, %v", head, err)
	}
	must(t, l, commit(key, 2, 4, 1), head.Seq)
	n := &numbers{t: t, key: key}
	if err := l.Replay(deadline(t), key, 0, n.add); err != nil {
		t.Fatal(err)
	}
	n.readable(1, 4)
}

func sealedSnapshots(t *testing.T, l Log) {
	_, key := newSealed(t, l)
	want := wire.Snapshot{Number: 3, Seq: 4, State: []byte(`{"secret":"state"}`)}
	if err := l.SaveSnapshot(deadline(t), key, want); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		got, ok, err := l.LoadSnapshot(deadline(t), key)
		if err != nil || !ok || !bytes.Equal(got.State, want.State) {
			return fmt.Errorf("loaded %+v, %v, %w", got, ok, err)
		}
		return nil
	})
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

func sealedRecentSends(t *testing.T, l Log) {
	_, key := newSealed(t, l)
	author := chat.UserID(newID())
	c := commit(key, 1, 1, 1)
	c.Records[0].Author = author
	must(t, l, c, 0)
	got, err := l.RecentSends(deadline(t), time.Now().Add(-10*time.Second))
	if err != nil || len(got[author]) != 1 {
		t.Fatalf("sends of the author: %v, %v", got[author], err)
	}
}

func erasedKeepsItsNumbers(t *testing.T, l Log) {
	server, key := newSealed(t, l)
	fill(t, l, server, 1)
	seqs := fill(t, l, key, 2, 3)
	for range 2 { // the second time is like the first
		if err := l.EraseKey(deadline(t), key.Tenant); err != nil {
			t.Fatal(err)
		}
	}
	e := &erased{t: t, want: 1}
	if err := l.Replay(deadline(t), key, 0, e.add); err != nil || e.want != 6 {
		t.Fatalf("replayed up to %d, %v", e.want-1, err)
	}
	e = &erased{t: t, want: 3}
	if err := l.Read(deadline(t), key, 4, 5, e.add); err != nil || e.want != 6 {
		t.Fatalf("read up to %d, %v", e.want-1, err)
	}
	e = &erased{t: t, want: 1}
	err := l.Follow(deadline(t), key.Shard(), seqs[0]-1, 100, func(es []jetstream.Entry) error {
		for _, en := range es {
			if en.Key != key {
				continue
			}
			if en.Err != nil {
				t.Errorf("followed with %v", en.Err)
			}
			if err := e.add(en.Seq, en.Commit); err != nil {
				return err
			}
			if en.Commit.Last() == 5 {
				return errStop
			}
		}
		return nil
	})
	if !errors.Is(err, errStop) {
		t.Fatal(err)
	}
	head, err := l.Head(deadline(t), key)
	if err != nil || head.Last != 5 || head.Seq != seqs[1] {
		t.Fatalf("head is %+v, %v", head, err)
	}
	if _, err := try(t, l, commit(key, 1, 6, 1), head.Seq); !chat.Is(err, chat.Gone) {
		t.Fatalf("an append to an erased tenant was told %v", err)
	}
	if err := l.CreateKey(deadline(t), key.Tenant); !chat.Is(err, chat.Gone) {
		t.Fatalf("a new key for an erased tenant: %v", err)
	}
}

// erased checks that what is handed to it are erased records, one after the other.
type erased struct {
	t    *testing.T
	want uint64
}

func (e *erased) add(seq uint64, c wire.Commit) error {
	e.t.Helper()
	for i := range c.Records {
		r := &c.Records[i]
		if _, err := wire.DecodeEvent(r); r.Number != e.want || !errors.Is(err, wire.ErrErased) || len(r.Payload) != 0 {
			e.t.Errorf("at %d: record %d, want %d; %v with payload %q", seq, r.Number, e.want, err, r.Payload)
		}
		e.want++
	}
	return nil
}

func oneKeyForAll(t *testing.T, l Log) {
	key := newChannel()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := l.CreateKey(deadline(t), key.Tenant); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	fill(t, l, key, 2)
	if err := l.CreateKey(deadline(t), key.Tenant); err != nil { // now with records
		t.Fatal(err)
	}
	n := &numbers{t: t, key: key}
	if err := l.Replay(deadline(t), key, 0, n.add); err != nil {
		t.Fatal(err)
	}
	n.readable(1, 2)
}

func keysOnlyForNew(t *testing.T, l Log) {
	server := chat.ServerKey(chat.ServerID(newID()))
	fill(t, l, server, 1)
	if err := l.CreateKey(deadline(t), server.Tenant); !chat.Is(err, chat.Conflict) {
		t.Fatalf("a key for a tenant with plain records: %v", err)
	}
	if err := l.EraseKey(deadline(t), server.Tenant); err != nil {
		t.Fatalf("erasing where there is no key: %v", err)
	}
	n := &numbers{t: t, key: server}
	if err := l.Replay(deadline(t), server, 0, n.add); err != nil {
		t.Fatal(err)
	}
	n.readable(1, 1)
	if err := l.CreateKey(deadline(t), 0); err == nil {
		t.Fatal("no tenant got a key")
	}
}

// erasureIsNoDamage: damage in a sealed log is found before and after its key is
// erased, and nothing else is called damage.
func erasureIsNoDamage(t *testing.T, l Log) {
	_, key := newSealed(t, l)
	seqs := fill(t, l, key, 2)
	if err := l.EraseKey(deadline(t), key.Tenant); err != nil {
		t.Fatal(err)
	}
	var bytesThere []byte
	err := l.Follow(deadline(t), key.Shard(), seqs[0]-1, 1, func(es []jetstream.Entry) error {
		bytesThere = bytes.Clone(es[0].Data)
		return errStop
	})
	if !errors.Is(err, errStop) || !wire.IsSealed(bytesThere) {
		t.Fatalf("an erased commit is followed as %q, %v", bytesThere, err)
	}
	bytesThere[len(bytesThere)-9] ^= 1
	at, err := l.(Injector).Inject(key, bytesThere)
	if err != nil {
		t.Fatal(err)
	}
	err = l.Follow(deadline(t), key.Shard(), at-1, 1, func(es []jetstream.Entry) error {
		if !errors.Is(es[0].Err, wire.ErrCorrupt) || errors.Is(es[0].Err, wire.ErrErased) {
			t.Errorf("damage is followed as %v", es[0].Err)
		}
		return errStop
	})
	if !errors.Is(err, errStop) {
		t.Fatal(err)
	}
	if err := l.Replay(deadline(t), key, 0, func(uint64, wire.Commit) error { return nil }); err != nil {
		t.Fatal(err)
	}
	expectDead(t, l, key, at, 0)
	expectNoDead(t, l, key, seqs[0])
}

func expectNoDead(t *testing.T, l Log, key chat.Key, seq uint64) {
	t.Helper()
	err := l.DeadLetters(deadline(t), func(d jetstream.DeadLetter) error {
		if d.Shard == key.Shard() && d.Seq == seq {
			t.Errorf("there is a dead letter: %+v", d)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func sealedDeadLetters(t *testing.T, l Log) {
	_, key := newSealed(t, l)
	d := jetstream.DeadLetter{Shard: key.Shard(), Seq: 1 << 41, Key: key, Number: 7, Reason: "cannot read 'secret'", Data: []byte("secret")}
	if err := l.Quarantine(deadline(t), d); err != nil {
		t.Fatal(err)
	}
	if got := expectDead(t, l, key, d.Seq, 7); got.Reason != d.Reason || !bytes.Equal(got.Data, d.Data) {
		t.Fatalf("with the key it is %+v", got)
	}
	if err := l.EraseKey(deadline(t), key.Tenant); err != nil {
		t.Fatal(err)
	}
	got := expectDead(t, l, key, d.Seq, 7)
	if bytes.Contains(got.Data, d.Data) || bytes.Contains([]byte(got.Reason), d.Data) {
		t.Fatalf("without the key it is %+v", got)
	}
	d.Seq++
	if err := l.Quarantine(deadline(t), d); err != nil {
		t.Fatal(err)
	}
	expectNoDead(t, l, key, d.Seq)
}
