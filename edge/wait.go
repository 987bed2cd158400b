package edge

import (
	"beep/chat"
	"beep/wire"
)

// need is what must be known of the server's log before a channel's goes on.
type need struct {
	copied uint64 // by the node's copy: it says who may see what comes next
	told   uint64 // by the sessions: the channel's creation is among it
}

// met reports whether what is needed is known.
func (h *hub) met(n need) bool {
	return n.told < h.own.next && (n.copied < h.own.next || n.copied <= h.rights.number || n.copied <= h.srv.Number())
}

// waits reports whether a record of a channel must wait for the server's log: nobody
// knows yet who may see it, or the channel has not been told. It is read from its
// log again then.
func (h *hub) waits(e *entity, r *wire.Record) bool {
	if h.srv == nil || e == &h.own {
		return false
	}
	n := need{copied: r.ServerNumber}
	e.known = e.known || h.knows(e.key)
	if !e.known {
		n.told = h.untold(e)
	}
	if h.met(n) {
		return false
	}
	e.gap, e.want = true, max(e.want, r.Number)
	h.wait(e, n)
	return true
}

// untold is the number of a server's record with which the creation of a channel that
// was not told here may come; 0 if there is none: the channel is deleted.
func (h *hub) untold(e *entity) (number uint64) {
	if h.own.want >= h.own.next {
		number = h.own.want
	}
	h.srv.Read(func(st *chat.Server) {
		if _, ok := st.Channel(chat.ChannelID(e.key.ID)); ok {
			number = max(number, st.Number)
		}
	})
	return number
}

// knows reports whether the channel of a log has been told here.
func (h *hub) knows(k chat.Key) bool {
	_, ok := h.server.Channel(chat.ChannelID(k.ID))
	return ok
}

// expect notes that a log of which nothing is known here has come to n. It is read
// when its channel was told; if that is not to come, the channel is deleted and its
// log not read at all.
func (h *hub) expect(k chat.Key, n uint64) {
	e := h.entity(k)
	e.gap, e.want = true, n
	told := h.untold(e)
	if told == 0 {
		delete(h.channels, k.ID)
		return
	}
	h.wait(e, need{told: told})
}

// wait puts a log that has a gap behind the server's.
func (h *hub) wait(e *entity, n need) {
	if h.behind == nil {
		h.behind = map[*entity]need{}
	}
	h.behind[e] = n
	h.reaches(&h.own, max(n.copied, n.told))
}

// goOn reads the logs whose records do not wait any more.
func (h *hub) goOn() {
	for e, n := range h.behind {
		if !h.met(n) {
			continue
		}
		delete(h.behind, e)
		e.gap = false
		if e.next == 1 && !h.knows(e.key) && h.untold(e) == 0 {
			delete(h.channels, e.key.ID) // deleted, and of nobody's interest
			continue
		}
		h.fill(e)
	}
}
