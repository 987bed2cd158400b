package edge

import (
	"context"
	"time"

	"beep/chat"
	"beep/tenant"
	"beep/wire"
)

// attach asks a hub to take a session in.
type attach struct {
	s    *session
	key  chat.Key
	read map[chat.ChannelID]chat.ReadPosition // shown in the server's card; nobody changes it
	// positions are what a resuming client has; nil for one that begins. Nobody
	// changes them.
	positions *wire.Positions
	// live is set for a session that runs already: the hub itself tells it the
	// server frame. Otherwise the hub answers on reply.
	live    bool
	checked bool // the heads were looked at since the client claimed to be ahead
	// parkedAt is which look had begun when it was parked: only a later one
	// tells what the log knew then.
	parkedAt uint64
	since    time.Time // when it began to be wanted
	doubted  bool      // his actor was told since that the server does not know him
	reply    chan attached
}

// attached is a hub's answer: from here on the session is told what comes
// after the heads.
type attached struct {
	key    chat.Key
	err    error
	absent bool             // not a member (yet); the hub tells the server when it is
	user   *chat.User       // of a user's hub: a copy of its state
	card   []byte           // of a server the client did not name: as in ready
	ranges []missing        // of what the client did name
	srv    *tenant.Server   // what the user may see during a long replay; of a server
	rights *vector          // what the user might do when the session was taken in; of a server that he named
	hide   []chat.ChannelID // that the client named and may not view
	view   []byte           // the other fields of its view frame, each after a comma
}

// missing is what a client lacks of one log: the records after pos up to head.
type missing struct {
	key     chat.Key
	pos     uint64
	head    uint64
	frames  [][]byte         // all of them, if the hub has them in memory
	created []chat.ChannelID // by these records, if in memory
	deleted []chat.ChannelID // likewise
	unnamed bool             // the client did not name this channel
	mute    bool             // it wants nothing of it but to know it
	card    []byte           // the channel as in ready, if it is unnamed
	never   bool             // it claims a position that never was
}

// attach sends an attach to its hub. The session must know the tenant
// (joinsHub). The answer comes on a.reply.
func (g *Gateway) attach(a *attach) {
	g.worker(a.key.Tenant).do(func(w *worker) { w.attach(a) })
}

func (w *worker) attach(a *attach) {
	h := w.hub(a.key)
	defer w.g.caught("attach", func() {
		w.breakOff(h)
		a.s.close(closeFault)
	})
	h.attach(a)
}

// await waits for the answer to an attach.
func (a *attach) await(ctx context.Context) attached {
	select {
	case r := <-a.reply:
		return r
	case <-ctx.Done():
		return attached{key: a.key, err: ctx.Err()}
	}
}

// fail answers that the hub cannot be had. A session that runs is sent away to
// come back; one that waits for a server that is not there goes on without.
func (a *attach) fail(err error) {
	if !a.live {
		a.reply <- attached{key: a.key, err: err, absent: chat.Is(err, chat.NotFound)}
	} else if !chat.Is(err, chat.NotFound) {
		a.s.close(closeFault)
	}
}

// attach takes a session in, now or when the hub is ready for it.
func (h *hub) attach(a *attach) {
	if a.s.dead.Load() {
		return
	}
	if h.loading {
		h.waiting = append(h.waiting, a)
		return
	}
	if h.stale() || h.classes&seesOwn != 0 || h.classes != 0 && h.ahead(a, nil) {
		h.flush() // what is sent is what the session must get of the start
	}
	var rights *vector
	if h.srv != nil {
		// A copy that is behind what was told here decides nothing.
		if rights = h.admit(a.s.who()); rights == nil || h.rights.number+1 < h.own.next {
			h.forget(a.s.who())
			h.want(a)
			return
		}
	}
	if h.ahead(a, rights) && (!a.checked || h.mayCatchUp(a, rights)) {
		if h.srv != nil {
			h.forget(a.s.who())
		}
		h.parked = append(h.parked, a)
		delete(h.w.idle, h)
		if !a.checked {
			a.parkedAt = h.checks.begun
			h.recheck()
		}
		return
	}
	if _, ok := h.seat(a.s); ok {
		// A change of membership overtook the start, and the hub told the
		// server frame; or the session runs and is in.
		if !a.live {
			a.reply <- attached{key: a.key}
		}
		return
	}
	g := h.sit(a.s, rights)
	if h.user != nil {
		a.s.prefs.Store(h.prefs)
	}
	if a.live {
		a.s.conn.tell(textMessage(h.serverFrame(a.s.who(), rights, a.read)))
		return
	}
	a.reply <- h.answer(a, g)
}

// want remembers a session whose user's log is ahead of the server's as we know
// it: it is taken in when the server's log says so, at the latest a second
// after our copy knows.
func (h *hub) want(a *attach) {
	if h.wanting == nil {
		h.wanting = map[*session]*attach{}
	}
	wanted := &attach{s: a.s, key: a.key, read: a.read, live: true, since: h.w.g.now()}
	if before := h.wanting[a.s]; before != nil {
		wanted.since, wanted.doubted = before.since, before.doubted
	}
	h.wanting[a.s] = wanted
	delete(h.w.idle, h)
	h.w.stirred[h] = struct{}{}
	if h.rise(a.s) {
		a.s.conn.tell(serverGone(chat.ServerID(h.key.ID)))
	}
	if !a.live {
		a.reply <- attached{key: a.key, absent: true}
	}
}

// ahead reports whether the client claims to know more than we have told, of what
// who has rights v sees: how far a hidden channel has come must not be found out by
// claiming. A nil v sees all.
func (h *hub) ahead(a *attach, v *vector) bool {
	return h.anyAhead(a, v, func(_ *entity) bool { return true })
}

// mayCatchUp reports whether what the client claims may still come here.
func (h *hub) mayCatchUp(a *attach, v *vector) bool {
	return h.anyAhead(a, v, func(e *entity) bool {
		pos, _ := h.position(a, e)
		return e.gap && pos <= e.want
	})
}

func (h *hub) anyAhead(a *attach, v *vector, which func(*entity) bool) bool {
	if a.positions == nil {
		return false
	}
	pos, named := h.position(a, &h.own)
	if !named {
		return false
	}
	if pos > h.own.sent && which(&h.own) {
		return true
	}
	for i := range h.server.Channels {
		id := h.server.Channels[i].ID
		if v != nil && !v.sees(id) {
			continue
		}
		e := h.entity(h.channelKey(id))
		if pos, _ := h.position(a, e); pos > e.sent && which(e) {
			return true
		}
	}
	return false
}

// unpark tries those again whose client was ahead of us.
func (h *hub) unpark() {
	if len(h.parked) == 0 {
		return
	}
	parked := h.parked
	h.parked = nil
	for _, a := range parked {
		if !a.checked && (h.checks.running || h.checks.wanted) && !a.s.dead.Load() {
			h.parked = append(h.parked, a)
			continue
		}
		h.attach(a)
	}
	h.idleCheck()
}

func (h *hub) channelKey(id chat.ChannelID) chat.Key {
	return chat.ChannelKey(chat.ServerID(h.key.ID), id)
}
