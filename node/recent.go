package node

import (
	"context"
	"time"

	"beep/chat"
	"beep/jetstream"
)

// recentSends is who sent what in the ten seconds before this node started:
// what users' actors seed their send windows with (MSG-7 survives a restart).
type recentSends struct {
	byUser map[chat.UserID][]int64
	until  time.Time // afterwards all of it has left every window
}

// loadRecentSends reads the end of the log. It must succeed before anybody may
// send: the limiter fails closed.
func loadRecentSends(ctx context.Context, log *jetstream.Log, now time.Time) (*recentSends, error) {
	const window = chat.SendWindowMillis * time.Millisecond
	byUser, err := log.RecentSends(ctx, now.Add(-window))
	return &recentSends{byUser: byUser, until: now.Add(window)}, err
}

// of is the times at which messages of a user were accepted, Unix milliseconds.
func (r *recentSends) of(u chat.UserID) []int64 {
	if time.Now().After(r.until) {
		return nil
	}
	return r.byUser[u]
}
