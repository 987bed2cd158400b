package projector

import (
	"context"
	"errors"
	"time"

	"beep/chat"
	"beep/store"
)

const (
	// transactionRecords ends the gathering for a transaction, roughly: what one
	// follower handed over stays together.
	transactionRecords = 2000
	// transactionWait is how long a transaction's first record waits for company:
	// a transaction costs as much as a hundred records, and the read model may be
	// this much behind, because what is new is in the actors' memory.
	transactionWait = 20 * time.Millisecond
	// maxLogged is how many lines a transaction may write about records: a stream
	// full of damage must not fill the disk with its log as well. The rest is
	// counted, and stands among the dead letters.
	maxLogged = 10
	// maxKnown bounds the memory of applied numbers: about 10 MiB.
	maxKnown = 100_000
)

// writer is the one that writes; it belongs to one session.
type writer struct {
	p       *Projector
	queue   <-chan handed
	cursors [chat.Shards]uint64
	stored  bool
	// known remembers how far the database is, which nobody else changes as long
	// as the cursors are where this writer left them. (That something is gone,
	// another projector may have noted: see store/sweep.go.)
	known map[chat.Key]store.Progress
	sweeper
}

// run returns store.ErrCursorMoved, or the error of ctx.
func (w *writer) run(ctx context.Context) error {
	look := time.NewTicker(sweepEvery)
	defer look.Stop()
	w.sweeping = true // a former session may have left something
	for {
		b, err := w.gather(ctx, look.C)
		if err != nil {
			return err
		}
		if b != nil {
			if err := w.write(ctx, b); err != nil {
				return err
			}
		}
		if w.sweeping {
			w.sweep(ctx)
		}
	}
}

// gather waits for the first entries and takes what comes with them. No batch:
// there is time to sweep.
func (w *writer) gather(ctx context.Context, look <-chan time.Time) (*batch, error) {
	b := &batch{from: w.cursors, to: w.cursors}
	if w.sweeping {
		select {
		case h := <-w.queue:
			b.add(h)
		default:
			return nil, ctx.Err()
		}
	} else {
		select {
		case h := <-w.queue:
			b.add(h)
		case <-look:
			w.sweeping = true
			return nil, ctx.Err()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	enough := time.NewTimer(transactionWait)
	defer enough.Stop()
	for len(b.items) < transactionRecords {
		select {
		case h := <-w.queue:
			b.add(h)
		case <-enough.C:
			return b, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return b, nil
}

// write stores b, trying until it succeeds, another projector interferes or ctx
// ends.
func (w *writer) write(ctx context.Context, b *batch) error {
	retry, isolated := backoff{}, false
	for {
		out, err := w.transact(ctx, b)
		if err == nil {
			w.finish(ctx, b, out)
			return nil
		}
		clear(w.known) // unknown outcome
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, store.ErrCursorMoved):
			return err
		case chat.Is(err, chat.Unavailable):
			w.p.logger.Warn("the store is away, projection waits", "records", len(b.items), "error", err)
		case !isolated:
			// The database refuses something: find what, and go on without it.
			w.p.logger.Error("the store refuses a record", "records", len(b.items), "error", err)
			if isolated = w.isolate(ctx, b); isolated {
				continue
			}
		default:
			w.p.logger.Error("the store refuses together what it accepts one by one", "records", len(b.items), "error", err)
		}
		if !retry.wait(ctx) {
			return ctx.Err()
		}
	}
}

// outcome is what is told once a transaction is stored.
type outcome struct {
	progress map[chat.Key]store.Progress // of every entity concerned
	applied  map[chat.Key]uint64
	gone     []chat.Key
	dead     []store.DeadLetter
	alarms   []store.DeadLetter
}

// transact folds b in, in one transaction.
func (w *writer) transact(ctx context.Context, b *batch) (out outcome, err error) {
	err = w.p.store.Project(ctx, b.moves(), func(tx *store.Tx) error {
		known, err := w.progress(tx, b)
		if err != nil {
			return err
		}
		var ch changes
		ch, out = b.fold(known, time.Now().UnixMilli())
		// First: deleting a server asks for the channels of which there was anything.
		if err := tx.SetApplied(out.applied); err != nil {
			return err
		}
		if err := ch.apply(tx); err != nil {
			return err
		}
		if len(out.gone) > 0 {
			// What is small is gone in the same moment.
			if _, err := tx.Sweep(ch.at, sweepRows); err != nil {
				return err
			}
		}
		for _, list := range [][]store.DeadLetter{out.dead, out.alarms} {
			for _, d := range list {
				if err := tx.PutDeadLetter(d); err != nil {
					return err
				}
			}
		}
		out.progress = known
		return nil
	})
	return out, err
}

// progress is how far every entity in b was folded in, and the server of every
// channel.
func (w *writer) progress(tx *store.Tx, b *batch) (map[chat.Key]store.Progress, error) {
	known := make(map[chat.Key]store.Progress)
	var unknown []chat.Key
	want := func(k chat.Key) {
		if _, seen := known[k]; seen {
			return
		}
		p, ok := w.known[k]
		known[k] = p
		if !ok {
			unknown = append(unknown, k)
		}
	}
	for i := range b.items {
		k := b.items[i].key
		if b.items[i].number == 0 {
			continue
		}
		want(k)
		if k.Kind == chat.KindChannel {
			want(chat.ServerKey(chat.ServerID(k.Tenant)))
		}
	}
	found, err := tx.Progress(unknown)
	for k, p := range found {
		known[k] = p
	}
	return known, err
}

// finish notes and tells what was stored.
func (w *writer) finish(ctx context.Context, b *batch, out outcome) {
	w.stored, w.cursors = true, b.to
	if len(w.known)+len(out.progress) > maxKnown {
		clear(w.known)
	}
	for k, p := range out.progress {
		w.known[k] = p
	}
	for _, k := range out.gone {
		markGone(w.known, k)
	}
	if len(out.gone) > 0 {
		w.sweeping, w.dirty = true, true
	}
	for shard, seq := range b.to {
		w.p.meter.cursor[shard].Store(seq)
	}
	w.p.meter.alarms.Add(uint64(len(out.alarms)))
	w.p.meter.deadLetters.Add(uint64(len(out.dead)))
	for _, d := range out.alarms[:min(len(out.alarms), maxLogged)] {
		w.p.logger.Error("the log's numbers do not continue", "shard", d.Shard, "seq", d.Seq,
			"entity", d.Key.String(), "number", d.Number, "reason", d.Reason)
	}
	w.p.quarantine(ctx, out.dead)
	w.p.announce()
}

// errTrial ends a transaction that was only to be tried.
var errTrial = errors.New("only a trial")

// isolate tries every record alone, leaving nothing behind, and makes dead
// letters of those the database refuses. False: the database went away.
func (w *writer) isolate(ctx context.Context, b *batch) bool {
	for i := range b.items {
		it := &b.items[i]
		if it.err != nil {
			continue
		}
		err := w.p.store.Project(ctx, nil, func(tx *store.Tx) error {
			ch := changes{at: time.Now().UnixMilli()}
			if err := ch.add(it.key, it.record); err != nil {
				return err
			}
			if err := ch.apply(tx); err != nil {
				return err
			}
			return errTrial
		})
		switch {
		case errors.Is(err, errTrial):
		case ctx.Err() != nil, chat.Is(err, chat.Unavailable):
			return false
		default:
			it.err = err
		}
	}
	return true
}
