package storesuite

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"beep/chat"
	"beep/store"
)

func projectionStores(t *testing.T, b *bundle) {
	seqs, err := b.Cursors(b.ctx)
	must(t, err)
	equal(t, "cursors of an empty store", seqs, [chat.Shards]uint64{})
	moves := []store.CursorMove{{Shard: 15, To: 7}, {Shard: 0, To: 1 << 40}}
	must(t, b.Project(b.ctx, moves, func(tx *store.Tx) error { return tx.PutUser(store.Profile{ID: 1, Username: "ann"}) }))
	seqs, err = b.Cursors(b.ctx)
	must(t, err)
	equal(t, "cursors", seqs, [chat.Shards]uint64{0: 1 << 40, 15: 7})
	_, err = b.UserByName(b.ctx, "ann")
	must(t, err)
	must(t, b.Project(b.ctx, []store.CursorMove{{Shard: 15, From: 7, To: 8}}, func(*store.Tx) error { return nil }))
}

func failedProjection(t *testing.T, b *bundle) {
	boom := errors.New("boom")
	err := b.Project(b.ctx, []store.CursorMove{{Shard: 3, To: 9}}, func(tx *store.Tx) error {
		must(t, tx.PutUser(store.Profile{ID: 1, Username: "ann"}))
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatalf("error is %v, want that of the function", err)
	}
	nothing(t, b)
}

func movedCursor(t *testing.T, b *bundle) {
	for _, moves := range [][]store.CursorMove{
		{{Shard: 3, From: 1, To: 9}},
		{{Shard: 2, From: 0, To: 9}, {Shard: 3, From: 1, To: 9}},
		{{Shard: chat.Shards, From: 0, To: 9}},
	} {
		err := b.Project(b.ctx, moves, func(tx *store.Tx) error { return tx.PutUser(store.Profile{ID: 1, Username: "ann"}) })
		if !errors.Is(err, store.ErrCursorMoved) {
			t.Fatalf("error is %v, want ErrCursorMoved", err)
		}
	}
	nothing(t, b)
}

// nothing fails if the store holds anything that a failed projection wrote.
func nothing(t *testing.T, b *bundle) {
	t.Helper()
	seqs, err := b.Cursors(b.ctx)
	must(t, err)
	equal(t, "cursors", seqs, [chat.Shards]uint64{})
	_, err = b.UserByName(b.ctx, "ann")
	mustBe(t, err, chat.NotFound)
}

func oneProjectorWins(t *testing.T, b *bundle) {
	const rounds, rivals = 20, 4
	for round := range uint64(rounds) {
		var won, lost atomic.Int64
		var wg sync.WaitGroup
		for i := range rivals {
			wg.Go(func() {
				// Both orders of shards: rivals must not wait for each other.
				moves := []store.CursorMove{{Shard: 1, From: round, To: round + 1}, {Shard: 9, From: round, To: round + 1}}
				if i%2 == 1 {
					moves[0], moves[1] = moves[1], moves[0]
				}
				err := b.Project(b.ctx, moves, func(tx *store.Tx) error {
					return tx.PutMember(1, store.Member{UserID: chat.UserID(round*rivals) + chat.UserID(i) + 1})
				})
				switch {
				case err == nil:
					won.Add(1)
				case errors.Is(err, store.ErrCursorMoved):
					lost.Add(1)
				default:
					t.Errorf("project: %v", err)
				}
			})
		}
		wg.Wait()
		equal(t, "winners", won.Load(), 1)
		equal(t, "losers", lost.Load(), rivals-1)
	}
	list, err := b.Members(b.ctx, 1, 0, 1000)
	must(t, err)
	equal(t, "rows of winners", len(list), rounds)
}

func appliedNumbers(t *testing.T, b *bundle) {
	numbers := map[chat.Key]uint64{}
	keys := []chat.Key{}
	for i := range uint64(150) {
		k := chat.ChannelKey(chat.ServerID(i%3+1), chat.ChannelID(i+1))
		numbers[k], keys = i+10, append(keys, k)
	}
	b.project(t, func(tx *store.Tx) error { return tx.SetApplied(numbers) })
	b.project(t, func(tx *store.Tx) error { return tx.SetApplied(map[chat.Key]uint64{keys[0]: 11}) })
	numbers[keys[0]] = 11
	stranger := chat.ServerKey(1) // has the id of a channel
	b.project(t, func(tx *store.Tx) error {
		got, err := tx.Progress(append(keys, stranger))
		must(t, err)
		equal(t, "entities", len(got), len(numbers))
		for k, n := range numbers {
			equal(t, "applied number of "+k.String(), got[k], store.Progress{Applied: n})
		}
		return nil
	})
	n, err := b.Applied(b.ctx, keys[0])
	must(t, err)
	equal(t, "applied number", n, 11)
	n, err = b.Applied(b.ctx, stranger)
	must(t, err)
	equal(t, "applied number of a stranger", n, 0)
}

func entitiesAreWalked(t *testing.T, b *bundle) {
	want := map[chat.Key]uint64{chat.ServerKey(5): 1, chat.ChannelKey(5, 5): 2, chat.UserKey(5): 3}
	for i := range uint64(2500) {
		want[chat.UserKey(chat.UserID(i+10))] = i + 1
	}
	b.project(t, func(tx *store.Tx) error { return tx.SetApplied(want) })
	got := map[chat.Key]uint64{}
	must(t, b.AllEntities(b.ctx, func(k chat.Key, n uint64) error {
		got[k] = n
		return nil
	}))
	equal(t, "entities", len(got), len(want))
	for k, n := range want {
		equal(t, "applied number of "+k.String(), got[k], n)
	}
	stop := errors.New("stop")
	if err := b.AllEntities(b.ctx, func(chat.Key, uint64) error { return stop }); !errors.Is(err, stop) {
		t.Fatalf("error is %v, want that of the function", err)
	}
}

func deadLetters(t *testing.T, b *bundle) {
	letter := store.DeadLetter{Shard: 2, Seq: 9, Key: chat.ChannelKey(1, 2), Number: 4, Reason: "bad\x00 sum\xff", Data: []byte{0, 0xff, 'x'}, At: 20}
	earlier := store.DeadLetter{Shard: 3, Seq: 1, Reason: "no header", At: 10}
	for range 2 {
		b.project(t, func(tx *store.Tx) error {
			must(t, tx.PutDeadLetter(letter))
			return tx.PutDeadLetter(earlier)
		})
	}
	list, err := b.DeadLetters(b.ctx, 10)
	must(t, err)
	equal(t, "dead letters", len(list), 2)
	equal(t, "first reason", list[0].Reason, "no header")
	equal(t, "first key", list[0].Key, chat.Key{})
	equal(t, "second reason", list[1].Reason, "bad sum")
	equal(t, "second key", list[1].Key, letter.Key)
	equal(t, "second number", list[1].Number, 4)
	equal(t, "second data", string(list[1].Data), string(letter.Data))
	list, err = b.DeadLetters(b.ctx, 1)
	must(t, err)
	equal(t, "dead letters of a page of one", len(list), 1)
}

func callerGaveUp(t *testing.T, b *bundle) {
	ctx, cancel := context.WithCancel(b.ctx)
	cancel()
	_, _, err := b.Messages(ctx, store.MessageQuery{Channel: 1, Limit: 1})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("reading: error is %v, want that of the context", err)
	}
	if err := b.SetValidated(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("writing: error is %v, want that of the context", err)
	}
	if err := b.Project(ctx, nil, func(*store.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("projecting: error is %v, want that of the context", err)
	}
}

func closedIsUnavailable(t *testing.T, b *bundle) {
	must(t, b.Close())
	must(t, b.Close())
	mustBe(t, b.Ping(b.ctx), chat.Unavailable)
	_, err := b.AccountByID(b.ctx, 1)
	mustBe(t, err, chat.Unavailable)
	mustBe(t, b.SetValidated(b.ctx, 1), chat.Unavailable)
	mustBe(t, b.Project(b.ctx, nil, func(*store.Tx) error { return nil }), chat.Unavailable)
}

func accountBesideProjector(t *testing.T, b *bundle) {
	ctx, cancel := context.WithTimeout(b.ctx, long)
	defer cancel()
	stop := make(chan struct{})
	done := make(chan error, 1)
	go func() {
		for n := uint64(1); ; n += 100 {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			if err := b.Project(ctx, nil, func(tx *store.Tx) error { return tx.InsertMessages(messages(1, n, 100)) }); err != nil {
				done <- err
				return
			}
		}
	}()
	for i := range 20 {
		must(t, b.CreateAccount(ctx, account(chat.UserID(i+1), "user"+string(rune('a'+i)), "")))
	}
	close(stop)
	must(t, <-done)
}
