package edge

import (
	"context"
	"log/slog"
	"time"

	"beep/chat"
)

const (
	// maxChecks bounds the looks at the heads that a worker has under way: one
	// of a server asks the log a question per shard of its entities, and after
	// an overflow every hub wants one.
	maxChecks = 4
	// checkInterval is how often at most one hub is looked at: more looks would
	// feed the overload that made messages drop.
	checkInterval = time.Second
)

// checks are a hub's looks at the heads: after messages were lost, or when a
// client claims to be ahead of us.
type checks struct {
	wanted  bool // it is in the worker's queue
	running bool
	begun   uint64    // how many began so far
	last    time.Time // when the last one began
}

// recheck has the heads looked at, off the worker and in turn. What is asked
// for while a look is under way is a look of its own.
func (h *hub) recheck() {
	if h.loading {
		h.earlyLost = true
		return
	}
	if h.checks.wanted {
		return
	}
	h.checks.wanted = true
	h.w.suspects = append(h.w.suspects, h)
	h.w.checkSome()
}

// checkSome begins as many looks as may run. A hub whose turn has not come yet
// waits for the next tick.
func (w *worker) checkSome() {
	for len(w.suspects) > 0 && w.checking < maxChecks {
		h := w.suspects[0]
		w.suspects[0] = nil
		w.suspects = w.suspects[1:]
		switch {
		case h.gone.Load():
		case h.checks.running || w.clock.Sub(h.checks.last) < checkInterval:
			w.later = append(w.later, h)
		default:
			h.check()
		}
	}
	if len(w.suspects) == 0 {
		w.suspects = nil
	}
}

// checkLater brings those back whose turn had not come.
func (w *worker) checkLater() {
	w.suspects = append(w.suspects, w.later...)
	w.later = nil
	w.checkSome()
}

// check looks at the heads. One that fails is tried again in its turn.
func (h *hub) check() {
	w := h.w
	h.checks.wanted, h.checks.running = false, true
	h.checks.begun++
	h.checks.last = w.clock
	w.checking++
	w.g.load(func() {
		heads, err := w.g.heads(h.key)
		w.do(func(w *worker) {
			w.checking--
			w.guard(h, "heads", func() { h.onHeads(heads, err) })
			w.checkSome()
		})
	})
}

// heads asks how far a hub's logs have come. A panic of those asked is an error.
func (g *Gateway) heads(key chat.Key) (heads map[chat.Key]uint64, err error) {
	defer g.caught("heads", func() { err = errFault })
	ctx, cancel := context.WithTimeout(g.ctx, loadTimeout)
	defer cancel()
	if key.Kind != chat.KindUser {
		return g.cfg.Log.Heads(ctx, key.Tenant)
	}
	// A user has one log, and its only writer says where it ends.
	u, err := g.cfg.Users.User(ctx, chat.UserID(key.ID))
	if err != nil {
		return nil, err
	}
	return map[chat.Key]uint64{key: u.Number}, nil
}

func (h *hub) onHeads(heads map[chat.Key]uint64, err error) {
	if h.gone.Load() {
		return
	}
	h.checks.running = false
	if err != nil && !chat.Is(err, chat.NotFound) {
		if g := h.w.g; g.complains(&g.logs.heads) {
			g.logger.Warn("look at heads", slog.Uint64("tenant_id", h.key.Tenant), slog.Any("error", err))
		}
		h.recheck()
		return
	}
	h.seen(heads)
	for _, a := range h.parked {
		if a.parkedAt < h.checks.begun { // this look began after it came
			a.checked = true
		}
	}
	h.unpark()
}

// seen starts filling the gaps that heads reveal. The hub's own log comes first: it
// says which channels there are.
func (h *hub) seen(heads map[chat.Key]uint64) {
	if n, ok := heads[h.key]; ok {
		h.reaches(&h.own, n)
	}
	for k, n := range heads {
		if k == h.key || k.Kind != chat.KindChannel || k.Tenant != h.key.Tenant {
			continue
		}
		if h.channels[k.ID] != nil || h.knows(k) {
			h.reaches(h.entity(k), n)
		} else {
			h.expect(k, n)
		}
	}
}
