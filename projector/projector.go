package projector

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"beep/chat"
	"beep/jetstream"
	"beep/store"
)

const (
	// followBatch is how many commits a follower hands over at once. With
	// queueBatches it bounds the memory of what waits: at worst 24 batches of
	// 32 commits of 256 KiB, in practice a few MiB.
	followBatch = 32
	// queueBatches is how many batches wait for the writer. When it is full the
	// followers wait.
	queueBatches = 8

	// retryFirst and retryMost are the pauses between attempts while the
	// database or the log is away.
	retryFirst = 50 * time.Millisecond
	retryMost  = 2 * time.Second
)

// Config is what a projector needs.
type Config struct {
	Log    Log
	Store  Store
	Logger *slog.Logger // nil discards
}

// Projector folds the log into the store. Several on one database are safe and
// a waste: they take the work from each other.
type Projector struct {
	log    Log
	store  Store
	logger *slog.Logger
	meter  meter

	mu    sync.Mutex
	moved chan struct{} // closed and replaced after every transaction
}

// New makes a projector that does nothing before Run.
func New(c Config) *Projector {
	p := &Projector{log: c.Log, store: c.Store, logger: c.Logger, moved: make(chan struct{})}
	if p.logger == nil {
		p.logger = slog.New(slog.DiscardHandler)
	}
	return p
}

// Run folds in what the log has and what it gets until ctx ends, and then
// returns nil once everything it started has ended. It gives up at nothing else.
func (p *Projector) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	wg.Go(func() { p.measure(ctx) })

	retry := backoff{}
	for {
		progress, err := p.session(ctx)
		if ctx.Err() != nil {
			return nil
		}
		p.logger.Warn("projection restarts", "error", err)
		if progress {
			retry = backoff{}
		}
		if !retry.wait(ctx) {
			return nil
		}
	}
}

// handed is what a follower gives to the writer.
type handed struct {
	shard   int
	entries []jetstream.Entry
}

// session works from the stored positions on until something breaks that only
// reading them anew can mend. progress says that it stored something.
func (p *Projector) session(ctx context.Context) (progress bool, err error) {
	cursors, err := p.store.Cursors(ctx)
	if err != nil {
		return false, err
	}
	p.meter.begin(cursors)
	p.announce() // of a transaction whose outcome nobody knew, or of another projector

	var wg sync.WaitGroup
	defer wg.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	queue := make(chan handed, queueBatches)
	for shard, after := range cursors {
		wg.Go(func() { p.follow(ctx, shard, after, queue) })
	}
	w := &writer{p: p, queue: queue, cursors: cursors, known: map[chat.Key]store.Progress{}}
	err = w.run(ctx)
	return w.stored, err
}

// follow hands over one stream. It ends with ctx alone.
func (p *Projector) follow(ctx context.Context, shard int, after uint64, queue chan<- handed) {
	retry := backoff{}
	for {
		err := p.log.Follow(ctx, shard, after, followBatch, func(entries []jetstream.Entry) error {
			if len(entries) == 0 {
				return nil
			}
			select {
			case queue <- handed{shard, append([]jetstream.Entry(nil), entries...)}:
				after = entries[len(entries)-1].Seq
				retry = backoff{}
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		if ctx.Err() != nil {
			return
		}
		p.logger.Warn("following a stream restarts", "shard", shard, "after", after, "error", err)
		if !retry.wait(ctx) {
			return
		}
	}
}

// WaitFor waits until record number of k is in the read model. It is for tests
// and tools: others should show what is there.
func (p *Projector) WaitFor(ctx context.Context, k chat.Key, number uint64) error {
	for {
		p.mu.Lock()
		moved := p.moved
		p.mu.Unlock()
		n, err := p.store.Applied(ctx, k)
		if err == nil && n >= number {
			return nil
		}
		if err != nil && !chat.Is(err, chat.Unavailable) {
			return err
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		}
	}
}

// announce wakes all who wait for progress.
func (p *Projector) announce() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.moved)
	p.moved = make(chan struct{})
}

// backoff is the pause before the next attempt.
type backoff struct{ next time.Duration }

// wait pauses, each time twice as long; false: ctx has ended.
func (b *backoff) wait(ctx context.Context) bool {
	b.next = min(max(2*b.next, retryFirst), retryMost)
	t := time.NewTimer(b.next)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
