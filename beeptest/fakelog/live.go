package fakelog

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/nats-io/nats.go"

	"beep/chat"
	"beep/jetstream"
	"beep/subjects"
	"beep/wire"
)

// Tip is jetstream.Log's Tip.
func (l *Log) Tip(key chat.Key, number uint64) error {
	return l.PublishLive(subjects.Live(key), wire.EncodeTip(number))
}

// PublishLive is jetstream.Log's PublishLive.
func (l *Log) PublishLive(subject string, data []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.publishLocked(&nats.Msg{Subject: subject, Data: data})
	return nil
}

func (l *Log) publishLocked(m *nats.Msg) {
	for s := range l.subs {
		if !strings.HasPrefix(m.Subject, s.prefix) {
			continue
		}
		select {
		case s.into <- m:
		default:
			s.dropped.Add(1)
		}
	}
}

// OpenFeed is jetstream.Log's OpenFeed.
func (l *Log) OpenFeed(size int) *jetstream.Feed {
	f := jetstream.NewFeed(size, source{l})
	l.mu.Lock()
	closed := l.closed
	if !closed {
		l.feeds[f] = struct{}{}
	}
	l.mu.Unlock()
	if closed {
		f.Close()
	}
	return f
}

type source struct{ l *Log }

func (s source) Subscribe(subject string, into chan *nats.Msg) (jetstream.FeedSubscription, error) {
	sub := &subscription{l: s.l, prefix: strings.TrimSuffix(subject, "*"), into: into}
	s.l.mu.Lock()
	defer s.l.mu.Unlock()
	s.l.subs[sub] = struct{}{}
	return sub, nil
}

type subscription struct {
	l       *Log
	prefix  string
	into    chan *nats.Msg
	dropped atomic.Uint64
}

func (s *subscription) Dropped() uint64 { return s.dropped.Load() }

func (s *subscription) Unsubscribe() error {
	s.l.mu.Lock()
	defer s.l.mu.Unlock()
	delete(s.l.subs, s)
	return nil
}

// LastSeq is jetstream.Log's LastSeq.
func (l *Log) LastSeq(_ context.Context, shard int) (uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return uint64(len(l.shards[shard])), nil
}

// Follow is jetstream.Log's Follow.
func (l *Log) Follow(ctx context.Context, shard int, afterSeq uint64, maxBatch int, fn func([]jetstream.Entry) error) error {
	for {
		l.mu.Lock()
		stream, grown := l.shards[shard], l.grown
		l.mu.Unlock()
		from := min(int(afterSeq), len(stream))
		batch := stream[from:min(from+max(maxBatch, 1), len(stream))]
		if len(batch) == 0 {
			select {
			case <-grown:
				continue
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		entries := make([]jetstream.Entry, len(batch))
		for i, m := range batch {
			entries[i] = jetstream.Entry{Seq: m.seq, Key: m.key, Subject: subjects.Log(m.key)}
			entries[i].Commit, entries[i].Data, entries[i].Err = l.open(m.key, m.data)
		}
		if err := fn(entries); err != nil {
			return err
		}
		afterSeq = batch[len(batch)-1].seq
	}
}

// Quarantine is jetstream.Log's Quarantine.
func (l *Log) Quarantine(_ context.Context, d jetstream.DeadLetter) error {
	kept, keep := l.hide(d)
	if !keep {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	id := fmt.Sprintf("%d.%d.%d", d.Shard, d.Seq, d.Number)
	if _, there := l.deadIDs[id]; !there {
		l.deadIDs[id] = struct{}{}
		l.dead = append(l.dead, kept)
	}
	return nil
}

// DeadLetters is jetstream.Log's DeadLetters.
func (l *Log) DeadLetters(_ context.Context, fn func(jetstream.DeadLetter) error) error {
	l.mu.Lock()
	dead := l.dead[:len(l.dead):len(l.dead)]
	l.mu.Unlock()
	for _, d := range dead {
		if err := fn(l.show(d)); err != nil {
			return err
		}
	}
	return nil
}
