package edge

import (
	"slices"
	"sync/atomic"
	"time"

	"beep/chat"
	"beep/tenant"
)

// hub is what this edge knows of one tenant with sessions here: a server with
// its channels, or a user. All of it belongs to its worker.
type hub struct {
	w   *worker
	key chat.Key // of the tenant's own log

	loading   bool
	early     []LiveMessage // while loading; bounded by maxEarly
	earlyLost bool
	waiting   []*attach // while loading
	parked    []*attach // whose client is ahead of us; bounded by admission
	checks    checks
	gone      atomic.Bool

	own      entity
	channels map[uint64]*entity

	// Of a server: its state folded from the events that were told, members
	// counted only. Who may do what is asked of srv, which may be ahead.
	srv     *tenant.Server
	server  chat.Server
	members int
	cards   serverCards
	people  *presence

	user *chat.User // of a user, folded likewise

	groups  []*group
	seats   map[*session]seat    // of a server; a user's few sessions are searched
	wanting map[*session]*attach // sessions whose user is not a member yet

	outbox
	ring      ring
	idleSince time.Time
}

// groupKey is what sessions must have in common to be told the same.
type groupKey struct {
	rights  chat.Permission
	intents intent
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

// sees derives what a group is told: the one place where rights and wishes
// become a filter.
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
	if k.rights.Has(chat.ViewChannels) {
		if k.intents&wantMessages != 0 {
			s |= seesChannels
		}
		if k.intents&wantTyping != 0 {
			s |= seesTyping
		}
	}
	return s
}

// sit puts a session into the group of its rights.
func (h *hub) sit(s *session, rights chat.Permission) *group {
	delete(h.wanting, s)
	delete(h.w.idle, h)
	if st, ok := h.seat(s); ok {
		return st.group
	}
	k := groupKey{rights: rights, intents: s.intents}
	if h.key.Kind == chat.KindUser {
		k = groupKey{}
	}
	var g *group
	for _, o := range h.groups {
		if o.key == k {
			g = o
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
	if h.people != nil {
		h.people.arrive(s.who())
		h.w.stirred[h] = struct{}{}
	}
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

// rise takes a session out. It reports whether it had a seat.
func (h *hub) rise(s *session) bool {
	st, ok := h.seat(s)
	if !ok {
		return false
	}
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
		for i, o := range h.groups {
			if o == g {
				h.groups = append(h.groups[:i], h.groups[i+1:]...)
				break
			}
		}
	}
	if h.people != nil {
		h.people.depart(s.who(), h.w.g.now())
		h.w.stirred[h] = struct{}{}
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

// idleCheck starts the lingering of a hub without sessions.
func (h *hub) idleCheck() {
	w := h.w
	if h.loading || len(h.groups)+len(h.wanting)+len(h.parked) != 0 || w.hubs[h.key.Tenant] != h {
		return
	}
	if len(w.idle) >= maxLingering {
		w.unload(h)
		return
	}
	h.idleSince = w.g.now()
	w.idle[h] = struct{}{}
}
