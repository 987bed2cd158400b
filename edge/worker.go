package edge

import (
	"log/slog"
	"time"

	"beep/chat"
	"beep/subjects"
)

const (
	// feedSize is how many live messages wait for a worker: a second of a hot
	// node. What comes on top is lost and read from the log again.
	feedSize = 8192
	// batchSize bounds what a worker takes in before it flushes.
	batchSize = 256
	// commandQueue bounds the commands that wait; who sends one waits then.
	commandQueue = 1024
	// lingerTime is how long a hub without sessions is kept, so that clients
	// who were cut find it warm.
	lingerTime = time.Minute
	// maxLingering bounds the hubs a worker keeps so.
	maxLingering = 20_000
	// tickInterval is how often presence is told and idle hubs are looked at.
	tickInterval = time.Second
)

// worker owns a feed and the hubs of the tenants that fall to it. Its fields
// belong to run; others reach them by commands.
type worker struct {
	g       *Gateway
	feed    Feed
	cmds    chan func(*worker)
	batches chan []LiveMessage // from pump
	free    chan []LiveMessage // back to pump

	hubs    map[uint64]*hub
	dirty   []*hub            // something waits to be flushed
	idle    map[*hub]struct{} // no session, kept for lingerTime
	stirred map[*hub]struct{} // presence to tell at the next tick

	suspects []*hub // whose heads are to be looked at next, each once
	later    []*hub // likewise, after the next tick
	checking int    // looks under way; bounded by maxChecks

	touched []chat.UserID // lent to assess

	dropped uint64    // feed.Dropped when last looked at
	clock   time.Time // when the worker woke up
	ticks   int
}

func newWorker(g *Gateway) *worker {
	w := &worker{
		g: g, feed: g.cfg.Log.OpenFeed(feedSize),
		cmds:    make(chan func(*worker), commandQueue),
		batches: make(chan []LiveMessage), free: make(chan []LiveMessage, 2),
		hubs: map[uint64]*hub{}, idle: map[*hub]struct{}{}, stirred: map[*hub]struct{}{},
	}
	for range cap(w.free) {
		w.free <- make([]LiveMessage, 0, batchSize)
	}
	return w
}

// worker is the worker of a tenant. The low bits of a snowflake are mostly zero.
func (g *Gateway) worker(tenant uint64) *worker {
	h := tenant * 0x9e3779b97f4a7c15 // Fibonacci hashing
	return g.workers[(h>>32)%uint64(len(g.workers))]
}

// do has the worker run fn; it waits while the queue is full. Workers must not
// call it. After the gateway's end it does nothing and reports false.
func (w *worker) do(fn func(*worker)) bool {
	select {
	case w.cmds <- fn:
		return true
	case <-w.g.ctx.Done():
		return false
	}
}

// pump moves messages from the feed to the worker in batches.
func (w *worker) pump() {
	defer w.feed.Close()
	for {
		m, err := w.feed.Next(w.g.ctx)
		if err != nil {
			if !pause(w.g.ctx, retryBase) {
				return
			}
			continue
		}
		var batch []LiveMessage
		select {
		case batch = <-w.free:
		case <-w.g.ctx.Done():
			return
		}
		batch = append(batch[:0], m)
		for len(batch) < batchSize {
			m, ok := w.feed.TryNext()
			if !ok {
				break
			}
			batch = append(batch, m)
		}
		select {
		case w.batches <- batch:
		case <-w.g.ctx.Done():
			return
		}
	}
}

// run is the worker's goroutine.
func (w *worker) run() {
	tick := time.NewTicker(tickInterval)
	defer tick.Stop()
	flush := time.NewTimer(time.Hour)
	defer flush.Stop()
	defer w.unloadAll()
	for {
		select {
		case <-w.g.ctx.Done():
			return
		case fn := <-w.cmds:
			w.clock = time.Now()
			w.guard(nil, "command", func() { fn(w) })
		case batch := <-w.batches:
			w.clock = time.Now()
			w.onBatch(batch)
		case <-flush.C:
			w.clock = time.Now()
		case <-tick.C:
			w.clock = time.Now()
			w.guard(nil, "tick", w.onTick)
		}
		if wait, ok := w.flushDue(); ok {
			flush.Reset(wait)
		}
	}
}

// onBatch takes live messages in.
func (w *worker) onBatch(batch []LiveMessage) {
	for i := range batch {
		if h := w.hubs[batch[i].Key.Tenant]; h != nil {
			w.guard(h, "live message", func() { h.onLive(&batch[i]) })
		}
		batch[i] = LiveMessage{}
	}
	w.free <- batch // never waits: there are as many places as batches
}

// checkDropped has every hub look at the heads when the feed lost something. It
// is called on ticks only, so that an overload does not add to itself.
func (w *worker) checkDropped() {
	n := w.feed.Dropped()
	if n == w.dropped {
		return
	}
	w.g.stats.dropped.Add(n - w.dropped)
	w.dropped = n
	for _, h := range w.hubs {
		h.recheck()
	}
}

// flushDue sends out what is due and reports when the next is.
func (w *worker) flushDue() (time.Duration, bool) {
	var next time.Time
	kept := w.dirty[:0]
	for _, h := range w.dirty {
		if h.dirty && !h.due.After(w.clock) {
			w.guard(h, "flush", h.flush)
		}
		if !h.dirty {
			h.listed = false
			continue
		}
		kept = append(kept, h)
		if next.IsZero() || h.due.Before(next) {
			next = h.due
		}
	}
	clear(w.dirty[len(kept):])
	w.dirty = kept
	if next.IsZero() {
		return 0, false
	}
	return max(0, time.Until(next)), true
}

// onTick does what is done once a second.
func (w *worker) onTick() {
	w.checkDropped()
	w.checkLater()
	w.ticks++
	now := w.g.now()
	for h := range w.idle {
		if now.Sub(h.idleSince) >= lingerTime {
			w.unload(h)
		}
	}
	if w.ticks%aliveTicks == 0 {
		for _, h := range w.hubs {
			if h.people != nil {
				h.people.keepalive = true
				w.stirred[h] = struct{}{}
			}
		}
	}
	// What was revoked holds here even if nobody heard of it.
	for _, h := range w.hubs {
		if !h.loading && len(h.groups) > 0 && h.stale() {
			w.guard(h, "rights", h.flush)
		}
	}
	for h := range w.stirred {
		again := false
		w.guard(h, "presence", func() {
			presence := h.tellPresence(now)
			again = h.retry() || presence
		})
		if !again {
			delete(w.stirred, h)
		}
	}
}

// unloadAll lets go of everything at the end.
func (w *worker) unloadAll() {
	for _, h := range w.hubs {
		w.unload(h)
	}
}

// hub finds or opens the hub of a log's tenant.
func (w *worker) hub(key chat.Key) *hub {
	h := w.hubs[key.Tenant]
	if h == nil {
		h = w.open(key)
	}
	return h
}

// unload forgets a hub.
func (w *worker) unload(h *hub) {
	if w.hubs[h.key.Tenant] != h {
		return
	}
	delete(w.hubs, h.key.Tenant)
	delete(w.idle, h)
	delete(w.stirred, h)
	w.g.stats.hubs.Add(-1)
	h.gone.Store(true)
	h.dirty = false
	w.unsubscribe(h.key.Tenant)
	if h.srv != nil {
		h.srv.Release()
	}
	if h.people != nil {
		w.g.people.drop(chat.ServerID(h.key.ID), h.people)
	}
}

func (w *worker) unsubscribe(tenant uint64) {
	if err := w.feed.Unsubscribe(tenant); err != nil && w.g.complains(&w.g.logs.feeds) {
		w.g.logger.Warn("unsubscribe from live feed", slog.Uint64("tenant_id", tenant), slog.Any("error", err))
	}
}

// onLive sorts a live message.
func (h *hub) onLive(m *LiveMessage) {
	if h.loading {
		if len(h.early) >= maxEarly {
			h.earlyLost = true
			return
		}
		h.early = append(h.early, *m)
		return
	}
	switch m.Kind {
	case subjects.LiveCommit:
		h.onCommit(h.entity(m.Key), m.Data)
	case subjects.LiveTyping:
		h.onTyping(m)
	case subjects.LivePresence:
		h.onPresence(m)
	}
}
