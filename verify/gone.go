package verify

import (
	"context"
	"fmt"
	"time"

	"beep/chat"
	"beep/wire"
)

// gone checks a channel that was deleted, with its server or alone, or whose
// conversation was erased: its log must be whole, and the database must have
// nothing of it any more.
func (r *run) gone(ctx context.Context, key chat.Key) error {
	r.report.Gone++
	steady, err := r.settle(ctx, key, func() error { return r.goneOnce(ctx, key) })
	if err != nil || steady {
		return err
	}
	_, _, err = r.fold(ctx, key)
	return err
}

func (r *run) goneOnce(ctx context.Context, key chat.Key) error {
	_, ext, err := r.fold(ctx, key)
	if err != nil {
		return err
	}
	if err := r.applied(ctx, key, ext.last); err != nil {
		return err
	}
	if err := r.awaitSweeps(ctx); err != nil {
		return err
	}
	n := 0
	err = r.cfg.Store.AllMessages(ctx, chat.ChannelID(key.ID), func(chat.Message) error { n++; return nil })
	if err != nil {
		return err
	}
	if n > 0 {
		r.differ(key, "it was deleted, but the database still has %d of its messages", n)
	}
	r.count(ext)
	return nil
}

// orphan checks a channel whose server was not listed: it must have come since,
// for a server's log begins before its channels' logs. Then it is not part of
// this run.
func (r *run) orphan(ctx context.Context, key chat.Key) error {
	server := chat.ServerKey(chat.ServerID(key.Tenant))
	head, err := r.cfg.Log.Head(ctx, server)
	if err != nil {
		return fmt.Errorf("ask for the end of %s: %w", describe(server), err)
	}
	if head.Last == 0 {
		r.differ(key, "its log has %d records, its server's log none", r.keys[key])
	}
	return nil
}

// awaitSweeps waits until the database has deleted the rows of what is gone.
func (r *run) awaitSweeps(ctx context.Context) error {
	deadline := time.Now().Add(lagPatience)
	for {
		n, err := r.cfg.Store.SweepsDue(ctx, time.Now().UnixMilli())
		if err != nil || n == 0 {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the database still has to delete the rows of %d channels and servers after %s", n, lagPatience)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lagPause):
		}
	}
}

// strays looks for entities in the database that the log does not know.
func (r *run) strays(ctx context.Context) error {
	return r.cfg.Store.AllEntities(ctx, func(key chat.Key, applied uint64) error {
		if _, ok := r.keys[key]; !ok && applied > 0 {
			now := map[chat.Key]bool{}
			if err := r.cfg.Log.Replay(ctx, key, 0, func(uint64, wire.Commit) error { now[key] = true; return nil }); err != nil {
				return err
			}
			if !now[key] {
				r.differ(key, "the database knows %d records of it, the log none", applied)
			}
		}
		return nil
	})
}
