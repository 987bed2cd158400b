package edge

import (
	"context"
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

// open begins to load a hub, off the worker: it listens first, then asks for
// state and heads, so that nothing falls between the two.
func (w *worker) open(key chat.Key) *hub {
	h := &hub{w: w, key: key, loading: true}
	h.own.key = key
	w.hubs[key.Tenant] = h
	w.g.stats.hubs.Add(1)
	w.g.load(func() {
		l, err := w.loadHub(key)
		if !w.doFor(h, "load", func() { w.onLoaded(h, l, err) }) && l.srv != nil {
			l.srv.Release()
		}
	})
	return h
}

// loadHub listens and fetches state and heads; a few failures are tried again.
// It runs off the worker: both wait for the network.
func (w *worker) loadHub(key chat.Key) (l loaded, err error) {
	g, wait := w.g, retryBase
	for range loadAttempts {
		if l, err = w.loadOnce(key); err == nil || chat.Is(err, chat.NotFound) {
			return l, err
		}
		if !pause(g.ctx, wait) {
			return l, err
		}
		wait *= 2
	}
	return l, err
}

func (w *worker) loadOnce(key chat.Key) (l loaded, err error) {
	g := w.g
	defer g.caught("load", func() { l, err = loaded{}, errFault })
	if err := w.feed.Subscribe(key.Tenant); err != nil {
		return loaded{}, err
	}
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
	if now := w.hubs[h.key.Tenant]; now != h {
		// Forgotten meanwhile; its subscription belongs to its successor, if any.
		if now == nil {
			w.unsubscribe(h.key.Tenant)
		}
		if l.srv != nil {
			l.srv.Release()
		}
		return
	}
	early := h.early
	h.early, h.loading = nil, false
	if err != nil {
		w.unload(h)
		for _, a := range h.waiting {
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
	waiting := h.waiting
	h.waiting = nil
	for _, a := range waiting {
		w.attach(a)
	}
	h.idleCheck()
}

// begin sets the hub's state and the numbers that come next. State that is
// behind the heads makes a gap like any other; of a channel that it does not know
// yet nothing has been told, whatever its head.
func (h *hub) begin(l loaded) {
	if l.user != nil {
		h.user, h.prefs = l.user, prefsOf(l.user)
		h.own.begin(l.user.Number)
	} else {
		h.srv = l.srv
		h.own.begin(h.seed())
		h.takeRules()
		h.people = newPresence(h.w.g.node)
		h.w.g.people.put(chat.ServerID(h.key.ID), h.people)
		h.w.stirred[h] = struct{}{} // asks the other edges at the next tick
	}
	for i := range h.server.Channels {
		k := h.channelKey(h.server.Channels[i].ID)
		if n, ok := l.heads[k]; ok {
			h.entity(k).begin(n)
		}
	}
	h.seen(l.heads)
}

// seed takes the state of the node's copy of the server and returns its number.
func (h *hub) seed() uint64 {
	h.srv.Read(func(st *chat.Server) {
		h.server = *st.Outline()
	})
	h.cards = serverCards{}
	return h.server.Number
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
