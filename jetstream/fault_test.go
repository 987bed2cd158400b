package jetstream_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	natsjs "github.com/nats-io/nats.go/jetstream"

	"beep/chat"
	"beep/jetstream"
	"beep/subjects"
	"beep/wire"
)

// writer appends commits of two records to one log, as an actor would, and
// remembers what was acknowledged.
type writer struct {
	key   chat.Key
	epoch uint64
	fence uint64
	next  uint64
	acked map[uint64]uint64 // sequence -> first number
}

func newWriter(n uint64) *writer {
	return &writer{key: chat.ChannelKey(5, chat.ChannelID(n)), epoch: 1, next: 1, acked: make(map[uint64]uint64)}
}

// step appends once. After an unknown outcome it begins anew from the head.
func (w *writer) step(ctx context.Context, l *jetstream.Log) error {
	seq, err := do(l, commit(w.key, w.epoch, w.next, 2), w.fence)
	if err == nil {
		w.acked[seq] = w.next
		w.fence, w.next = seq, w.next+2
		return nil
	}
	if !errors.Is(err, jetstream.ErrUnavailable) {
		return err
	}
	head, err := l.Head(ctx, w.key)
	w.epoch, w.fence, w.next = w.epoch+1, head.Seq, head.Last+1
	return err
}

// check replays the log: dense, nothing twice, everything acknowledged is there.
func (w *writer) check(ctx context.Context, l *jetstream.Log) error {
	last := uint64(0)
	missing := len(w.acked)
	err := l.Replay(ctx, w.key, 0, func(seq uint64, c wire.Commit) error {
		if c.First != last+1 {
			return fmt.Errorf("%s: %d follows %d", w.key, c.First, last)
		}
		last = c.Last()
		if first, ok := w.acked[seq]; ok {
			missing--
			if first != c.First {
				return fmt.Errorf("%s: %d was acknowledged at %d, where %d lies", w.key, first, seq, c.First)
			}
		}
		return nil
	})
	if err == nil && missing != 0 {
		err = fmt.Errorf("%s: %d acknowledged commits are lost", w.key, missing)
	}
	return err
}

func TestKillingTheLeaderLosesAndDoublesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	servers := cluster(t)
	l := openLog(t, servers[0], jetstream.Config{Replicas: 3, MaxBytes: testStore, AttemptTimeout: quickRetry})
	nc, err := servers[0].Connect("look")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	var writers []*writer
	for n := range uint64(16) {
		writers = append(writers, newWriter(n+1))
	}
	victim := leaderElsewhere(t, nc, writers)

	var acked atomic.Int64
	ctx, stop := context.WithCancel(soon(t))
	var wg sync.WaitGroup
	errs := make(chan error, len(writers))
	for _, w := range writers {
		wg.Go(func() {
			for ctx.Err() == nil {
				if err := w.step(soon(t), l); err != nil {
					errs <- err
					return
				}
				acked.Add(1)
			}
		})
	}
	wait := followAll(t, l)
	reach(t, &acked, 500)
	servers[victim].Shutdown()
	reach(t, &acked, acked.Load()+3000) // every stream has a leader again
	stop()
	wg.Wait()
	close(errs)
	for err := range errs {
		t.Error(err)
	}
	for _, w := range writers {
		if err := w.check(soon(t), l); err != nil {
			t.Error(err)
		}
	}
	wait()
}

// followAll follows all streams from their beginnings; wait returns when every
// follower has come to the end its leader knows, and none has seen a gap.
func followAll(t *testing.T, l *jetstream.Log) (wait func()) {
	ctx, cancel := context.WithCancel(soon(t))
	var at [chat.Shards]atomic.Int64
	var wg sync.WaitGroup
	for shard := range at {
		wg.Go(func() {
			err := l.Follow(ctx, shard, 0, 64, func(es []jetstream.Entry) error {
				for _, e := range es {
					if last := at[shard].Swap(int64(e.Seq)); int64(e.Seq) != last+1 || e.Err != nil {
						return fmt.Errorf("shard %d: %d follows %d (%w)", shard, e.Seq, last, e.Err)
					}
				}
				return nil
			})
			if !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
	}
	t.Cleanup(func() { cancel(); wg.Wait() })
	return func() {
		for shard := range at {
			last, err := l.LastSeq(soon(t), shard)
			if err != nil {
				t.Fatal(err)
			}
			reach(t, &at[shard], int64(last))
		}
		cancel()
		wg.Wait()
	}
}

// leaderElsewhere is a server other than the first that leads a writer's stream.
func leaderElsewhere(t *testing.T, nc *nats.Conn, writers []*writer) int {
	t.Helper()
	js, err := natsjs.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range writers {
		s, err := js.Stream(soon(t), subjects.Stream(w.key.Shard()))
		if err != nil {
			t.Fatal(err)
		}
		for n := 1; n < 3; n++ {
			if c := s.CachedInfo().Cluster; c != nil && c.Leader == fmt.Sprint("node", n) {
				return n
			}
		}
	}
	t.Fatal("the first server leads all streams")
	return 0
}

func reach(t *testing.T, n *atomic.Int64, want int64) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for ctx := soon(t); n.Load() < want; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%d appends, want %d", n.Load(), want)
		}
	}
}

func TestARestartKeepsTheLog(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := newWriter(1)
	s, l := single(t, dir)
	for range 50 {
		if err := w.step(soon(t), l); err != nil {
			t.Fatal(err)
		}
	}
	l.Close()
	s.Shutdown()
	_, l = single(t, dir)
	if err := w.check(soon(t), l); err != nil {
		t.Fatal(err)
	}
	if err := w.step(soon(t), l); err != nil { // the fence holds across the restart
		t.Fatal(err)
	}
	if err := w.check(soon(t), l); err != nil {
		t.Fatal(err)
	}
}

func TestAnAppendWithoutAServerGivesUpAsUnavailable(t *testing.T) {
	t.Parallel()
	s, err := jetstream.StartServer(jetstream.ServerConfig{Dir: t.TempDir(), MaxBytes: testStore, Name: "one"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Shutdown)
	l := openLog(t, s, jetstream.Config{MaxBytes: testStore, AttemptTimeout: 50 * time.Millisecond, AppendTimeout: 300 * time.Millisecond})
	s.Shutdown()
	if _, err := do(l, commit(newWriter(1).key, 1, 1, 1), 0); !errors.Is(err, jetstream.ErrUnavailable) {
		t.Fatalf("append reports %v", err)
	}
	if n := l.Pending(); n != 0 {
		t.Fatalf("%d appends are still pending", n)
	}
}

func TestCloseEndsAppendsInFlight(t *testing.T) {
	t.Parallel()
	_, l := single(t, t.TempDir())
	l.DropAcks(1 << 30)
	done := make(chan error, 1)
	l.Append(commit(newWriter(1).key, 1, 1, 1), 0, func(_ uint64, err error) { done <- err })
	l.Close()
	if err := <-done; !errors.Is(err, jetstream.ErrUnavailable) {
		t.Fatalf("append reports %v", err)
	}
	l.Append(commit(newWriter(1).key, 1, 1, 1), 0, func(_ uint64, err error) { done <- err })
	if err := <-done; !errors.Is(err, jetstream.ErrUnavailable) {
		t.Fatalf("append to a closed log reports %v", err)
	}
}

func TestAFullStoreRefusesAndKeepsWhatItHas(t *testing.T) {
	t.Parallel()
	s, err := jetstream.StartServer(jetstream.ServerConfig{Dir: t.TempDir(), MaxBytes: testStore, Name: "one"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Shutdown)
	l := openLog(t, s, jetstream.Config{MaxBytes: 18 * 64 << 10}) // 64 KiB a stream
	w := newWriter(1)
	for range 1000 {
		if err = w.step(soon(t), l); err != nil {
			break
		}
		if w.epoch > 1 { // step has met ErrUnavailable
			break
		}
	}
	if _, err := do(l, commit(w.key, 9, w.next, 2), w.fence); !errors.Is(err, jetstream.ErrFull) || !errors.Is(err, jetstream.ErrUnavailable) {
		t.Fatalf("append to a full log reports %v", err)
	}
	if err := w.check(soon(t), l); err != nil {
		t.Fatal(err)
	}
}

func TestAnUnreadableLastCommitNeverGivesItsNumbersAway(t *testing.T) {
	t.Parallel()
	_, l := single(t, t.TempDir())
	w := newWriter(1)
	if err := w.step(soon(t), l); err != nil {
		t.Fatal(err)
	}
	at, err := l.InjectDamaged(w.key, 1, 3, []byte("damaged"))
	if err != nil {
		t.Fatal(err)
	}
	head, err := l.Head(soon(t), w.key)
	if err != nil {
		t.Fatal(err)
	}
	if want := (jetstream.Head{Seq: at, Epoch: 1, First: 3, Last: 2 + chat.MaxRecordsPerCommit}); head != want {
		t.Fatalf("head is %+v, want %+v", head, want)
	}
	if _, err := do(l, commit(w.key, 2, head.Last+1, 1), head.Seq); err != nil {
		t.Fatal(err)
	}
	var got uint64
	err = l.Replay(soon(t), w.key, 0, func(_ uint64, c wire.Commit) error {
		for _, r := range c.Records {
			if got++; r.Number != got {
				return fmt.Errorf("%d after %d", r.Number, got-1)
			}
		}
		return nil
	})
	if err != nil || got != head.Last+1 {
		t.Fatalf("replayed to %d: %v", got, err)
	}
}
