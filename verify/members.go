package verify

import (
	"context"

	"beep/chat"
)

// memberPage is how many members are read from the database at once.
const memberPage = 1000

// members compares a server's members with the database's rows.
func (r *run) members(ctx context.Context, key chat.Key) error {
	st := r.servers[chat.ServerID(key.ID)]
	found := map[chat.UserID]bool{}
	for after := chat.UserID(0); ; {
		page, err := r.cfg.Store.Members(ctx, st.ID, after, memberPage)
		if err != nil {
			return err
		}
		for _, m := range page {
			found[m.UserID] = true
			after = m.UserID
			if _, ok := st.Members[m.UserID]; !ok {
				r.differ(key, "user %d is a member in the database, not in the log", m.UserID)
			}
		}
		if len(page) < memberPage {
			break
		}
	}
	for id := range st.Members {
		if !found[id] {
			r.differ(key, "user %d is a member in the log, not in the database", id)
		}
	}
	return nil
}

// memberships compares the two logs that speak of the same thing: a server's
// of its members, and a user's of his servers. What is under way is neither.
func (r *run) memberships() {
	for id, st := range r.servers {
		for u := range st.Members {
			user := r.users[u]
			if user == nil {
				r.differ(chat.ServerKey(id), "member %d has no log", u)
			} else if _, pending := user.Pending[id]; !pending && !user.In(id) {
				r.differ(chat.ServerKey(id), "user %d is a member, but his own log does not know", u)
			}
		}
	}
	for id, user := range r.users {
		for _, s := range user.Servers {
			st := r.servers[s]
			if _, pending := user.Pending[s]; pending {
				continue
			}
			if st == nil {
				r.differ(chat.UserKey(id), "is in server %d, which has no log", s)
			} else if _, ok := st.Members[id]; !ok {
				r.differ(chat.UserKey(id), "is in server %d, whose log does not know", s)
			}
		}
	}
}
