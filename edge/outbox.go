package edge

import (
	"time"

	"beep/chat"
	"beep/wire"
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
	filters []filter // of events and typing, each once; bounded by maxFilters
	classes sight    // of all that waits
	typing  []typingFrame
	news    []byte           // presence frame, nil if none
	created []chat.ChannelID // by events that wait
	notes   []note           // to notify of; bounded by the events
}

// outEvent is one event in outbox.frames.
type outEvent struct {
	e          *entity
	number     uint64
	start, end int
	class      sight
	filter     int
	created    chat.ChannelID // of channel_created
	ends       chat.UserID    // whose membership it ends
}

// everybody is whose memberships end with a server.
const everybody = ^chat.UserID(0)

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

// postponement is how long a flush waits for the node's copy of the server, if that
// knows less than was told here: it is reading the log.
const postponement = 5 * time.Millisecond

// emit adds a record to what is told next. Its payload goes out as it stands in
// the log. event is it decoded, if it is of the tenant's own log and readable.
func (h *hub) emit(e *entity, r *wire.Record, event chat.Event) {
	f := filter{kind: toViewers, channel: chat.ChannelID(e.key.ID)}
	if e == &h.own {
		f = filter{}
		if h.srv != nil {
			f = filterOf(event)
			h.knowBan(&f)
		}
	}
	at, ok := h.filter(f)
	if !ok {
		return
	}
	if len(h.frames) > 0 {
		h.frames = append(h.frames, '\n')
	}
	ev := outEvent{e: e, number: r.Number, start: len(h.frames), class: sightOf(e, h), filter: at}
	if r.Kind == chat.KindPairDecided && r.Err == nil {
		h.frames = wire.AppendHidden(h.frames, e.key, r.Number)
	} else {
		h.frames = wire.AppendEvent(h.frames, e.key, r)
	}
	ev.end = len(h.frames)
	ev.describe(event)
	if ev.created != 0 {
		h.created = append(h.created, ev.created)
	}
	if r.Kind == chat.KindMessageSent && r.Err == nil && h.srv != nil {
		h.heed(chat.ChannelID(e.key.ID), r)
	}
	h.events = append(h.events, ev)
	h.classes |= ev.class
	h.stir(h.w.clock)
}

// describe notes what a flush must know of an event beyond its frame.
func (ev *outEvent) describe(event chat.Event) {
	switch e := event.(type) {
	case *chat.ChannelCreated:
		ev.created = e.ID
	case *chat.MemberLeft:
		ev.ends = e.UserID
	case *chat.MemberKicked:
		ev.ends = e.UserID
	case *chat.MemberBanned:
		ev.ends = e.UserID
	case *chat.ServerDeleted:
		ev.ends = everybody
	}
}

// filter finds or adds a filter to what waits, which is flushed first if it is
// full. It reports false if that cannot be: the hub is broken off, and its
// sessions resume.
func (h *hub) filter(f filter) (int, bool) {
	for i := len(h.filters) - 1; i >= 0; i-- {
		if h.filters[i].same(&f) && len(h.frames) < maxMessage {
			return i, true
		}
	}
	if len(h.filters) >= maxFilters || len(h.frames) >= maxMessage {
		h.flush()
		if len(h.frames) > 0 || len(h.filters) > 0 {
			h.w.breakOff(h)
			return 0, false
		}
	}
	h.filters = append(h.filters, f)
	return len(h.filters) - 1, true
}

// knowBan leaves out of a ban's filter who was not a member: nobody misses him.
func (h *hub) knowBan(f *filter) {
	if f.gone == 0 {
		return
	}
	h.srv.Read(func(st *chat.Server) {
		if b, banned := st.Bans[f.gone]; banned && b.Username == "" {
			f.gone = 0
		}
	})
}

// knowOldBan is knowBan for a ban that may have been lifted since: then nobody can
// say any more whether he was a member, and nothing is said of him.
func (f *filter) knowOldBan(st *chat.Server) {
	if f.gone != 0 && st.Bans[f.gone].Username == "" {
		f.gone = 0
	}
}
