package jetstream

import (
	"context"
	"fmt"
	"sync"
	"time"

	"beep/chat"
	"beep/subjects"
)

// clockSkew is how far a record's time (its actor's clock) may lie after the
// time at which its stream stored it (the leader's clock).
const clockSkew = 5 * time.Second

// RecentSends are the times (Unix milliseconds) of the message_sent records not
// older than since, by author, from all streams and up to their ends as the
// leaders know them. It is how a send window survives its owner.
func (l *Log) RecentSends(ctx context.Context, since time.Time) (map[chat.UserID][]int64, error) {
	var mu sync.Mutex
	sends := make(map[chat.UserID][]int64)
	from := since.UnixMilli()
	start := since.Add(-clockSkew).UTC()
	err := eachShard(ctx, func(ctx context.Context, shard int) error {
		stream := subjects.Stream(shard)
		upTo, err := l.lastSeqOf(ctx, stream)
		if err != nil {
			return err
		}
		req := getRequest{StartTime: &start, NextFor: subjects.StreamFilter(shard)}
		return l.scan(ctx, stream, req, upTo, func(m stored) error {
			key, ok := subjects.ParseLog(m.subject)
			if !ok || key.Kind != chat.KindChannel {
				return nil
			}
			o, err := l.open(ctx, key, m.data)
			if err != nil {
				return err
			}
			if o.bad != nil {
				return nil // whoever reads it as log quarantines it
			}
			c := &o.commit
			mu.Lock()
			defer mu.Unlock()
			for i := range c.Records {
				if r := &c.Records[i]; r.Err == nil && r.Kind == chat.KindMessageSent && r.Time >= from {
					sends[r.Author] = append(sends[r.Author], r.Time)
				}
			}
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read recent sends: %w", err)
	}
	return sends, nil
}
