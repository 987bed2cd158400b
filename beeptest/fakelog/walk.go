package fakelog

import (
	"context"
	"fmt"

	"beep/chat"
	"beep/jetstream"
	"beep/wire"
)

// walk hands commits out as jetstream does: what is unreadable between two
// commits or at the end becomes records with Err set.
func (l *Log) walk(ctx context.Context, key chat.Key, after uint64, fn func(uint64, wire.Commit) error) error {
	w := &walker{key: key, known: after == 0, fn: fn}
	head, err := l.Head(ctx, key)
	if err != nil {
		return err
	}
	for _, m := range l.of(key, after) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if m.seq > head.Seq {
			break // came after the head was asked for
		}
		c, _, err := l.open(key, m.data)
		if err == nil {
			if err := w.add(m.seq, c); err != nil {
				return err
			}
			continue
		}
		d := jetstream.DeadLetter{Shard: key.Shard(), Seq: m.seq, Key: key, Reason: err.Error(), Data: m.data}
		if err := l.Quarantine(ctx, d); err != nil {
			return err
		}
		w.bad = append(w.bad, m.seq)
		if m.first > 0 && !w.known {
			w.last, w.known = m.first-1, true
		}
	}
	return w.finish(head)
}

// walker is where a walk has come.
type walker struct {
	key   chat.Key
	fn    func(uint64, wire.Commit) error
	last  uint64 // number of the last record handed out, if known
	known bool
	at    uint64   // sequence last handed out
	bad   []uint64 // sequences of unreadable messages not accounted for yet
}

func (w *walker) add(seq uint64, c wire.Commit) error {
	if err := w.fill(c.First); err != nil {
		return err
	}
	w.known = true
	return w.give(seq, c)
}

func (w *walker) give(seq uint64, c wire.Commit) error {
	w.at, w.last = seq, c.Last()
	return w.fn(seq, c)
}

// fill spreads the numbers missing before next over the unreadable messages.
func (w *walker) fill(next uint64) error {
	bad := w.bad
	w.bad = nil
	if !w.known || next > w.last+1+uint64(len(bad))*chat.MaxRecordsPerCommit {
		return nil
	}
	for i, seq := range bad {
		if next <= w.last+1 {
			break
		}
		n := next - w.last - 1
		if i < len(bad)-1 {
			n = min(n, chat.MaxRecordsPerCommit)
		}
		if err := w.give(seq, w.unreadable(w.last+1, n)); err != nil {
			return err
		}
	}
	return nil
}

// finish accounts for an unreadable end, so that fn has seen the head's sequence
// and number.
func (w *walker) finish(head jetstream.Head) error {
	if len(w.bad) == 0 {
		return nil
	}
	if !w.known {
		w.known, w.last = true, head.Last
	}
	if err := w.fill(head.Last + 1); err != nil {
		return err
	}
	switch {
	case w.last < head.Last:
		return w.give(head.Seq, w.unreadable(head.Last, 1))
	case w.at < head.Seq:
		return w.give(head.Seq, w.unreadable(w.last+1, 0))
	}
	return nil
}

func (w *walker) unreadable(first, n uint64) wire.Commit {
	c := wire.Commit{Key: w.key, First: first, Records: make([]wire.Record, n)}
	for i := range c.Records {
		c.Records[i] = wire.Record{Number: first + uint64(i), Err: fmt.Errorf("commit unreadable: %w", wire.ErrCorrupt)}
	}
	return c
}
