package jetstream

import (
	"context"
	"errors"

	"beep/chat"
	"beep/subjects"
	"beep/wire"
)

// locate finds a stream sequence from which the subject of key leads to record
// number from without much before it. There is no stored index: it is a binary
// search over the stream's sequences, each probe asking for the first commit of
// key at or after the middle. What was learnt before narrows the bounds.
func (l *Log) locate(ctx context.Context, key chat.Key, from uint64, head Head) (uint64, error) {
	if from >= head.First {
		return head.Seq, nil
	}
	lo, hi := l.points.bounds(key, from, 1, head.Seq-1)
	stream, subject := subjects.Stream(key.Shard()), subjects.Log(key)
	for lo < hi {
		mid := lo + (hi-lo)/2
		h, m, err := l.probe(ctx, stream, subject, mid, hi)
		if errors.Is(err, errNotThere) {
			hi = mid - 1 // nothing readable from mid to hi: go to where it begins
			continue
		}
		if err != nil {
			return 0, err
		}
		l.points.learn(key, point{first: h.First, last: h.Last, seq: m})
		switch {
		case from < h.First:
			if mid == lo {
				return lo, nil
			}
			hi = mid - 1
		case from > h.Last:
			lo = m + 1
		default:
			return m, nil
		}
	}
	return min(lo, head.Seq), nil
}

// probe is the first readable commit of subject in [seq, limit].
func (l *Log) probe(ctx context.Context, stream, subject string, seq, limit uint64) (wire.CommitHead, uint64, error) {
	for seq <= limit {
		m, err := l.directGet(ctx, stream, getRequest{Seq: seq, NextFor: subject})
		if errors.Is(err, errNotThere) { // a replica that is behind: the leader knows
			m, err = l.leaderGet(ctx, stream, getRequest{Seq: seq, NextFor: subject})
		}
		if err != nil {
			return wire.CommitHead{}, 0, err
		}
		if m.seq > limit {
			break
		}
		if h, err := wire.DecodeHead(m.data); err == nil {
			return h, m.seq, nil
		}
		seq = m.seq + 1
	}
	return wire.CommitHead{}, 0, errNotThere
}

// sealedAt reports whether the commit of key's log at stream sequence seq is sealed.
func (l *Log) sealedAt(ctx context.Context, key chat.Key, seq uint64) (bool, error) {
	m, err := l.leaderGet(ctx, subjects.Stream(key.Shard()), getRequest{Seq: seq, NextFor: subjects.Log(key)})
	if errors.Is(err, errNotThere) {
		return false, nil // the fence will not hold
	}
	return wire.IsSealed(m.data), err
}

// readableBefore is the last readable commit of key before stream sequence seq;
// 0 if there is none.
func (l *Log) readableBefore(ctx context.Context, key chat.Key, seq uint64) (uint64, wire.CommitHead, error) {
	var best wire.CommitHead
	var at uint64
	lo, hi := uint64(1), seq-1
	stream, subject := subjects.Stream(key.Shard()), subjects.Log(key)
	for lo <= hi {
		mid := lo + (hi-lo)/2
		h, m, err := l.probe(ctx, stream, subject, mid, hi)
		if errors.Is(err, errNotThere) {
			hi = mid - 1
			continue
		}
		if err != nil {
			return 0, wire.CommitHead{}, err
		}
		best, at, lo = h, m, m+1
	}
	return at, best, nil
}
