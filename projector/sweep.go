package projector

import (
	"context"
	"errors"
	"time"

	"beep/store"
)

const (
	// sweepRows is about how many rows of what was deleted go in one transaction:
	// a tenth of a second, after which the projection has its turn.
	sweepRows = 5000
	// sweepEvery is how often jobs are looked for that wait for their time.
	sweepEvery = 5 * time.Minute
)

// sweeper is what a writer knows of rows that are to be deleted; how they come to
// be is in store/sweep.go.
type sweeper struct {
	sweeping bool // there may be a job that is due
	dirty    bool // rows were deleted of which the files may still have traces
}

// sweep does some of it. What fails is tried again later: the jobs are stored.
func (w *writer) sweep(ctx context.Context) {
	more := false
	err := w.p.store.Project(ctx, nil, func(tx *store.Tx) (err error) {
		more, err = tx.Sweep(time.Now().UnixMilli(), sweepRows)
		return err
	})
	w.sweeping = more && err == nil
	w.dirty = w.dirty || more
	if err == nil && !more && w.dirty {
		var done bool
		done, err = w.p.store.Scrub(ctx)
		w.dirty = !done || err != nil
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		w.p.logger.Warn("sweeping what was deleted waits", "error", err)
	}
	w.p.announce()
}
