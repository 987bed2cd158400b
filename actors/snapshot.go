package actors

import (
	"context"

	"beep/wire"
)

// minWorthSaving is how many records make a snapshot at shutdown worth while.
const minWorthSaving = 64

// unsaved is how many records a replay would have to read.
func (a *shell) unsaved() uint64 {
	n := a.b.number() - a.snapshotNumber
	if n < minWorthSaving {
		return 0
	}
	return n
}

// snapshotIfDue saves the state now and then. It is called only while no commit
// is in flight: a snapshot holds nothing that is not durable.
func (a *shell) snapshotIfDue() {
	if a.saving || a.unsaved() < snapshotRecords || a.cfg.Now().Sub(a.snapshotAt) < snapshotEvery {
		return
	}
	a.saveSnapshot()
}

// saveSnapshot encodes the state and saves it in the background. Failing costs
// only time, at the next activation.
func (a *shell) saveSnapshot() {
	number := a.b.number()
	a.snapshotAt = a.cfg.Now()
	state, err := a.b.encode()
	if err != nil {
		a.cfg.Logger.Error("snapshot could not be encoded", "entity", a.key.String(), "error", err)
		a.snapshotNumber = number
		return
	}
	a.saving = true
	snap := wire.Snapshot{Number: number, Seq: a.fence, State: state}
	cell, log, key := a.cell, a.cfg.Log, a.key
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), snapshotTimeout)
		defer cancel()
		cell.Send(snapshotSaved{number, log.SaveSnapshot(ctx, key, snap)})
	}()
}

func (a *shell) onSnapshotSaved(m snapshotSaved) {
	a.saving = false
	a.snapshotNumber = m.number // also after a failure: the next one tries again
	if m.err != nil {
		a.cfg.Logger.Warn("snapshot could not be saved", "entity", a.key.String(), "error", m.err)
	}
}
