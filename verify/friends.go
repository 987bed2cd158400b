package verify

import (
	"context"

	"beep/chat"
)

// friendships checks that whoever are friends, with nothing under way, have their
// conversation: one that was erased though nobody ended the friendship looks, by
// its own log, like one that was erased on purpose. Only logs are asked, so it is
// found after the database was made anew as well.
func (r *run) friendships(ctx context.Context) error {
	for keeper, user := range r.users {
		for peer, p := range user.Pairs {
			if !p.Friends || p.Step != "" {
				continue
			}
			if st := r.servers[p.DirectID]; st != nil && st.Exists() {
				continue
			}
			if err := r.parted(ctx, keeper, peer, p.DirectID); err != nil {
				return err
			}
		}
	}
	return nil
}

// parted looks again at friends without a conversation: at the conversation, which
// may not have been listed yet, and then at the friendship, which may have been
// ended since. A conversation that has gone never comes back, so who are friends
// in it after it was found missing have lost it.
func (r *run) parted(ctx context.Context, keeper, peer chat.UserID, direct chat.ServerID) error {
	now := newRun(r.cfg) // what it finds against the logs was said before
	if _, err := now.state(ctx, chat.ServerKey(direct)); err != nil {
		return err
	}
	if now.servers[direct].Exists() {
		return nil
	}
	if _, err := now.state(ctx, chat.UserKey(keeper)); err != nil {
		return err
	}
	if p := now.users[keeper].Pairs[peer]; p.Friends && p.Step == "" && p.DirectID == direct {
		r.differ(chat.UserKey(keeper), "is a friend of user %d, but their conversation %d does not exist or was erased", peer, direct)
	}
	return nil
}
