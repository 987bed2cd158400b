package edge

import (
	"context"
	"slices"
	"time"

	"beep/chat"
	"beep/tenant"
)

const (
	// maxEarly bounds the live messages kept while a hub is loaded.
	maxEarly = 1024
	// loadTimeout bounds one attempt to load a hub.
	loadTimeout = 15 * time.Second
	// loadAttempts is how often loading is tried before sessions are sent away.
	loadAttempts = 3
	// retryBase is the first pause between attempts; it doubles up to retryMax.
	retryBase = 100 * time.Millisecond
	retryMax  = 5 * time.Second
)

// loaded is what a hub begins with.
type loaded struct {
	srv   *tenant.Server
	user  *chat.User
	heads map[chat.Key]uint64
}

// open begins to load a hub: it listens first, then asks for state and heads
// off the worker, so that nothing falls between the two.
func (w *worker) open(key chat.Key) *hub {
	h := &hub{w: w, key: key, loading: true}
	h.own.key = key
	w.hubs[key.Tenant] = h
	w.g.stats.hubs.Add(1)
	unheard := w.feed.Subscribe(key.Tenant)
	w.g.load(func() {
		var l loaded
		err := unheard
		if err == nil {
			l, err = w.g.loadHub(key)
		}
		if !w.do(func(w *worker) { w.onLoaded(h, l, err) }) && l.srv != nil {
			l.srv.Release()
		}
	})
	return h
}

// loadHub fetches state and heads; a few failures are tried again.
func (g *Gateway) loadHub(key chat.Key) (l loaded, err error) {
	wait := retryBase
	for range loadAttempts {
		if l, err = g.loadOnce(key); err == nil || chat.Is(err, chat.NotFound) {
			return l, err
		}
		if !pause(g.ctx, wait) {
			return l, err
		}
		wait *= 2
	}
	return l, err
}

func (g *Gateway) loadOnce(key chat.Key) (l loaded, err error) {
	ctx, cancel := context.WithTimeout(g.ctx, loadTimeout)
	defer cancel()
	if key.Kind == chat.KindUser {
		if l.user, err = g.cfg.Users.User(ctx, chat.UserID(key.ID)); err != nil {
			return loaded{}, err
		}
		// A user has one log, and its only writer has just said where it ends.
		l.heads = map[chat.Key]uint64{key: l.user.Number}
		return l, nil
	}
	if l.srv, err = g.cfg.Tenants.Acquire(ctx, chat.ServerID(key.ID)); err != nil {
		return loaded{}, err
	}
	if l.heads, err = g.cfg.Log.Heads(ctx, key.Tenant); err != nil {
		l.srv.Release()
		return loaded{}, err
	}
	return l, nil
}

// onLoaded puts a loaded hub to work.
func (w *worker) onLoaded(h *hub, l loaded, err error) {
	if w.hubs[h.key.Tenant] != h {
		if l.srv != nil {
			l.srv.Release()
		}
		return
	}
	waiting, early := h.waiting, h.early
	h.waiting, h.early, h.loading = nil, nil, false
	if err != nil {
		w.unload(h)
		for _, a := range waiting {
			a.fail(err)
		}
		return
	}
	h.begin(l)
	for i := range early {
		h.onLive(&early[i])
	}
	if h.earlyLost {
		h.recheck()
	}
	for _, a := range waiting {
		h.attach(a)
	}
	h.idleCheck()
}

// begin sets the hub's state and the numbers that come next. State that is
// behind the heads makes a gap like any other.
func (h *hub) begin(l loaded) {
	if l.user != nil {
		h.user = l.user
		h.own.begin(l.user.Number)
	} else {
		h.srv = l.srv
		h.own.begin(h.seed())
		h.people = newPresence(h.w.g.node)
		h.w.g.people.put(chat.ServerID(h.key.ID), h.people)
		h.w.stirred[h] = struct{}{} // asks the other edges at the next tick
	}
	for k, n := range l.heads {
		if k != h.key && k.Kind == chat.KindChannel {
			h.entity(k).begin(n)
		}
	}
	h.seen(l.heads)
}

// seed takes the state of the node's copy of the server and returns its number.
func (h *hub) seed() uint64 {
	h.srv.Read(func(st *chat.Server) {
		h.server = *st
		h.server.Channels = slices.Clone(st.Channels)
		h.server.Members = map[chat.UserID]chat.MemberState{}
		h.members = len(st.Members)
	})
	h.cards = serverCards{}
	return h.server.Number
}

// recheck looks at the heads, off the worker: after messages were lost, or when
// a client claims to be ahead of us.
func (h *hub) recheck() {
	if h.loading {
		h.earlyLost = true
		return
	}
	if h.checking {
		h.checkMore = true
		return
	}
	h.checking = true
	w := h.w
	w.g.load(func() {
		wait := retryBase
		for !h.gone.Load() {
			ctx, cancel := context.WithTimeout(w.g.ctx, loadTimeout)
			heads, err := w.g.cfg.Log.Heads(ctx, h.key.Tenant)
			cancel()
			if err == nil {
				w.do(func(w *worker) { h.onHeads(heads) })
				return
			}
			if !pause(w.g.ctx, wait) {
				return
			}
			wait = min(2*wait, retryMax)
		}
	})
}

func (h *hub) onHeads(heads map[chat.Key]uint64) {
	if h.gone.Load() {
		return
	}
	h.checking = false
	h.seen(heads)
	if h.checkMore {
		h.checkMore = false
		h.recheck()
	}
	for _, a := range h.parked {
		a.checked = true
	}
	h.unpark()
}

// seen starts filling the gaps that heads reveal.
func (h *hub) seen(heads map[chat.Key]uint64) {
	for k, n := range heads {
		if k == h.key || k.Kind == chat.KindChannel && k.Tenant == h.key.Tenant {
			h.reaches(h.entity(k), n)
		}
	}
}

// pause waits; it reports false when ctx ended.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
