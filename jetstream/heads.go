package jetstream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/nats-io/nats.go/jetstream"

	"beep/chat"
	"beep/subjects"
	"beep/wire"
)

// lastsPerAsk is how many subjects one multi_last asks for; the server hands out
// at most 1,024.
const lastsPerAsk = 512

// Heads are the numbers of the last records of every entity of a tenant. They
// come from any replica: near the end they may be a moment old, and a feed
// opened before shows what came since.
func (l *Log) Heads(ctx context.Context, tenant uint64) (map[chat.Key]uint64, error) {
	var mu sync.Mutex
	heads := make(map[chat.Key]uint64)
	var sealed atomic.Bool
	err := eachShard(ctx, func(ctx context.Context, shard int) error {
		return l.lasts(ctx, shard, subjects.TenantLogs(shard, tenant), func(m stored) error {
			key, ok := subjects.ParseLog(m.subject)
			if !ok {
				return nil
			}
			if wire.IsSealed(m.data) {
				sealed.Store(true)
			}
			last, err := l.lastNumber(ctx, key, m)
			mu.Lock()
			defer mu.Unlock()
			heads[key] = last
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read heads of tenant %d: %w", tenant, err)
	}
	if sealed.Load() { // whoever asks is about to listen: have the key at hand
		if _, err := l.keyOf(ctx, tenant); err != nil {
			return nil, fmt.Errorf("read heads of tenant %d: %w", tenant, err)
		}
	}
	return heads, nil
}

// Keys hands every entity there is, with the number of its last record, to fn,
// from one goroutine, stream by stream.
func (l *Log) Keys(ctx context.Context, fn func(key chat.Key, head uint64) error) error {
	for shard := range chat.Shards {
		err := l.lastsListed(ctx, shard, subjects.StreamFilter(shard), func(m stored) error {
			key, ok := subjects.ParseLog(m.subject)
			if !ok {
				l.logger.Error("subject in a log stream names no entity", "subject", m.subject)
				return nil
			}
			last, err := l.lastNumber(ctx, key, m)
			if err != nil {
				return err
			}
			return fn(key, last)
		})
		if err != nil {
			return fmt.Errorf("list entities of shard %d: %w", shard, err)
		}
	}
	return nil
}

func (l *Log) lastNumber(ctx context.Context, key chat.Key, m stored) (uint64, error) {
	if h, err := wire.DecodeHead(m.data); err == nil {
		return h.Last, nil
	}
	h, err := l.headBehind(ctx, key, m)
	return h.Last, err
}

// lasts hands the last message of every subject that matches filter to fn; from
// the stream's list of subjects when there are too many for one question.
func (l *Log) lasts(ctx context.Context, shard int, filter string, fn func(stored) error) error {
	var got []stored
	err := l.multiLast(ctx, shard, []string{filter}, func(m stored) error {
		got = append(got, m)
		return nil
	})
	if errors.Is(err, errTooMany) {
		return l.lastsListed(ctx, shard, filter, fn)
	}
	if err != nil {
		return err
	}
	for _, m := range got {
		if err := fn(m); err != nil {
			return err
		}
	}
	return nil
}

func (l *Log) lastsListed(ctx context.Context, shard int, filter string, fn func(stored) error) error {
	s, err := l.js.Stream(ctx, subjects.Stream(shard))
	if err != nil {
		return err
	}
	info, err := s.Info(ctx, jetstream.WithSubjectFilter(filter)) // pages by itself
	if err != nil {
		return err
	}
	names := make([]string, 0, len(info.State.Subjects))
	for name := range info.State.Subjects {
		names = append(names, name)
	}
	slices.Sort(names)
	for chunk := range slices.Chunk(names, lastsPerAsk) {
		if err := l.multiLast(ctx, shard, chunk, fn); err != nil {
			return err
		}
	}
	return nil
}

// multiLast asks page by page, all as of the same sequence. Each message goes to
// fn once.
func (l *Log) multiLast(ctx context.Context, shard int, filters []string, fn func(stored) error) error {
	b, err := l.newBatcher(subjects.Stream(shard))
	if err != nil {
		return err
	}
	defer b.close()
	var seq, upTo uint64
	for {
		var end batchEnd
		err := retry(ctx, func() (err error) {
			end, err = b.next(ctx, getRequest{MultiLast: filters, Seq: seq, UpToSeq: upTo}, func(m stored) error {
				if m.seq < seq {
					return nil
				}
				seq = m.seq + 1
				return fn(m)
			})
			return err
		})
		if errors.Is(err, errNotThere) {
			return nil
		}
		if err != nil || end.pending == 0 || end.last == 0 {
			return err
		}
		upTo = max(upTo, end.upTo)
	}
}

// eachShard runs act for all streams at once and returns the first error.
func eachShard(ctx context.Context, act func(ctx context.Context, shard int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	for shard := range chat.Shards {
		wg.Go(func() {
			if err := act(ctx, shard); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}
