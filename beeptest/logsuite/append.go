package logsuite

import (
	"errors"
	"testing"

	"beep/chat"
	"beep/jetstream"
	"beep/wire"
)

func appendAndReadBack(t *testing.T, l Log) {
	key := newChannel()
	seqs := fill(t, l, key, 1, 3, 256, 2)
	n := &numbers{t: t, key: key}
	if err := l.Replay(deadline(t), key, 0, n.add); err != nil {
		t.Fatal(err)
	}
	n.dense(1, 262)
	for i := range seqs {
		if n.seqs[i] != seqs[i] {
			t.Fatalf("commit %d read at %d, acknowledged at %d", i, n.seqs[i], seqs[i])
		}
	}
	head, err := l.Head(deadline(t), key)
	if err != nil {
		t.Fatal(err)
	}
	if want := (jetstream.Head{Seq: seqs[3], Epoch: 1, First: 261, Last: 262}); head != want {
		t.Fatalf("head is %+v, want %+v", head, want)
	}
}

func emptyLog(t *testing.T, l Log) {
	key := newChannel()
	head, err := l.Head(deadline(t), key)
	if err != nil || head != (jetstream.Head{}) {
		t.Fatalf("head of an empty log: %+v, %v", head, err)
	}
	n := &numbers{t: t, key: key}
	if err := l.Replay(deadline(t), key, 0, n.add); err != nil {
		t.Fatal(err)
	}
	if err := l.Read(deadline(t), key, 1, 100, n.add); err != nil {
		t.Fatal(err)
	}
	n.dense(1, 0)
	if _, err := l.Head(deadline(t), chat.Key{}); err == nil {
		t.Fatal("the head of no entity was answered")
	}
}

func twoWriters(t *testing.T, l Log) {
	key := newChannel()
	fence, first := uint64(0), uint64(1)
	for range 20 {
		a := start(l, commit(key, 1, first, 2), fence)
		b := start(l, commit(key, 2, first, 2), fence)
		oa, ob := <-a, <-b
		if (oa.err == nil) == (ob.err == nil) {
			t.Fatalf("one must win and one must lose: %v and %v", oa.err, ob.err)
		}
		won, lost := oa, ob
		if oa.err != nil {
			won, lost = ob, oa
		}
		if !errors.Is(lost.err, jetstream.ErrFenced) {
			t.Fatalf("the loser was told %v", lost.err)
		}
		fence, first = won.seq, first+2
	}
	n := &numbers{t: t, key: key}
	if err := l.Replay(deadline(t), key, 0, n.add); err != nil {
		t.Fatal(err)
	}
	n.dense(1, 40)
}

func idempotentResend(t *testing.T, l Log) {
	key := newChannel()
	c := commit(key, 5, 1, 3)
	first := must(t, l, c, 0)
	if again := must(t, l, c, 0); again != first {
		t.Fatalf("stored at %d and then at %d", first, again)
	}
	n := &numbers{t: t, key: key}
	if err := l.Replay(deadline(t), key, 0, n.add); err != nil {
		t.Fatal(err)
	}
	n.dense(1, 3)
}

func lostAck(t *testing.T, l Log) {
	key := newChannel()
	fence, first := uint64(0), uint64(1)
	for range 5 {
		l.(AckDropper).DropAcks(1) // may hit another test's append: it bears it too
		ch := start(l, commit(key, 1, first, 2), fence)
		o := <-ch
		if o.err != nil {
			t.Fatalf("append at %d: %v", first, o.err)
		}
		fence, first = o.seq, first+2
		select {
		case again := <-ch:
			t.Fatalf("done was called twice: %+v", again)
		default:
		}
	}
	n := &numbers{t: t, key: key}
	if err := l.Replay(deadline(t), key, 0, n.add); err != nil {
		t.Fatal(err)
	}
	n.dense(1, 10)
}

// lostAckAndNewWriter: our commit is stored, its answer is lost, another writer
// appends; sending again must neither store it twice nor deny it.
func lostAckAndNewWriter(t *testing.T, l Log) {
	key := newChannel()
	ours := commit(key, 1, 1, 2)
	seq := must(t, l, ours, 0)
	next := must(t, l, commit(key, 2, 3, 1), seq)
	if again := must(t, l, ours, 0); again != seq {
		t.Fatalf("stored at %d and then at %d", seq, again)
	}
	if _, err := try(t, l, commit(key, 1, 3, 1), seq); !errors.Is(err, jetstream.ErrFenced) {
		t.Fatalf("the old writer was told %v", err)
	}
	must(t, l, commit(key, 2, 4, 1), next)
	n := &numbers{t: t, key: key}
	if err := l.Replay(deadline(t), key, 0, n.add); err != nil {
		t.Fatal(err)
	}
	n.dense(1, 4)
}

func refusedCommits(t *testing.T, l Log) {
	key := newChannel()
	for name, c := range map[string]*wire.Commit{
		"empty":      {Key: key, Epoch: 1, First: 1},
		"too many":   commit(key, 1, 1, chat.MaxRecordsPerCommit+1),
		"no number":  commit(key, 1, 0, 1),
		"no entity":  commit(chat.Key{}, 1, 1, 1),
		"wrong kind": commit(chat.Key{Kind: 'x', Tenant: 1, ID: 1}, 1, 1, 1),
	} {
		if _, err := try(t, l, c, 0); !errors.Is(err, jetstream.ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if head, err := l.Head(deadline(t), key); err != nil || head.Seq != 0 {
		t.Fatalf("something was stored: %+v, %v", head, err)
	}
}
