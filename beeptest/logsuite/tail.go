package logsuite

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"beep/chat"
	"beep/jetstream"
	"beep/wire"
)

var errStop = errors.New("stop")

// followKey follows key's stream from cursor until record number last of key was
// seen, and returns the cursor at that point. Other tests write there as well.
func followKey(t *testing.T, l Log, key chat.Key, cursor uint64, batch int, n *numbers, last uint64) uint64 {
	t.Helper()
	err := l.Follow(deadline(t), key.Shard(), cursor, batch, func(es []jetstream.Entry) error {
		if len(es) == 0 || len(es) > batch {
			t.Errorf("a batch of %d, want 1 to %d", len(es), batch)
		}
		for _, e := range es {
			if e.Seq != cursor+1 {
				t.Errorf("sequence %d after %d", e.Seq, cursor)
			}
			cursor = e.Seq
			if e.Key != key {
				continue
			}
			if err := n.add(e.Seq, e.Commit); err != nil {
				return err
			}
			if e.Commit.Last() >= last {
				return errStop
			}
		}
		return nil
	})
	if !errors.Is(err, errStop) {
		t.Fatalf("follow ended with %v", err)
	}
	return cursor
}

func follow(t *testing.T, l Log) {
	key := newChannel()
	cursor, err := l.LastSeq(deadline(t), key.Shard())
	if err != nil {
		t.Fatal(err)
	}
	seqs := fill(t, l, key, 1, 2, 3)
	n := &numbers{t: t, key: key}
	cursor = followKey(t, l, key, cursor, 2, n, 6)
	n.dense(1, 6)
	// Resume while more is being written.
	written := make(chan struct{})
	go func() {
		defer close(written)
		fence := seqs[2]
		for i := range uint64(20) {
			select {
			case o := <-start(l, commit(key, 1, 7+i, 1), fence):
				fence = o.seq
			case <-deadline(t).Done():
				return
			}
		}
	}()
	cursor = followKey(t, l, key, cursor, 100, n, 16)
	followKey(t, l, key, cursor, 100, n, 26)
	<-written
	n.dense(1, 26)

	ctx, cancel := context.WithCancel(deadline(t))
	cancel()
	if err := l.Follow(ctx, 3, 0, 10, func([]jetstream.Entry) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Fatalf("follow under an ended context: %v", err)
	}
}

// corruptCommit: a commit between two others cannot be read; what it held comes
// as records with Err.
func corruptCommit(t *testing.T, l Log) {
	key := newChannel()
	seqs := fill(t, l, key, 2)
	data := wire.AppendCommit(nil, commit(key, 1, 3, 3))
	data[3] ^= 1 // in the header
	at, err := l.(Injector).Inject(key, data)
	if err != nil {
		t.Fatal(err)
	}
	must(t, l, commit(key, 2, 6, 2), at)
	for _, after := range []uint64{0, seqs[0]} {
		n := &numbers{t: t, key: key}
		if err := l.Replay(deadline(t), key, after, n.add); err != nil {
			t.Fatal(err)
		}
		if after == 0 {
			n.dense(1, 7)
			if len(n.bad) != 3 || n.bad[0] != 3 {
				t.Fatalf("unreadable are %v, want 3 to 5", n.bad)
			}
		}
	}
	checkRange(t, l, key, 1, 7, 7)
	checkRange(t, l, key, 6, 6, 7)
	expectDead(t, l, key, at, 0)
	cursor := at - 1
	err = l.Follow(deadline(t), key.Shard(), cursor, 1, func(es []jetstream.Entry) error {
		if e := es[0]; e.Seq != at || e.Err == nil || e.Key != key || !bytes.Equal(e.Data, data) {
			t.Errorf("followed as %+v", e)
		}
		return errStop
	})
	if !errors.Is(err, errStop) {
		t.Fatal(err)
	}
}

// foreignMessage: something that was never a commit lies at the end of the log.
func foreignMessage(t *testing.T, l Log) {
	key := newChannel()
	fill(t, l, key, 4, 2)
	at, err := l.(Injector).Inject(key, []byte("hello"))
	if err != nil {
		t.Fatal(err)
	}
	head, err := l.Head(deadline(t), key)
	if err != nil || head.Seq != at || head.Last != 6 {
		t.Fatalf("head is %+v, %v; want sequence %d and number 6", head, err, at)
	}
	must(t, l, commit(key, 2, 7, 1), at)
	n := &numbers{t: t, key: key}
	if err := l.Replay(deadline(t), key, 0, n.add); err != nil {
		t.Fatal(err)
	}
	n.dense(1, 7)
	if len(n.bad) != 0 {
		t.Fatalf("unreadable are %v, want none", n.bad)
	}
	expectDead(t, l, key, at, 0)
}

func corruptRecord(t *testing.T, l Log) {
	key := newChannel()
	c := commit(key, 1, 1, 3)
	data := wire.AppendCommit(nil, c)
	i := bytes.Index(data, []byte("message 2 of"))
	data[i] ^= 1
	if _, err := l.(Injector).Inject(key, data); err != nil {
		t.Fatal(err)
	}
	unknown := commit(key, 1, 4, 2)
	unknown.Records[0].Kind = 9999
	at, err := l.(Injector).Inject(key, wire.AppendCommit(nil, unknown))
	if err != nil {
		t.Fatal(err)
	}
	n := &numbers{t: t, key: key}
	if err := l.Replay(deadline(t), key, 0, n.add); err != nil {
		t.Fatal(err)
	}
	n.dense(1, 5)
	if len(n.bad) != 2 || n.bad[0] != 2 || n.bad[1] != 4 {
		t.Fatalf("unreadable are %v, want 2 and 4", n.bad)
	}
	d := jetstream.DeadLetter{Shard: key.Shard(), Seq: at, Key: key, Number: 4, Reason: "kind of event is unknown", Data: []byte("raw")}
	if err := l.Quarantine(deadline(t), d); err != nil {
		t.Fatal(err)
	}
	expectDead(t, l, key, at, 4)
}

// expectDead fails unless exactly one dead letter stands for that place.
func expectDead(t *testing.T, l Log, key chat.Key, seq, number uint64) jetstream.DeadLetter {
	t.Helper()
	var found []jetstream.DeadLetter
	err := l.DeadLetters(deadline(t), func(d jetstream.DeadLetter) error {
		if d.Shard == key.Shard() && d.Seq == seq && d.Number == number {
			found = append(found, d)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 || found[0].Key != key || found[0].Reason == "" || len(found[0].Data) == 0 {
		t.Fatalf("dead letters of %d.%d.%d: %+v", key.Shard(), seq, number, found)
	}
	return found[0]
}

func deadLetters(t *testing.T, l Log) {
	key := newChannel()
	want := jetstream.DeadLetter{Shard: key.Shard(), Seq: 1 << 40, Key: key, Number: 12, Reason: "checksum is wrong", Data: []byte{0, 1, 255}}
	for range 3 {
		if err := l.Quarantine(deadline(t), want); err != nil {
			t.Fatal(err)
		}
	}
	got := expectDead(t, l, key, want.Seq, want.Number)
	if got.Reason != want.Reason || !bytes.Equal(got.Data, want.Data) {
		t.Fatalf("stored as %+v", got)
	}
}

func recentSends(t *testing.T, l Log) {
	key := newChannel()
	author := chat.UserID(newID())
	now := time.Now()
	c := commit(key, 1, 1, 3)
	for i, at := range []time.Time{now.Add(-time.Minute), now.Add(-5 * time.Second), now} {
		c.Records[i].Author, c.Records[i].Time = author, at.UnixMilli()
	}
	must(t, l, c, 0)
	got, err := l.RecentSends(deadline(t), now.Add(-10*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	if ts := got[author]; len(ts) != 2 || ts[0] != now.Add(-5*time.Second).UnixMilli() || ts[1] != now.UnixMilli() {
		t.Fatalf("sends of the author: %v", ts)
	}
	none, err := l.RecentSends(deadline(t), now.Add(time.Hour))
	if err != nil || len(none) != 0 {
		t.Fatalf("sends of the future: %v, %v", none, err)
	}
}
