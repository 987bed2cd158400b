package jetstream

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/nats-io/nats.go"

	"beep/chat"
	"beep/subjects"
	"beep/wire"
)

// ErrFeedClosed ends Next of a feed that is closed and empty.
var ErrFeedClosed = errors.New("feed is closed")

// LiveMessage is what is heard live of a tenant.
type LiveMessage struct {
	Kind subjects.LiveKind
	Key  chat.Key
	Seq  uint64 // stream sequence of a commit; 0 for tips, typing and presence
	Data []byte // may be kept
}

// FeedSource is where a feed subscribes: NATS, or a log in memory.
type FeedSource interface {
	// Subscribe returns when nothing published from now on is missed. It puts
	// messages into the channel without blocking; what does not fit is dropped
	// and counted.
	Subscribe(subject string, into chan *nats.Msg) (FeedSubscription, error)
}

// FeedOpener is a FeedSource whose commits may be sealed.
type FeedOpener interface {
	// OpenLive gives the plain encoding of a sealed commit, or the sealed one of
	// what was erased; false: not just now, it counts as dropped. It must not wait.
	OpenLive(key chat.Key, data []byte) ([]byte, bool)
}

// FeedSubscription is one subject of a feed.
type FeedSubscription interface {
	Dropped() uint64
	Unsubscribe() error
}

// Feed merges the live subjects of many tenants into one bounded queue, so that
// one goroutine serves many servers. Messages of one entity keep the order of
// its log. When the queue is full, messages are dropped and counted: the reader
// sees gaps in the dense numbers (or, by a tip, a lost tail) and fills them with
// Read.
type Feed struct {
	source FeedSource
	opener FeedOpener     // nil: nothing is sealed
	queue  chan *nats.Msg // full: the source drops and counts
	done   chan struct{}
	forget func()

	mu      sync.Mutex
	subs    map[uint64]FeedSubscription
	dropped uint64 // by subscriptions that have ended
	closed  bool
}

// NewFeed makes a feed over any source; it is for logs other than Log.
func NewFeed(size int, source FeedSource) *Feed {
	opener, _ := source.(FeedOpener)
	return &Feed{
		source: source, opener: opener, queue: make(chan *nats.Msg, max(size, 1)), done: make(chan struct{}),
		subs: make(map[uint64]FeedSubscription),
	}
}

// Subscribe adds a tenant; it returns when the server has the subscription, so
// that everything committed after is heard (or counted as dropped). Twice is once.
func (f *Feed) Subscribe(tenant uint64) error {
	f.mu.Lock()
	_, there := f.subs[tenant]
	closed := f.closed
	f.mu.Unlock()
	if closed {
		return fmt.Errorf("subscribe to tenant %d: %w", tenant, ErrFeedClosed)
	}
	if there {
		return nil
	}
	sub, err := f.source.Subscribe(subjects.LiveTenant(tenant), f.queue)
	if err != nil {
		return fmt.Errorf("subscribe to tenant %d: %w", tenant, err)
	}
	f.mu.Lock()
	_, there = f.subs[tenant]
	closed = f.closed
	if !there && !closed {
		f.subs[tenant] = sub
	}
	f.mu.Unlock()
	if !there && !closed {
		return nil
	}
	// Somebody else was faster, or the feed was closed meanwhile.
	if err := sub.Unsubscribe(); err != nil {
		return fmt.Errorf("subscribe to tenant %d: %w", tenant, err)
	}
	if closed {
		return fmt.Errorf("subscribe to tenant %d: %w", tenant, ErrFeedClosed)
	}
	return nil
}

// Unsubscribe removes a tenant. Messages already queued still come out.
func (f *Feed) Unsubscribe(tenant uint64) error {
	f.mu.Lock()
	sub := f.subs[tenant]
	delete(f.subs, tenant)
	if sub != nil {
		f.dropped += sub.Dropped()
	}
	f.mu.Unlock()
	if sub == nil {
		return nil
	}
	if err := sub.Unsubscribe(); err != nil {
		return fmt.Errorf("unsubscribe from tenant %d: %w", tenant, err)
	}
	return nil
}

// Next waits for a message; it ends with the error of ctx, or with ErrFeedClosed.
func (f *Feed) Next(ctx context.Context) (LiveMessage, error) {
	for {
		if m, ok := f.TryNext(); ok {
			return m, nil
		}
		select {
		case m := <-f.queue:
			if lm, ok := f.message(m); ok {
				return lm, nil
			}
		case <-ctx.Done():
			return LiveMessage{}, ctx.Err()
		case <-f.done:
			return LiveMessage{}, ErrFeedClosed
		}
	}
}

// TryNext takes a message if there is one.
func (f *Feed) TryNext() (LiveMessage, bool) {
	for {
		select {
		case m := <-f.queue:
			if lm, ok := f.message(m); ok {
				return lm, true
			}
		default:
			return LiveMessage{}, false
		}
	}
}

// Dropped is how many messages the feed has lost because it was full.
func (f *Feed) Dropped() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.dropped
	for _, sub := range f.subs {
		n += sub.Dropped()
	}
	return n
}

// Close ends the feed; Next returns ErrFeedClosed once it is empty.
func (f *Feed) Close() {
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		return
	}
	f.closed = true
	subs := f.subs
	f.subs = nil
	close(f.done)
	for _, sub := range subs {
		f.dropped += sub.Dropped()
	}
	f.mu.Unlock()
	for _, sub := range subs {
		_ = sub.Unsubscribe() // the connection is closed: so is the subscription
	}
	if f.forget != nil {
		f.forget()
	}
}

// message reads what came in; a subject that is none of Beep's is passed over.
func (f *Feed) message(m *nats.Msg) (LiveMessage, bool) {
	kind, key, ok := subjects.ParseLive(m.Subject)
	if !ok {
		return LiveMessage{}, false
	}
	data := m.Data
	if kind == subjects.LiveCommit && wire.IsSealed(data) && f.opener != nil {
		if data, ok = f.opener.OpenLive(key, data); !ok {
			f.mu.Lock()
			f.dropped++
			f.mu.Unlock()
			return LiveMessage{}, false
		}
	}
	return LiveMessage{Kind: kind, Key: key, Seq: headerNumber(m.Header, hdrSequence), Data: data}, true
}
