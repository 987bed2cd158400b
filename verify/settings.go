package verify

import (
	"context"
	"fmt"

	"beep/chat"
)

// settings checks a user's or a server's log, keeps its state, and compares it
// with the database: again if it changed while it was looked at. One that keeps
// changing is not compared; what its log says against itself stands.
func (r *run) settings(ctx context.Context, key chat.Key) error {
	if key.Kind == chat.KindUser {
		r.report.Users++
	} else {
		r.report.Servers++
	}
	for range attempts {
		before := len(r.report.Differences)
		last, err := r.state(ctx, key)
		if err != nil {
			return err
		}
		folded := len(r.report.Differences)
		if err := r.rows(ctx, key, last); err != nil {
			return err
		}
		head, err := r.cfg.Log.Head(ctx, key)
		if err != nil {
			return fmt.Errorf("ask for the end of %s: %w", describe(key), err)
		}
		if head.Last == last || len(r.report.Differences) == folded {
			r.report.Records += last
			return nil
		}
		r.report.Differences = r.report.Differences[:before]
	}
	last, err := r.state(ctx, key)
	r.report.Records += last
	return err
}

// state folds a user's or a server's log.
func (r *run) state(ctx context.Context, key chat.Key) (last uint64, err error) {
	var apply func(chat.Record)
	if key.Kind == chat.KindUser {
		st := chat.NewUser()
		r.users[chat.UserID(key.ID)] = st
		apply = st.Apply
	} else {
		st := chat.NewServer()
		r.servers[chat.ServerID(key.ID)] = st
		apply = func(rec chat.Record) {
			st.Apply(rec)
			r.noteRemoval(chat.ServerID(key.ID), rec)
		}
	}
	last, err = r.read(ctx, key, apply)
	if err != nil {
		return last, fmt.Errorf("read %s: %w", describe(key), err)
	}
	return last, nil
}

// rows compares the state with the database.
func (r *run) rows(ctx context.Context, key chat.Key, last uint64) error {
	if err := r.applied(ctx, key, last); err != nil {
		return err
	}
	if key.Kind == chat.KindServer {
		return r.members(ctx, key)
	}
	return r.relations(ctx, key)
}
