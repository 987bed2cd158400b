// Package logsuite is what every log of Beep must do: one suite, run on the log
// in memory, on one JetStream server and on a cluster of three.
package logsuite

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"beep/chat"
	"beep/jetstream"
	"beep/wire"
)

// Log is what is tested.
type Log interface {
	Append(c *wire.Commit, fence uint64, done func(seq uint64, err error))
	Head(ctx context.Context, key chat.Key) (jetstream.Head, error)
	Replay(ctx context.Context, key chat.Key, afterSeq uint64, fn func(seq uint64, c wire.Commit) error) error
	Read(ctx context.Context, key chat.Key, from, to uint64, fn func(seq uint64, c wire.Commit) error) error
	Heads(ctx context.Context, tenant uint64) (map[chat.Key]uint64, error)
	Keys(ctx context.Context, fn func(key chat.Key, head uint64) error) error
	LoadSnapshot(ctx context.Context, key chat.Key) (wire.Snapshot, bool, error)
	SaveSnapshot(ctx context.Context, key chat.Key, s wire.Snapshot) error
	Tip(key chat.Key, number uint64) error
	PublishLive(subject string, data []byte) error
	OpenFeed(size int) *jetstream.Feed
	Follow(ctx context.Context, shard int, afterSeq uint64, maxBatch int, fn func([]jetstream.Entry) error) error
	LastSeq(ctx context.Context, shard int) (uint64, error)
	Quarantine(ctx context.Context, d jetstream.DeadLetter) error
	DeadLetters(ctx context.Context, fn func(jetstream.DeadLetter) error) error
	RecentSends(ctx context.Context, since time.Time) (map[chat.UserID][]int64, error)
	CreateKey(ctx context.Context, tenant uint64) error
	EraseKey(ctx context.Context, tenant uint64) error
	Close()
}

// AckDropper is a log that can lose the answers of its next n appends after they
// are stored. Every log under test must be one.
type AckDropper interface{ DropAcks(n int) }

// Injector is a log whose streams can be given raw bytes, past the fence. Every
// log under test must be one.
type Injector interface {
	Inject(key chat.Key, data []byte) (seq uint64, err error)
	// InjectDamaged is Inject with the message id that a commit would have.
	InjectDamaged(key chat.Key, epoch, first uint64, data []byte) (seq uint64, err error)
	SetSnapshot(key chat.Key, data []byte) error
}

// Run runs the suite. All tests share the log that open returns, each with
// entities of its own, since starting a cluster takes seconds.
func Run(t *testing.T, open func(t *testing.T) Log) {
	l := open(t)
	for name, test := range map[string]func(t *testing.T, l Log){
		"what is appended is read back":                           appendAndReadBack,
		"an empty log has an empty head":                          emptyLog,
		"of two writers exactly one wins":                         twoWriters,
		"the same commit again is stored once":                    idempotentResend,
		"a lost acknowledgement is no failure":                    lostAck,
		"a commit under a newer one is still found":               lostAckAndNewWriter,
		"a commit out of bounds is refused":                       refusedCommits,
		"any range is read exactly":                               ranges,
		"replay begins after a sequence":                          replayAfter,
		"heads are those of the tenant":                           heads,
		"keys are all entities":                                   keys,
		"snapshots are kept and damaged ones are none":            snapshots,
		"large snapshots are kept whole":                          largeSnapshots,
		"the live feed has everything in order":                   liveFeed,
		"tips, typing and presence are heard":                     liveOthers,
		"a full feed drops and counts":                            fullFeed,
		"a closed feed ends its reader":                           closedFeed,
		"follow goes on from a cursor":                            follow,
		"an unreadable commit is quarantined and leaves its mark": corruptCommit,
		"an unreadable end is passed over by the next writer":     unreadableEnd,
		"a foreign message takes no numbers":                      foreignMessage,
		"a damaged record leaves its neighbours":                  corruptRecord,
		"dead letters are stored once":                            deadLetters,
		"recent sends are found by author":                        recentSends,
		"ten thousand records come back":                          tenThousand,
		"a sealed tenant reads like any other":                    sealedReadsLikeAny,
		"the fence holds in a sealed log":                         sealedFence,
		"snapshots of a sealed tenant end with its key":           sealedSnapshots,
		"so do large ones":                                        sealedLargeSnapshots,
		"recent sends are found in sealed logs":                   sealedRecentSends,
		"an erased tenant keeps its numbers":                      erasedKeepsItsNumbers,
		"of many who create a key all get the same":               oneKeyForAll,
		"a key is made for new tenants only":                      keysOnlyForNew,
		"erasure is no damage and damage no erasure":              erasureIsNoDamage,
		"dead letters of a sealed tenant end with its key":        sealedDeadLetters,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, l)
		})
	}
}

// ids makes entities that no other test in this process has.
var ids atomic.Uint64

func newID() uint64 { return ids.Add(1)<<12 + 1 }

func newChannel() chat.Key {
	return chat.ChannelKey(chat.ServerID(newID()), chat.ChannelID(newID()))
}

// patience bounds every test: a cluster may need an election in between.
const patience = 60 * time.Second

func deadline(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// commit makes a commit of n messages, numbered from first.
func commit(key chat.Key, epoch, first uint64, n int) *wire.Commit {
	c := &wire.Commit{Key: key, Epoch: epoch, First: first}
	for i := range n {
		number := first + uint64(i)
		e := &chat.MessageSent{
			ID: chat.MessageID(number), ChannelID: chat.ChannelID(key.ID), Type: chat.PlainMessage,
			Content: fmt.Sprintf("message %d of %s", number, key),
		}
		r, err := wire.EncodeEvent(e, number, time.Now().UnixMilli(), chat.UserID(7), fmt.Sprint("n", number))
		if err != nil {
			panic(err)
		}
		c.Records = append(c.Records, r)
	}
	return c
}

type outcome struct {
	seq uint64
	err error
}

// start begins an append; the channel gets its outcome.
func start(l Log, c *wire.Commit, fence uint64) <-chan outcome {
	ch := make(chan outcome, 2) // a second call of done must not block, but be seen
	l.Append(c, fence, func(seq uint64, err error) { ch <- outcome{seq, err} })
	return ch
}

func try(t *testing.T, l Log, c *wire.Commit, fence uint64) (uint64, error) {
	t.Helper()
	select {
	case o := <-start(l, c, fence):
		return o.seq, o.err
	case <-deadline(t).Done():
		t.Fatal("an append never ended")
		return 0, nil
	}
}

func must(t *testing.T, l Log, c *wire.Commit, fence uint64) uint64 {
	t.Helper()
	seq, err := try(t, l, c, fence)
	if err != nil {
		t.Fatalf("append of %d to %d: %v", c.First, c.Last(), err)
	}
	return seq
}

// fill appends commits of the given sizes and returns their sequences.
func fill(t *testing.T, l Log, key chat.Key, sizes ...int) []uint64 {
	t.Helper()
	var seqs []uint64
	fence, first := uint64(0), uint64(1)
	for _, n := range sizes {
		fence = must(t, l, commit(key, 1, first, n), fence)
		first += uint64(n)
		seqs = append(seqs, fence)
	}
	return seqs
}

func randomSizes(n, most int) []int {
	sizes := make([]int, n)
	for i := range sizes {
		sizes[i] = 1 + rand.IntN(most)
	}
	return sizes
}

// numbers collects the record numbers handed to it and checks what every commit
// must satisfy.
type numbers struct {
	t    *testing.T
	key  chat.Key
	seqs []uint64
	got  []uint64
	bad  []uint64 // with Err set
}

func (n *numbers) add(seq uint64, c wire.Commit) error {
	n.t.Helper()
	if c.Key != n.key {
		n.t.Errorf("commit at %d is of %s, want %s", seq, c.Key, n.key)
	}
	if len(n.seqs) > 0 && seq <= n.seqs[len(n.seqs)-1] {
		n.t.Errorf("sequence %d after %d", seq, n.seqs[len(n.seqs)-1])
	}
	n.seqs = append(n.seqs, seq)
	for i := range c.Records {
		r := &c.Records[i]
		n.got = append(n.got, r.Number)
		if r.Err != nil {
			n.bad = append(n.bad, r.Number)
			continue
		}
		rec, err := wire.DecodeEvent(r)
		if err != nil {
			n.t.Errorf("record %d: %v", r.Number, err)
			continue
		}
		want := fmt.Sprintf("message %d of %s", r.Number, n.key)
		if m, ok := rec.Event.(*chat.MessageSent); !ok || m.Content != want {
			n.t.Errorf("record %d holds %+v, want %q", r.Number, rec.Event, want)
		}
	}
	return nil
}

// dense fails unless exactly the numbers from first to last were handed out.
func (n *numbers) dense(first, last uint64) {
	n.t.Helper()
	want := int(last) - int(first) + 1
	if len(n.got) != want {
		n.t.Fatalf("%d records, want %d (%d to %d)", len(n.got), want, first, last)
	}
	for i, got := range n.got {
		if got != first+uint64(i) {
			n.t.Fatalf("record %d in place of %d", got, first+uint64(i))
		}
	}
}
