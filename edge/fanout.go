package edge

import (
	"time"

	"beep/chat"
	"beep/wire"
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

// outbox is what a hub will tell at the next flush.
type outbox struct {
	dirty     bool
	listed    bool // in the worker's list
	due       time.Time
	lastFlush time.Time
	pause     time.Duration

	frames  []byte // events, separated by line feeds; bounded by maxMessage and one record
	events  []outEvent
	classes sight // of all that waits
	typing  []typingFrame
	news    []byte // presence frame, nil if none
}

// outEvent is one event in outbox.frames.
type outEvent struct {
	e          *entity
	number     uint64
	start, end int
	class      sight
	created    chat.ChannelID // of channel_created
}

// stir makes the hub flush at due at the latest, but not before its pause is over.
func (h *hub) stir(due time.Time) {
	if earliest := h.lastFlush.Add(h.pause); due.Before(earliest) {
		due = earliest
	}
	if h.dirty {
		if due.Before(h.due) {
			h.due = due
		}
		return
	}
	h.dirty, h.due = true, due
	if !h.listed {
		h.listed = true
		h.w.dirty = append(h.w.dirty, h)
	}
}

// emit adds a record to what is told next. Its payload goes out as it stands in
// the log.
func (h *hub) emit(e *entity, r *wire.Record) {
	if len(h.frames) >= maxMessage {
		h.flush()
	}
	if len(h.frames) > 0 {
		h.frames = append(h.frames, '\n')
	}
	ev := outEvent{e: e, number: r.Number, start: len(h.frames), class: sightOf(e, h)}
	h.frames = wire.AppendEvent(h.frames, e.key, r)
	ev.end = len(h.frames)
	ev.created = createdChannel(r)
	h.events = append(h.events, ev)
	h.classes |= ev.class
	h.stir(h.w.clock)
}

// flush tells the sessions everything that waits: one message per group, the
// same bytes for all its sessions, and for all groups that see the same.
func (h *hub) flush() {
	if h.classes == 0 {
		h.dirty = false
		return
	}
	began := time.Now()
	all := h.keep()
	var made [1 << 4][]byte
	for _, g := range h.groups {
		see := g.sees & h.classes
		if see == 0 {
			continue
		}
		if made[see] == nil {
			made[see] = h.message(see, all, 0)
		}
		h.w.g.stats.delivered.Add(uint64(len(g.sessions)))
		if see&seesTyping != 0 {
			h.tellTyping(g, see, all, made[see])
			continue
		}
		h.w.g.tell(g.sessions, made[see])
	}
	for i := range h.events {
		ev := &h.events[i]
		ev.e.sent = max(ev.e.sent, ev.number)
	}
	h.reset()
	h.lastFlush = time.Now()
	h.pause = min(max(h.lastFlush.Sub(began)/2, minPause), maxPause)
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
		h.ring.push(ringEntry{
			id: ev.e.key.ID, number: ev.number, at: now, created: ev.created,
			frame: d[messageHeader+ev.start : messageHeader+ev.end],
		})
	}
	return d.message()
}

// message is what sessions that see these classes are told; all is the message
// of all events. Typing of user but is left out.
func (h *hub) message(see sight, all []byte, but chat.UserID) []byte {
	if see&seesEvents == h.classes&seesEvents && see&^seesEvents == 0 {
		return all
	}
	d := newDraft(len(h.frames) + len(h.news) + 96*len(h.typing))
	for i := range h.events {
		if ev := &h.events[i]; see&ev.class != 0 {
			d = d.add(h.frames[ev.start:ev.end])
		}
	}
	if see&seesTyping != 0 {
		for i := range h.typing {
			if t := &h.typing[i]; t.user != but {
				d = t.append(d.next())
			}
		}
	}
	if see&seesPresence != 0 {
		d = d.add(h.news)
	}
	if d.empty() {
		return nil
	}
	return d.message()
}

// tellAll gives a message of its own to every session that sees a class.
func (h *hub) tellAll(class sight, m []byte) {
	for _, g := range h.groups {
		if g.sees&class != 0 {
			h.w.g.tell(g.sessions, m)
		}
	}
}

// reset empties the outbox; a hub that is seldom heard keeps little memory.
func (h *hub) reset() {
	h.dirty, h.classes, h.news = false, 0, nil
	h.typing = nil
	clear(h.events)
	h.events, h.frames = h.events[:0], h.frames[:0]
	if len(h.groups) == 0 || h.key.Kind == chat.KindUser || cap(h.frames) > 2*maxMessage {
		h.events, h.frames = nil, nil
	} else if h.lastFlush.Before(h.w.clock.Add(-time.Second)) && cap(h.frames) > maxSpare {
		h.events, h.frames = nil, nil
	}
}
