package jetstream

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"

	"beep/chat"
	"beep/subjects"
	"beep/wire"
)

// Tip says on key's live subject that number is the last record of its log. It
// is never stored and may be lost.
func (l *Log) Tip(key chat.Key, number uint64) error {
	return l.PublishLive(subjects.Live(key), wire.EncodeTip(number))
}

// PublishLive says something on a live subject (typing, presence): never stored,
// at most once.
func (l *Log) PublishLive(subject string, data []byte) error {
	if err := l.nc.Publish(subject, data); err != nil {
		return fmt.Errorf("publish live: %w", err)
	}
	return nil
}

// OpenFeed opens a feed that holds at most size messages nobody has taken yet.
func (l *Log) OpenFeed(size int) *Feed {
	f := NewFeed(size, natsSource{l})
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		f.Close()
		return f
	}
	l.feeds[f] = struct{}{}
	f.forget = func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.feeds, f)
	}
	return f
}

// natsSource subscribes feeds to the republished subjects.
type natsSource struct{ l *Log }

// OpenLive opens a sealed commit if its key is at hand.
func (s natsSource) OpenLive(key chat.Key, data []byte) ([]byte, bool) {
	return s.l.openLive(key, data)
}

func (s natsSource) Subscribe(subject string, into chan *nats.Msg) (FeedSubscription, error) {
	sub, err := s.l.nc.ChanSubscribe(subject, into)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), getTimeout)
	defer cancel()
	// After the answer to the flush the server has the subscription.
	if err := s.l.nc.FlushWithContext(ctx); err != nil {
		return nil, errors.Join(err, sub.Unsubscribe())
	}
	return natsSubscription{sub}, nil
}

type natsSubscription struct{ sub *nats.Subscription }

func (s natsSubscription) Dropped() uint64 {
	n, err := s.sub.Dropped()
	if err != nil || n < 0 {
		return 0
	}
	return uint64(n)
}

func (s natsSubscription) Unsubscribe() error {
	if err := s.sub.Unsubscribe(); err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
		return err
	}
	return nil
}
