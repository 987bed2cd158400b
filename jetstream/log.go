package jetstream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"beep/chat"
	"beep/subjects"
	"beep/wire"
)

const (
	// defaultAppendTimeout outlasts the 4 to 9 s that a replicated stream pauses
	// when its leader dies, with room for a second election.
	defaultAppendTimeout = 20 * time.Second
	// defaultAttemptTimeout is how long the first attempt is waited for: a fsync
	// on a busy disk takes milliseconds, so 2 s means that something broke.
	defaultAttemptTimeout = 2 * time.Second
	// maxLookups bounds the keys that are looked up off their callers' goroutines:
	// a herd of new tenants. What is above is unavailable.
	maxLookups = 1024
	// readTimeout is how long a read is retried before ErrUnavailable, unless the
	// caller's context ends first.
	readTimeout = 20 * time.Second
)

// What an append or a read may end with. Test with errors.Is.
var (
	// ErrFenced: another writer has appended; this commit is not in the log.
	ErrFenced = errors.New("fenced: another writer has appended")
	// ErrUnavailable: the log did not answer in time, or has no room. After an
	// append the outcome is unknown.
	ErrUnavailable = errors.New("the log is unavailable")
	// ErrFull wraps ErrUnavailable: the store has reached its cap.
	ErrFull = fmt.Errorf("%w: its store is full", ErrUnavailable)
	// ErrTooLarge: the commit breaks the limits of a commit; it was not sent.
	ErrTooLarge = errors.New("commit is empty or too large")
)

// Config describes how the log is kept.
type Config struct {
	Replicas int   // 1, or 3 in a cluster; 0 means 1
	MaxBytes int64 // over all streams; 0: no cap of their own, only the server's
	Logger   *slog.Logger
	// AppendTimeout is how long an ambiguous append is retried; 0: 20 s. It must
	// stay well below the streams' duplicate window of two minutes.
	AppendTimeout time.Duration
	// AttemptTimeout is how long the answer of one attempt is waited for before
	// the identical commit is sent again; 0: 2 s. It grows with every attempt.
	AttemptTimeout time.Duration
}

// Head is the end of an entity's log; the zero Head is an empty log.
type Head struct {
	Seq   uint64 // stream sequence of the last commit: the fence of the next
	Epoch uint64 // of the writer of the last commit
	First uint64 // number of the last commit's first record
	Last  uint64 // number of the last record
}

// Log is the log of one Beep. All methods may be called by many goroutines.
type Log struct {
	cfg    Config
	logger *slog.Logger
	nc     *nats.Conn
	js     jetstream.JetStream
	kv     jetstream.KeyValue
	app    *appender
	points *points
	said   *said
	keys   *keyCache

	life    context.Context // ends with Close
	end     context.CancelFunc
	running sync.WaitGroup // the watch of the keys, and lookups

	mu      sync.Mutex
	feeds   map[*Feed]struct{}
	lookups int // at most maxLookups
	closed  bool
}

// Open creates or updates the streams and begins to serve. It waits, as long as
// ctx allows, for a cluster to have a majority. The connection stays the
// caller's: Close does not close it.
func Open(ctx context.Context, nc *nats.Conn, cfg Config) (*Log, error) {
	cfg.Replicas = max(cfg.Replicas, 1)
	if cfg.AppendTimeout <= 0 {
		cfg.AppendTimeout = defaultAppendTimeout
	}
	if cfg.AttemptTimeout <= 0 {
		cfg.AttemptTimeout = defaultAttemptTimeout
	}
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	l := &Log{
		cfg: cfg, logger: orDiscard(cfg.Logger), nc: nc, js: js,
		points: newPoints(), said: newSaid(), keys: newKeyCache(), feeds: make(map[*Feed]struct{}),
	}
	if err := l.setUp(ctx); err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	last, err := l.lastSeqOf(ctx, subjects.KeyStream) // whatever is cached is newer
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	if l.app, err = newAppender(nc, cfg, l.logger); err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	l.life, l.end = context.WithCancel(context.Background())
	watch := &keyWatch{l: l}
	watch.last.Store(last)
	l.running.Go(func() { watch.run(l.life) })
	return l, nil
}

// Close ends the log: appends in flight report ErrUnavailable, feeds end. Calls
// of Follow and of the readers end by their own contexts.
func (l *Log) Close() {
	l.mu.Lock()
	feeds := l.feeds
	l.feeds, l.closed = nil, true
	l.mu.Unlock()
	for f := range feeds {
		f.Close()
	}
	l.end()
	l.running.Wait()
	l.app.close()
}

// Append appends c if the last message of its subject is the one at stream
// sequence fence (0: if there is none).
//
// It returns at once. done is called exactly once, from a goroutine of the log,
// and must not block; seq is the stream sequence of the commit:
//
//  1. nil: stored durably, at seq.
//  2. ErrFenced: another writer has appended since fence; c is not stored.
//  3. ErrUnavailable: no clear answer within AppendTimeout, or too many appends
//     wait already, or the store is full (ErrFull): c may be stored or not.
//  4. Anything else: c was refused, is not stored, and never will be. It is of
//     kind chat.Gone where the tenant's key was erased.
//
// Where the tenant has a key (CreateKey), the commit is stored under it.
//
// An unclear answer is followed by sending the identical commit again, so c is
// stored at most once. At most one append per entity may be in flight.
func (l *Log) Append(c *wire.Commit, fence uint64, done func(seq uint64, err error)) {
	p, err := l.app.prepare(c, fence, done)
	if err != nil {
		l.app.reject(done, err)
		return
	}
	if c.Key.Kind == chat.KindUser {
		l.app.launch(p)
		return
	}
	if k := l.keys.get(c.Key.Tenant); k.state != keyUnknown {
		l.appendKnown(p, k)
		return
	}
	l.appendLater(p, c.Key)
}

// invalidKey is the answer to a key that names no entity: the caller is wrong.
func invalidKey(k chat.Key) error { return fmt.Errorf("key %s names no entity", k) }

// pause waits for d or the end of ctx.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
