package fakelog

import (
	"context"
	"fmt"
	"time"

	"beep/chat"
	"beep/jetstream"
	"beep/wire"
)

// Head is jetstream.Log's Head.
func (l *Log) Head(_ context.Context, key chat.Key) (jetstream.Head, error) {
	if !key.Valid() {
		return jetstream.Head{}, fmt.Errorf("key %s names no entity", key)
	}
	head := jetstream.Head{}
	for _, m := range l.of(key, 0) {
		head.Seq = m.seq
		if h, err := wire.DecodeHead(m.data); err == nil {
			head.Epoch, head.First, head.Last = h.Epoch, h.First, h.Last
		} else if m.first > 0 { // the most it can have used
			head.Epoch, head.First, head.Last = m.epoch, m.first, m.first+chat.MaxRecordsPerCommit-1
		}
	}
	return head, nil
}

// of copies the messages of key after sequence after.
func (l *Log) of(key chat.Key, after uint64) []stored {
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []stored
	stream := l.shards[key.Shard()]
	for i := min(int(after), len(stream)); i < len(stream); i++ {
		if stream[i].key == key {
			list = append(list, stream[i])
		}
	}
	return list
}

// Replay is jetstream.Log's Replay.
func (l *Log) Replay(ctx context.Context, key chat.Key, afterSeq uint64, fn func(seq uint64, c wire.Commit) error) error {
	return l.walk(ctx, key, afterSeq, fn)
}

// Read is jetstream.Log's Read.
func (l *Log) Read(ctx context.Context, key chat.Key, from, to uint64, fn func(seq uint64, c wire.Commit) error) error {
	return l.walk(ctx, key, 0, func(seq uint64, c wire.Commit) error {
		if len(c.Records) == 0 || c.Last() < from || c.First > to {
			return nil
		}
		return fn(seq, c)
	})
}

// Heads is jetstream.Log's Heads.
func (l *Log) Heads(ctx context.Context, tenant uint64) (map[chat.Key]uint64, error) {
	heads := make(map[chat.Key]uint64)
	err := l.Keys(ctx, func(key chat.Key, head uint64) error {
		if key.Tenant == tenant {
			heads[key] = head
		}
		return nil
	})
	return heads, err
}

// Keys is jetstream.Log's Keys.
func (l *Log) Keys(ctx context.Context, fn func(key chat.Key, head uint64) error) error {
	l.mu.Lock()
	keys := make([]chat.Key, 0, len(l.heads))
	for key := range l.heads {
		keys = append(keys, key)
	}
	l.mu.Unlock()
	for _, key := range keys {
		h, err := l.Head(ctx, key)
		if err != nil {
			return err
		}
		if err := fn(key, h.Last); err != nil {
			return err
		}
	}
	return nil
}

// LoadSnapshot is jetstream.Log's LoadSnapshot.
func (l *Log) LoadSnapshot(_ context.Context, key chat.Key) (wire.Snapshot, bool, error) {
	l.mu.Lock()
	data, ok := l.snapshots[key]
	l.mu.Unlock()
	if !ok {
		return wire.Snapshot{}, false, nil
	}
	if wire.IsParcel(data) {
		k, _ := l.keyOf(key)
		if k.cipher == nil {
			return wire.Snapshot{}, false, nil
		}
		var err error
		if data, err = k.cipher.OpenParcel(nil, data); err != nil {
			return wire.Snapshot{}, false, nil //nolint:nilerr // an unusable one counts as none
		}
	}
	s, err := wire.DecodeSnapshot(data)
	return s, err == nil, nil // an unusable one counts as none
}

// SaveSnapshot is jetstream.Log's SaveSnapshot.
func (l *Log) SaveSnapshot(_ context.Context, key chat.Key, s wire.Snapshot) error {
	data := wire.EncodeSnapshot(s)
	if k, sealed := l.keyOf(key); sealed {
		if k.cipher == nil {
			return chat.Errorf(chat.Gone, "save snapshot", "the conversation was erased")
		}
		data = k.cipher.SealParcel(nil, newNonce(), data)
	}
	return l.SetSnapshot(key, data)
}

// SetSnapshot stores raw bytes as the snapshot of key: a damaged one.
func (l *Log) SetSnapshot(key chat.Key, data []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.snapshots[key] = data
	return nil
}

// RecentSends is jetstream.Log's RecentSends.
func (l *Log) RecentSends(_ context.Context, since time.Time) (map[chat.UserID][]int64, error) {
	l.mu.Lock()
	shards := l.shards
	l.mu.Unlock()
	sends := make(map[chat.UserID][]int64)
	for _, stream := range shards {
		for _, m := range stream {
			c, _, err := l.open(m.key, m.data)
			if err != nil {
				continue
			}
			for _, r := range c.Records {
				if r.Err == nil && r.Kind == chat.KindMessageSent && r.Time >= since.UnixMilli() {
					sends[r.Author] = append(sends[r.Author], r.Time)
				}
			}
		}
	}
	return sends, nil
}
