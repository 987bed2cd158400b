package jetstream

import (
	"context"
	"errors"
	"fmt"

	"beep/chat"
	"beep/subjects"
	"beep/wire"
)

// Head is the end of key's log as its leader knows it: what an actor must know
// before it serves. Where the last commit is unreadable, Seq is still its
// sequence (the fence holds), and Last is the highest number it can have used.
func (l *Log) Head(ctx context.Context, key chat.Key) (Head, error) {
	if !key.Valid() {
		return Head{}, invalidKey(key)
	}
	m, err := l.leaderGet(ctx, subjects.Stream(key.Shard()), getRequest{LastFor: subjects.Log(key)})
	if errors.Is(err, errNotThere) {
		return Head{}, nil
	}
	if err != nil {
		return Head{}, fmt.Errorf("read head of %s: %w", key, err)
	}
	h, err := wire.DecodeHead(m.data)
	if err == nil {
		return Head{Seq: m.seq, Epoch: h.Epoch, First: h.First, Last: h.Last}, nil
	}
	l.unreadable(ctx, key, m, err)
	head, err := l.headBehind(ctx, key, m)
	if err != nil {
		return Head{}, fmt.Errorf("read head of %s: %w", key, err)
	}
	return head, nil
}

// headBehind is the head of a log whose last commit bad is unreadable. Its
// message id says where its numbers began; how many it used is not known, so the
// most it can have used are taken: a number is never used twice. Something that
// never was a commit of Beep's has no such id, and used no numbers.
func (l *Log) headBehind(ctx context.Context, key chat.Key, bad stored) (Head, error) {
	if epoch, first, ok := parseCommitID(key, bad.id); ok {
		return Head{Seq: bad.seq, Epoch: epoch, First: first, Last: first + chat.MaxRecordsPerCommit - 1}, nil
	}
	prev, h, err := l.readableBefore(ctx, key, bad.seq)
	if err != nil {
		return Head{}, err
	}
	head := Head{Seq: bad.seq, Epoch: h.Epoch, First: h.First, Last: h.Last}
	// What lies between is unreadable too, and may have used numbers.
	for prev++; prev < bad.seq; prev++ {
		m, err := l.leaderGet(ctx, subjects.Stream(key.Shard()), getRequest{Seq: prev, NextFor: subjects.Log(key)})
		if err != nil {
			return Head{}, err
		}
		if epoch, first, ok := parseCommitID(key, m.id); ok && m.seq < bad.seq {
			head.Epoch, head.First, head.Last = epoch, first, first+chat.MaxRecordsPerCommit-1
		}
		prev = m.seq
	}
	return head, nil
}

// Replay hands every commit of key after stream sequence afterSeq to fn, in
// order, up to the head of the moment as the leader knows it: a replica that has
// not come so far is waited for.
//
// Records that cannot be read come with Err set. Where a whole commit cannot be
// read, it is quarantined and logged, and fn gets a commit (Epoch 0) whose
// records all have Err, when its neighbours tell which numbers it used; else fn
// only sees that numbers are missing. The last seq that fn gets is always the
// head's, and the last number the head's too: where the end is unreadable, a
// commit of unreadable records stands for the most it can have held, or, if it
// can have held none, one without records. So who has replayed may append.
// Payloads may be kept. An error of fn ends the replay and is returned.
func (l *Log) Replay(ctx context.Context, key chat.Key, afterSeq uint64, fn func(seq uint64, c wire.Commit) error) error {
	head, err := l.Head(ctx, key)
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	if head.Seq <= afterSeq {
		return nil
	}
	known := afterSeq == 0
	j := newJoiner(l, key, known, fn)
	err = l.stream(ctx, key, afterSeq+1, head, j)
	if err == nil {
		err = j.finish(head)
	}
	if err != nil {
		return fmt.Errorf("replay %s: %w", key, err)
	}
	return nil
}

// Read hands every commit that holds a record numbered from to to (inclusive) to
// fn, in order; numbers above the head are not there yet and are left out. What
// cannot be read is treated as by Replay.
func (l *Log) Read(ctx context.Context, key chat.Key, from, to uint64, fn func(seq uint64, c wire.Commit) error) error {
	head, err := l.Head(ctx, key)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	from = max(from, 1)
	to = min(to, head.Last)
	if to < from {
		return nil
	}
	start, err := l.locate(ctx, key, from, head)
	if err != nil {
		return fmt.Errorf("read %s: %w", key, err)
	}
	j := newJoiner(l, key, start <= 1, func(seq uint64, c wire.Commit) error {
		if len(c.Records) == 0 {
			return nil // the end is unreadable, and used no numbers
		}
		l.points.learn(key, point{first: c.First, last: c.Last(), seq: seq})
		switch {
		case c.Last() < from:
			return nil
		case c.First > to:
			return errEnough
		}
		if err := fn(seq, c); err != nil {
			return err
		}
		if c.Last() >= to {
			return errEnough
		}
		return nil
	})
	err = l.stream(ctx, key, start, head, j)
	if err == nil {
		err = j.finish(head)
	}
	if err != nil && !errors.Is(err, errEnough) {
		return fmt.Errorf("read %s: %w", key, err)
	}
	return nil
}

// errEnough ends a stream early; it never leaves the package.
var errEnough = errors.New("enough")

// stream reads the subject of key from stream sequence start to the head, and
// goes on until the head has come.
func (l *Log) stream(ctx context.Context, key chat.Key, start uint64, head Head, j *joiner) error {
	b, err := l.newBatcher(subjects.Stream(key.Shard()))
	if err != nil {
		return err
	}
	defer b.close()
	subject := subjects.Log(key)
	for start <= head.Seq {
		before := start
		err := retry(ctx, func() error {
			_, err := b.next(ctx, getRequest{Seq: start, NextFor: subject}, func(m stored) error {
				if m.seq > head.Seq {
					return errPast
				}
				start = m.seq + 1
				return j.add(ctx, m)
			})
			if errors.Is(err, errNotThere) || err == nil && start == before {
				return fmt.Errorf("%w: the replica is behind", errAgain)
			}
			if errors.Is(err, errAgain) && start > before {
				return nil // some came: ask for the rest anew
			}
			return err
		})
		if errors.Is(err, errPast) {
			break
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// errPast says that the head has been passed; it never leaves the package.
var errPast = errors.New("past the head")
