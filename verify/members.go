package verify

import (
	"cmp"
	"context"

	"beep/chat"
)

// memberPage is how many members are read from the database at once.
const memberPage = 1000

// members compares a server's members with the database's rows.
func (r *run) members(ctx context.Context, key chat.Key) error {
	id := chat.ServerID(key.ID)
	st := r.servers[id]
	if !st.Exists() {
		if err := r.awaitSweeps(ctx); err != nil {
			return err
		}
	}
	found := map[chat.UserID]bool{}
	for after := chat.UserID(0); ; {
		page, err := r.cfg.Store.Members(ctx, id, after, memberPage)
		if err != nil {
			return err
		}
		for _, m := range page {
			found[m.UserID] = true
			after = m.UserID
			if known, ok := st.Members[m.UserID]; !ok {
				r.differ(key, "user %d is a member in the database, not in the log", m.UserID)
			} else if known.Nickname != m.Nickname || known.Username != m.Username {
				r.differ(key, "member %d is called %q by the log, %q in the database", m.UserID, known.Name(), cmp.Or(m.Nickname, m.Username))
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

// relations compares how a user stands to others with the database's rows.
func (r *run) relations(ctx context.Context, key chat.Key) error {
	st := r.users[chat.UserID(key.ID)]
	known := 0
	for _, rel := range st.Relations {
		if rel.State != chat.Strangers {
			known++
		}
	}
	for after := chat.UserID(0); ; {
		page, err := r.cfg.Store.Relations(ctx, chat.UserID(key.ID), after, memberPage)
		if err != nil {
			return err
		}
		for _, rel := range page {
			after = rel.OtherID
			if want := st.Relations[rel.OtherID]; want.State != rel.State || want.Since != rel.Since {
				r.differ(key, "user %d is %q by the log, %q in the database", rel.OtherID, want.State, rel.State)
			}
			known--
		}
		if len(page) < memberPage {
			break
		}
	}
	if known != 0 {
		r.differ(key, "the log has %d relations more than the database", known)
	}
	return nil
}

// noteRemoval remembers whom others have removed from a server, and whether the
// server was brought here.
func (r *run) noteRemoval(id chat.ServerID, rec chat.Record) {
	switch e := rec.Event.(type) {
	case *chat.MemberKicked:
		r.removed[membership{id, e.UserID}] = true
	case *chat.MemberBanned:
		r.removed[membership{id, e.UserID}] = true
	case *chat.MemberJoined:
		delete(r.removed, membership{id, e.UserID})
	case *chat.OwnershipTransferred:
		// By the system: the server was brought here from another instance, and
		// its members of there have no logs here.
		r.brought[id] = r.brought[id] || rec.Author == 0
	}
}

// memberships compares the two logs that speak of the same thing: a server's
// of its members, and a user's of his servers. What is under way is neither, and
// who was removed by others, or whose server was deleted, may not have heard of it.
func (r *run) memberships() {
	moving := r.movingDirects()
	for id, st := range r.servers {
		for u := range st.Members {
			user := r.users[u]
			if user == nil && r.brought[id] {
				continue
			} else if user == nil {
				r.differ(chat.ServerKey(id), "member %d has no log", u)
			} else if _, pending := user.Pending[id]; !pending && !moving[id] && !user.In(id) && !user.InDirect(id) {
				r.differ(chat.ServerKey(id), "user %d is a member, but his own log does not know", u)
			}
		}
	}
	for id, user := range r.users {
		in := append([]chat.ServerID(nil), user.Servers...)
		for i := range user.Directs {
			in = append(in, user.Directs[i].ServerID)
		}
		for _, s := range in {
			st := r.servers[s]
			if _, pending := user.Pending[s]; pending || moving[s] || r.removed[membership{s, id}] {
				continue
			}
			if st == nil {
				r.differ(chat.UserKey(id), "is in server %d, which has no log", s)
			} else if _, ok := st.Members[id]; !ok && st.Exists() {
				r.differ(chat.UserKey(id), "is in server %d, whose log does not know", s)
			}
		}
	}
}

// movingDirects are the conversations of friends that are being made or ended, and
// the groups that somebody is being added to.
func (r *run) movingDirects() map[chat.ServerID]bool {
	moving := map[chat.ServerID]bool{}
	for _, user := range r.users {
		for _, p := range user.Pairs {
			if p.Step != "" {
				moving[p.DirectID] = true
			}
		}
		for _, a := range user.Adding {
			moving[a.ServerID] = true
		}
	}
	return moving
}
