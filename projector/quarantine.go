package projector

import (
	"context"
	"time"

	"beep/jetstream"
	"beep/store"
)

// quarantineTimeout bounds how long dead letters may hold up the projection:
// they are stored in SQL already, and the log still has the original.
const quarantineTimeout = 5 * time.Second

// quarantine puts stored dead letters into the log's own stream and reports
// them. What cannot be put there is only reported.
func (p *Projector) quarantine(ctx context.Context, dead []store.DeadLetter) {
	if len(dead) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, quarantineTimeout)
	defer cancel()
	for i, d := range dead {
		if i < maxLogged {
			p.logger.Error("a record cannot be folded in", "shard", d.Shard, "seq", d.Seq,
				"entity", d.Key.String(), "number", d.Number, "reason", d.Reason)
		}
		err := p.log.Quarantine(ctx, jetstream.DeadLetter{
			Shard: d.Shard, Seq: d.Seq, Key: d.Key, Number: d.Number, Reason: d.Reason, Data: d.Data,
		})
		if err != nil {
			p.logger.Error("dead letters are kept in SQL alone", "count", len(dead)-i, "error", err)
			return
		}
	}
}
