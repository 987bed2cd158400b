package edge

import (
	"slices"

	"beep/chat"
)

// groupKey is what sessions must have in common to be told the same. Of a user's
// hub it is empty.
type groupKey struct {
	rights  *vector
	intents intent
	// was are the rights they had until the flush that is under way, nil outside
	// of one: when it is over they are told what has changed.
	was *vector
}

// group is the unit of fan-out: sessions that may and want to see the same.
type group struct {
	key      groupKey
	sees     sight
	sessions []*session
}

// seat is a session's place in a group.
type seat struct {
	group *group
	index int
}

// sight is a set of classes of frames.
type sight uint8

const (
	seesOwn      sight = 1 << iota // the tenant's own log
	seesChannels                   // its channels' logs
	seesTyping
	seesPresence

	seesEvents = seesOwn | seesChannels
)

// sees derives the classes that a group wants; what of them it may see filters say.
func (k groupKey) sees(kind chat.EntityKind) sight {
	if kind == chat.KindUser {
		return seesOwn
	}
	var s sight
	if k.intents&wantServers != 0 {
		s |= seesOwn
	}
	if k.intents&wantPresence != 0 {
		s |= seesPresence
	}
	if k.intents&wantMessages != 0 {
		s |= seesChannels
	}
	if k.intents&wantTyping != 0 {
		s |= seesTyping
	}
	return s
}

// sit takes a session in, into the group of its rights (nil in a user's hub).
func (h *hub) sit(s *session, rights *vector) *group {
	delete(h.wanting, s)
	delete(h.w.idle, h)
	if st, ok := h.seat(s); ok {
		return st.group
	}
	k := groupKey{rights: rights, intents: s.intents}
	if h.key.Kind == chat.KindUser {
		k = groupKey{}
	}
	g := h.place(s, k)
	if h.people != nil {
		h.people.arrive(s.who())
		h.w.stirred[h] = struct{}{}
		h.listen(s)
	}
	return g
}

// place puts a session into the group of a key.
func (h *hub) place(s *session, k groupKey) *group {
	var g *group
	for _, o := range h.groups {
		if o.key == k {
			g = o
			break
		}
	}
	if g == nil {
		g = &group{key: k, sees: k.sees(h.key.Kind)}
		h.groups = append(h.groups, g)
	}
	if h.key.Kind == chat.KindServer {
		if h.seats == nil {
			h.seats = map[*session]seat{}
		}
		h.seats[s] = seat{g, len(g.sessions)}
	}
	g.sessions = append(g.sessions, s)
	return g
}

// seat finds a session's place.
func (h *hub) seat(s *session) (seat, bool) {
	if h.key.Kind == chat.KindServer {
		st, ok := h.seats[s]
		return st, ok
	}
	for _, g := range h.groups {
		if i := slices.Index(g.sessions, s); i >= 0 {
			return seat{g, i}, true
		}
	}
	return seat{}, false
}

// unseat takes a session out of its group.
func (h *hub) unseat(s *session, st seat) {
	delete(h.seats, s)
	g := st.group
	last := len(g.sessions) - 1
	if st.index != last {
		moved := g.sessions[last]
		g.sessions[st.index] = moved
		if h.seats != nil {
			h.seats[moved] = seat{g, st.index}
		}
	}
	g.sessions[last] = nil
	g.sessions = g.sessions[:last]
	if last == 0 {
		h.drop(g)
	}
}

// drop forgets a group that is empty.
func (h *hub) drop(g *group) {
	if i := slices.Index(h.groups, g); i >= 0 {
		h.groups = slices.Delete(h.groups, i, i+1)
	}
}

// rise takes a session out. It reports whether it had a seat.
func (h *hub) rise(s *session) bool {
	st, ok := h.seat(s)
	if !ok {
		return false
	}
	h.unseat(s, st)
	delete(h.listeners, s)
	if h.people != nil {
		h.people.depart(s.who(), h.w.g.now())
		h.w.stirred[h] = struct{}{}
		h.forget(s.who())
	}
	return true
}

// detach takes a session out of a hub; with gone it is told that the server is
// no longer to be seen.
func (w *worker) detach(tenantID uint64, s *session, gone bool) {
	h := w.hubs[tenantID]
	if h == nil {
		return
	}
	w.guard(h, "detach", func() {
		delete(h.wanting, s)
		if h.rise(s) && gone {
			s.conn.tell(serverGone(chat.ServerID(tenantID)))
		}
		h.idleCheck()
	})
}

// sessionsOf lists the sessions of a user that sit here.
func (h *hub) sessionsOf(u chat.UserID) []*session {
	if h.people == nil || !h.people.here(u) {
		return nil
	}
	return slices.DeleteFunc(h.w.g.reg.of(u), func(s *session) bool {
		_, ok := h.seats[s]
		return !ok
	})
}
