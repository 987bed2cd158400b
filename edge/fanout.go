package edge

import (
	"slices"
	"time"

	"beep/chat"
)

const (
	// minPause is how long events wait for company after a flush; the first
	// after quiet goes out at once. A hub whose flushes leave it less than half
	// of its time pauses longer, up to maxPause, so that a hot hub writes less
	// often rather than falling behind.
	minPause = 4 * time.Millisecond
	maxPause = 20 * time.Millisecond
	// maxSpare is what a hub keeps of its memory for frames between flushes.
	maxSpare = 4 << 10
)

// aim makes the filters ready for the rights of the moment.
func (h *hub) aim() {
	for i := range h.filters {
		f := &h.filters[i]
		if h.srv == nil || f.channel == 0 {
			continue
		}
		f.at = h.rights.layout.at(f.channel)
		f.fresh = slices.Contains(h.created, f.channel)
	}
}

// mask says which of the filters let a group see what is behind them.
func (h *hub) mask(g *group) (m uint64) {
	for i := range h.filters {
		if h.filters[i].passes(g) {
			m |= 1 << i
		}
	}
	return m
}

// flush tells the sessions everything that waits: one message per group, the same
// bytes for all its sessions, and for all groups that see the same. What has
// changed of their rights they are told after it.
func (h *hub) flush() {
	if h.gone.Load() {
		return
	}
	if !h.assess() {
		h.stir(h.w.clock.Add(postponement))
		return
	}
	if h.classes == 0 && !h.moves.any {
		h.dirty = false
		return
	}
	began := time.Now()
	h.aim()
	h.deliver(h.keep())
	for i := range h.events {
		ev := &h.events[i]
		ev.e.sent = max(ev.e.sent, ev.number)
	}
	if h.moves.any || len(h.created) > 0 {
		h.settle()
	}
	h.notify()
	h.reset()
	h.lastFlush = time.Now()
	h.pause = min(max(h.lastFlush.Sub(began)/2, minPause), maxPause)
}

// outKey is what groups that are told the same have in common.
type outKey struct {
	see  sight
	mask uint64
}

// deliver gives every group its message; all is the message of all events.
func (h *hub) deliver(all []byte) {
	var keys [4]outKey
	var messages [4][]byte
	made := 0
	for _, g := range h.groups {
		k := outKey{see: g.sees & h.classes}
		if k.see == 0 {
			continue
		}
		k.mask = h.mask(g)
		at := slices.Index(keys[:made], k)
		if at < 0 {
			at = min(made, len(keys)-1) // the last place changes hands
			keys[at], messages[at] = k, h.message(k, all, 0)
			made = at + 1
		}
		if messages[at] == nil {
			continue
		}
		h.w.g.stats.delivered.Add(uint64(len(g.sessions)))
		if k.see&seesTyping != 0 {
			h.tellTyping(g, k, all, messages[at])
			continue
		}
		h.w.g.tell(g.sessions, messages[at])
	}
}

// keep makes the message of all events that wait and remembers its frames in
// the ring.
func (h *hub) keep() []byte {
	if len(h.events) == 0 {
		return nil
	}
	d := append(newDraft(len(h.frames)), h.frames...)
	now := h.w.clock.UnixMilli()
	for i := range h.events {
		ev := &h.events[i]
		entry := ringEntry{
			id: ev.e.key.ID, number: ev.number, at: now, created: ev.created,
			frame: d[messageHeader+ev.start : messageHeader+ev.end],
		}
		if f := h.filters[ev.filter]; ev.class == seesOwn && f.kind != toEveryone {
			entry.filter = &f
		}
		h.ring.push(entry)
	}
	return d.message()
}

// message is what sessions of a key are told; all is the message of all events.
// Typing of user but is left out. It is nil if there is nothing.
func (h *hub) message(k outKey, all []byte, but chat.UserID) []byte {
	if k.mask == 1<<len(h.filters)-1 && k.see&seesEvents == h.classes&seesEvents && k.see&^seesEvents == 0 {
		return all
	}
	d := newDraft(len(h.frames) + len(h.news) + 96*len(h.typing))
	for i := range h.events {
		ev := &h.events[i]
		switch {
		case k.see&ev.class == 0:
		case k.mask&(1<<ev.filter) != 0:
			d = d.add(h.frames[ev.start:ev.end])
		case ev.class == seesOwn:
			d = h.filters[ev.filter].appendHidden(d, h.key, ev.number)
		}
	}
	if k.see&seesTyping != 0 {
		for i := range h.typing {
			if t := &h.typing[i]; t.user != but && k.mask&(1<<t.filter) != 0 {
				d = t.append(d.next())
			}
		}
	}
	if k.see&seesPresence != 0 {
		d = d.add(h.news)
	}
	if d.empty() {
		return nil
	}
	return d.message()
}

// reset empties the outbox; a hub that is seldom heard keeps little memory.
func (h *hub) reset() {
	h.dirty, h.classes, h.news = false, 0, nil
	h.typing, h.created, h.notes = nil, nil, nil
	clear(h.events)
	clear(h.filters)
	h.events, h.frames, h.filters = h.events[:0], h.frames[:0], h.filters[:0]
	if len(h.groups) == 0 || h.key.Kind == chat.KindUser || cap(h.frames) > 2*maxMessage {
		h.events, h.frames, h.filters = nil, nil, nil
	} else if h.lastFlush.Before(h.w.clock.Add(-time.Second)) && cap(h.frames) > maxSpare {
		h.events, h.frames, h.filters = nil, nil, nil
	}
}
