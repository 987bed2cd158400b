package verify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"beep/chat"
	"beep/wire"
)

// extent is how much a log was found to have.
type extent struct {
	last   uint64 // number of the last record
	erased uint64 // records that nobody can read any more, by intent
}

// count adds a log to the report: once, when it has been compared.
func (r *run) count(e extent) {
	r.report.Records += e.last
	r.report.Erased += e.erased
}

// read hands out every record of an entity after checking its form: each
// number follows on the one before, each record is readable, and the log has
// not become shorter than it was known to be.
func (r *run) read(ctx context.Context, key chat.Key, fn func(chat.Record)) (extent, error) {
	var e extent
	err := r.cfg.Log.Replay(ctx, key, 0, func(seq uint64, c wire.Commit) error {
		for i := range c.Records {
			rec, err := wire.DecodeEvent(&c.Records[i])
			// What was erased, by intent, has its number and nothing else.
			if errors.Is(err, wire.ErrErased) {
				e.erased++
			} else if err != nil {
				r.differ(key, "record %d (stream sequence %d) cannot be read: %v", rec.Number, seq, err)
			}
			if rec.Number != e.last+1 {
				r.differ(key, "record %d follows on %d in the log", rec.Number, e.last)
			}
			e.last = rec.Number
			fn(rec)
		}
		return nil
	})
	if err != nil {
		return e, fmt.Errorf("read %s: %w", describe(key), err)
	}
	if known := r.keys[key]; e.last < known {
		r.differ(key, "the log had %d records, reading it ends at %d", known, e.last)
	}
	return e, nil
}

// applied waits until the database has come as far as the log did. That it
// never does is a difference. So is a database that knows more than the log: the
// log has lost its tail. If the log has merely grown since it was read,
// errChanged says so.
func (r *run) applied(ctx context.Context, key chat.Key, last uint64) error {
	deadline := time.Now().Add(appliedPatience)
	for {
		applied, err := r.cfg.Store.Applied(ctx, key)
		if err != nil || applied == last {
			return err
		}
		if applied > last {
			return r.ahead(ctx, key, applied)
		}
		if time.Now().After(deadline) && r.cfg.Lag() == 0 {
			r.differ(key, "the log ends at record %d, the database at %d", last, applied)
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lagPause):
		}
	}
}

// ahead asks where the log ends now that the database knows more records than
// were read of it.
func (r *run) ahead(ctx context.Context, key chat.Key, applied uint64) error {
	head, err := r.cfg.Log.Head(ctx, key)
	if err != nil {
		return fmt.Errorf("ask for the end of %s: %w", describe(key), err)
	}
	if head.Last < applied {
		r.differ(key, "the database knows %d records, the log ends at %d", applied, head.Last)
		return nil
	}
	r.keys[key] = max(r.keys[key], head.Last) // the next reading must come so far
	return errChanged
}
