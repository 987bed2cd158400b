package verify

import (
	"context"

	"beep/chat"
)

// settings checks a user's or a server's log, keeps its state, and compares it
// with the database: again if it changed while it was looked at.
func (r *run) settings(ctx context.Context, key chat.Key) error {
	if key.Kind == chat.KindUser {
		r.report.Users++
	} else {
		r.report.Servers++
	}
	steady, err := r.settle(ctx, key, func() error { return r.settingsOnce(ctx, key) })
	if err != nil || steady {
		return err
	}
	_, err = r.state(ctx, key)
	return err
}

func (r *run) settingsOnce(ctx context.Context, key chat.Key) error {
	ext, err := r.state(ctx, key)
	if err != nil {
		return err
	}
	folded := len(r.report.Differences)
	if err := r.rows(ctx, key, ext.last); err != nil {
		return err
	}
	if len(r.report.Differences) > folded {
		// Rows newer than what was read look like differences.
		if err := r.unchanged(ctx, key, ext.last); err != nil {
			return err
		}
	}
	r.count(ext)
	return nil
}

// state folds a user's or a server's log.
func (r *run) state(ctx context.Context, key chat.Key) (extent, error) {
	if key.Kind == chat.KindUser {
		st := chat.NewUser()
		r.users[chat.UserID(key.ID)] = st
		return r.read(ctx, key, st.Apply)
	}
	st := chat.NewServer()
	r.servers[chat.ServerID(key.ID)] = st
	return r.read(ctx, key, func(rec chat.Record) {
		st.Apply(rec)
		r.noteRemoval(chat.ServerID(key.ID), rec)
	})
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
