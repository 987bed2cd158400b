package edge

import (
	"slices"

	"beep/chat"
)

// Rights are those of the node's copy of the server when a hub tells something.
// The server's actor brings the copy up to date before it answers, so what was
// revoked reaches nobody any more once the revocation is acknowledged, whatever
// the hub has heard. Sessions whose rights have changed wait in groups that
// remember what they were (groupKey.was) until the events of the flush are out.

// moves are what the flush under way must tell about changed rights.
type moves struct {
	any      bool // there are groups that remember what rights they had
	renewed  map[chat.UserID]struct{}
	expelled []expelled
}

// expelled is a session whose user is not a member any more.
type expelled struct {
	s    *session
	sees sight
}

// stale reports whether the copy knows more than the groups.
func (h *hub) stale() bool { return h.srv != nil && h.srv.Number() != h.rights.number }

// assess brings the groups up to what the node's copy says. It reports false if the
// copy knows less than was told here: then nothing may be told.
func (h *hub) assess() bool {
	if h.srv == nil {
		return true
	}
	number, all, users := h.srv.Changes(h.rights.number, h.w.touched[:0])
	h.w.touched = users[:0]
	switch {
	case number+1 < h.own.next:
		return false
	case number == h.rights.number:
	case all:
		h.rateAll()
	default:
		h.rateSome(number, users)
	}
	return true
}

// rateAll evaluates everybody anew.
func (h *hub) rateAll() {
	old := h.rights
	h.takeRules()
	h.rights.adopt(h.groups)
	for _, g := range slices.Clone(h.groups) {
		for _, s := range slices.Clone(g.sessions) {
			h.rate(s, old.st.Members[s.who()])
		}
	}
}

// takeRules takes roles, channels and the members here from the copy.
func (h *hub) takeRules() {
	before := h.rights.st
	var st *chat.Server
	h.srv.Read(func(copied *chat.Server) {
		st = copied.Outline()
		h.members = len(copied.Members)
		if copied.Kind != chat.ServerOfMembers {
			for u, m := range copied.Members { // a few, whom cards name
				st.PutMember(u, m)
			}
			return
		}
		if before == nil {
			return
		}
		for u := range before.Members {
			if m, ok := copied.Members[u]; ok {
				st.PutMember(u, m)
			}
		}
	})
	h.rights.begin(st, st.Number)
}

// rateSome evaluates some users anew.
func (h *hub) rateSome(number uint64, users []chat.UserID) {
	h.rights.number = number
	for _, u := range users {
		here := h.people.here(u)
		old := h.rights.st.Members[u]
		h.srv.Read(func(st *chat.Server) {
			h.members = len(st.Members)
			m, ok := st.Members[u]
			switch {
			case !ok:
				h.rights.st.DropMember(u)
			case here || st.Kind != chat.ServerOfMembers:
				h.rights.st.PutMember(u, m)
			}
		})
		if !here {
			continue
		}
		for _, s := range h.sessionsOf(u) {
			h.rate(s, old)
		}
	}
}

// rate puts a session where its user's rights are now; old is how he was known.
func (h *hub) rate(s *session, old chat.MemberState) {
	st, ok := h.seat(s)
	if !ok {
		return
	}
	k, u := st.group.key, s.who()
	v := h.rights.vector(u)
	if v == nil {
		h.moves.any = true
		h.moves.expelled = append(h.moves.expelled, expelled{s, st.group.sees})
		h.rise(s)
		return
	}
	m := h.rights.st.Members[u]
	renewed := m.Nickname != old.Nickname || m.MutedUntil != old.MutedUntil || m.Roles != old.Roles
	if v == k.rights && !renewed {
		return
	}
	if renewed {
		if h.moves.renewed == nil {
			h.moves.renewed = map[chat.UserID]struct{}{}
		}
		h.moves.renewed[u] = struct{}{}
	}
	h.moves.any = true
	if k.was == nil {
		k.was = k.rights
	}
	k.rights = v
	h.unseat(s, st)
	h.place(s, k)
}

// admit is the rights of a user who comes, nil if he is not a member.
func (h *hub) admit(u chat.UserID) *vector {
	var m chat.MemberState
	ok := false
	h.srv.Read(func(st *chat.Server) { m, ok = st.Members[u] })
	if !ok {
		return nil
	}
	h.rights.st.PutMember(u, m)
	if h.rights.kept > maxVectors && h.rights.kept > 2*len(h.groups) {
		h.rights.adopt(h.groups)
	}
	return h.rights.vector(u)
}

// forget drops what is known of a user who has no session here any more.
func (h *hub) forget(u chat.UserID) {
	if h.rights.st != nil && h.rights.st.Kind == chat.ServerOfMembers && !h.people.here(u) {
		h.rights.st.DropMember(u)
	}
}

// settle tells what has changed for whom: after the events of the flush, among
// which the reason may be.
func (h *hub) settle() {
	created := h.created
	for _, g := range slices.Clone(h.groups) {
		if g.key.was != nil || len(created) > 0 {
			h.showChange(g, created)
		}
		if g.key.was != nil {
			h.merge(g)
		}
	}
	for _, x := range h.moves.expelled {
		h.turnOut(x)
	}
	h.moves = moves{}
}

// merge ends the remembering of a group.
func (h *hub) merge(g *group) {
	g.key.was = nil
	for _, o := range h.groups {
		if o == g || o.key != g.key {
			continue
		}
		for _, s := range g.sessions {
			h.seats[s] = seat{o, len(o.sessions)}
			o.sessions = append(o.sessions, s)
		}
		h.drop(g)
		return
	}
}

// turnOut tells a session that it is not in the server any more: up to the record
// that says so, if it is among those of this flush, and of these only what
// everybody sees. It is remembered until the user's own log says so too, in case he
// comes back first.
func (h *hub) turnOut(x expelled) {
	u, last := x.s.who(), -1
	for i := range h.events {
		if e := h.events[i].ends; e != 0 && (e == u || e == everybody) {
			last = i
		}
	}
	d := newDraft(256)
	if x.sees&seesOwn != 0 {
		for i := range h.events[:last+1] {
			ev := &h.events[i]
			switch {
			case ev.class != seesOwn:
			case h.filters[ev.filter].kind == toEveryone:
				d = d.add(h.frames[ev.start:ev.end])
			default:
				hidden := filter{}
				d = hidden.appendHidden(d, h.key, ev.number)
			}
		}
	}
	x.s.conn.tell(draft(appendServerGone(d.next(), chat.ServerID(h.key.ID))).message())
	h.want(&attach{s: x.s, key: h.key, live: true})
}
