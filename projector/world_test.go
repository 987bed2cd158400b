package projector_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"beep/beeptest/fakelog"
	"beep/chat"
	"beep/projector"
	"beep/store"
	"beep/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// long is how long a test waits for what must happen.
const long = 60 * time.Second

const (
	ann  chat.UserID    = 1 << 30
	srv  chat.ServerID  = 2 << 30
	room chat.ChannelID = 3 << 30
)

// world is a log, a database and whoever folds the one into the other.
type world struct {
	t     *testing.T
	ctx   context.Context
	log   *fakelog.Log
	store *store.Store
	next  map[chat.Key]uint64

	at     int64       // Unix milliseconds: number n of a log is of at+n
	author chat.UserID // of what is committed
}

func setup(t *testing.T) *world { return setupOn(t, filepath.Join(t.TempDir(), "beep.db")) }

func setupOn(t *testing.T, dsn string) *world {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), long)
	s, err := store.Open(ctx, store.Options{DSN: dsn})
	if err != nil {
		cancel()
		t.Fatalf("open store: %v", err)
	}
	w := &world{t: t, ctx: ctx, log: fakelog.New(), store: s, next: map[chat.Key]uint64{}, at: 1000, author: ann}
	t.Cleanup(func() {
		cancel()
		w.log.Close()
		if err := s.Close(); err != nil {
			t.Errorf("close store: %v", err)
		}
	})
	return w
}

// run starts a projector that ends with the test or by what it returns.
func (w *world) run(s projector.Store) (p *projector.Projector, stop func()) {
	w.t.Helper()
	p = projector.New(projector.Config{Log: w.log, Store: s})
	ctx, cancel := context.WithCancel(w.ctx)
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			w.t.Errorf("projector: %v", err)
		}
	}
	w.t.Cleanup(stop)
	return p, stop
}

// commit appends events to the log of k as one commit.
func (w *world) commit(k chat.Key, events ...chat.Event) {
	w.t.Helper()
	w.inject(k, w.encode(k, events...))
}

func (w *world) encode(k chat.Key, events ...chat.Event) []byte {
	w.t.Helper()
	c := wire.Commit{Key: k, Epoch: 1, First: w.next[k] + 1}
	for _, e := range events {
		w.next[k]++
		r, err := wire.EncodeEvent(e, w.next[k], w.at+int64(w.next[k]), w.author, "")
		if err != nil {
			w.t.Fatalf("encode event: %v", err)
		}
		c.Records = append(c.Records, r)
	}
	return wire.AppendCommit(nil, &c)
}

func (w *world) inject(k chat.Key, data []byte) {
	w.t.Helper()
	if _, err := w.log.Inject(k, data); err != nil {
		w.t.Fatalf("inject: %v", err)
	}
}

// send adds n messages to channel ch, one commit each.
func (w *world) send(ch chat.ChannelID, n int) {
	w.t.Helper()
	k := chat.ChannelKey(srv, ch)
	for range n {
		w.commit(k, w.message(k))
	}
}

// appendMessages appends n messages to the log of k, through its fence and under
// its tenant's key.
func (w *world) appendMessages(k chat.Key, n int) {
	w.t.Helper()
	fence := uint64(0)
	for range n {
		w.next[k]++
		r, err := wire.EncodeEvent(w.message(k), w.next[k], 1, ann, "")
		if err != nil {
			w.t.Fatalf("encode event: %v", err)
		}
		done := make(chan error, 1)
		c := &wire.Commit{Key: k, Epoch: 1, First: w.next[k], Records: []wire.Record{r}}
		w.log.Append(c, fence, func(seq uint64, err error) { fence = seq; done <- err })
		if err := <-done; err != nil {
			w.t.Fatalf("append: %v", err)
		}
	}
}

func (w *world) message(k chat.Key) *chat.MessageSent {
	seq := w.next[k] + 1
	return &chat.MessageSent{
		ID: chat.MessageID(k.ID<<20 + seq), ChannelID: chat.ChannelID(k.ID), Type: chat.PlainMessage,
		Content: "number " + chat.MessageID(seq).String(),
	}
}

// wait waits until all that was committed so far is folded in.
func (w *world) wait(p *projector.Projector) {
	w.t.Helper()
	for k, n := range w.next {
		if err := p.WaitFor(w.ctx, k, n); err != nil {
			w.t.Fatalf("wait for record %d of %s: %v", n, k, err)
		}
	}
}

// seqs lists the sequences of a channel's messages in the read model.
func (w *world) seqs(ch chat.ChannelID) (seqs []uint64) {
	w.t.Helper()
	err := w.store.AllMessages(w.ctx, ch, func(m chat.Message) error {
		seqs = append(seqs, m.Seq)
		return nil
	})
	if err != nil {
		w.t.Fatalf("read messages: %v", err)
	}
	return seqs
}

// dense fails unless channel ch holds exactly the messages 1 to n.
func (w *world) dense(ch chat.ChannelID, n int) {
	w.t.Helper()
	seqs := w.seqs(ch)
	if len(seqs) != n {
		w.t.Fatalf("channel has %d messages, want %d", len(seqs), n)
	}
	for i, seq := range seqs {
		if seq != uint64(i+1) {
			w.t.Fatalf("message %d has sequence %d", i+1, seq)
		}
	}
}

// cursorsAtEnd fails unless every cursor is where its stream ends.
func (w *world) cursorsAtEnd() {
	w.t.Helper()
	cursors, err := w.store.Cursors(w.ctx)
	if err != nil {
		w.t.Fatalf("read cursors: %v", err)
	}
	for shard, at := range cursors {
		if last, _ := w.log.LastSeq(w.ctx, shard); at != last {
			w.t.Errorf("cursor of shard %d is %d, its stream ends at %d", shard, at, last)
		}
	}
}

func (w *world) deadLetters() []store.DeadLetter {
	w.t.Helper()
	list, err := w.store.DeadLetters(w.ctx, 1000)
	if err != nil {
		w.t.Fatalf("list dead letters: %v", err)
	}
	return list
}
