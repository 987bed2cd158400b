package edge

import (
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

	// Of a server: its state folded from the events that were told, without
	// people. Who is in it and may do what is asked of srv, which may be ahead.
	srv     *tenant.Server
	server  chat.Server
	members int // how many there are
	cards   serverCards
	people  *presence
	rights  ratings
	moves   moves
	behind  map[*entity]need // channels' logs that wait for the server's

	user  *chat.User // of a user, folded likewise
	prefs *prefs     // what of it notifications need; nil: nothing is set

	groups    []*group
	seats     map[*session]seat     // of a server; a user's few sessions are searched
	wanting   map[*session]*attach  // sessions whose user is not a member yet
	listeners map[*session]struct{} // who want to hear of every message somewhere here

	outbox
	ring      ring
	idleSince time.Time
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
