package edge

import (
	"encoding/json"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"beep/chat"
	"beep/subjects"
)

// PresenceNote is what edges publish on subjects.Presence. Query says that the
// node has just begun to serve the server: it knows nothing, and what was known
// from it is void.
type PresenceNote struct {
	Node    string        `json:"node"`
	Online  []chat.UserID `json:"online,omitempty"`
	Offline []chat.UserID `json:"offline,omitempty"`
	Query   bool          `json:"query,omitempty"`
}

// notes takes what other edges must hear.
func (p *presence) notes() []PresenceNote {
	var out []PresenceNote
	if p.query {
		out = append(out, PresenceNote{Node: p.node, Query: true})
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var on, off []chat.UserID
	if p.answer || p.query {
		for u := range p.local {
			on = append(on, u)
		}
		for u := range p.leaving {
			on = append(on, u)
		}
		for u, is := range p.announce {
			if !is {
				off = append(off, u)
			}
		}
	} else {
		for u, is := range p.announce {
			if is {
				on = append(on, u)
			} else {
				off = append(off, u)
			}
		}
	}
	for chunk := range slices.Chunk(on, maxNote) {
		out = append(out, PresenceNote{Node: p.node, Online: chunk})
	}
	for chunk := range slices.Chunk(off, maxNote) {
		out = append(out, PresenceNote{Node: p.node, Offline: chunk})
	}
	if len(out) == 0 && p.keepalive {
		out = append(out, PresenceNote{Node: p.node})
	}
	p.announce = nil
	p.query, p.answer, p.keepalive = false, false, false
	return out
}

// takeNews takes what members must hear, as a frame; nil if nothing.
func (p *presence) takeNews(server chat.ServerID) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	news := p.news
	p.news = nil
	if len(news) == 0 || p.total > maxPresence {
		return nil
	}
	b := []byte(`{"op":"presence","s":"`)
	b = append(b, server.String()...)
	b = append(b, `","d":[`...)
	first := true
	for u, is := range news {
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(b, `{"user_id":"`...)
		b = strconv.AppendUint(b, uint64(u), 10)
		if is {
			b = append(b, `","status":"online"}`...)
		} else {
			b = append(b, `","status":"offline"}`...)
		}
	}
	return append(b, `]}`...)
}

// onPresence takes another edge's note in.
func (h *hub) onPresence(m *LiveMessage) {
	var n PresenceNote
	if h.people == nil || json.Unmarshal(m.Data, &n) != nil || n.Node == "" || n.Node == h.people.node {
		return
	}
	h.people.hear(&n, h.w.g.now())
	if n.Query {
		h.people.answer = true
	}
	h.w.stirred[h] = struct{}{}
}

// tellPresence tells other edges and members what changed. It reports whether
// it must be called again at the next tick.
func (h *hub) tellPresence(now time.Time) bool {
	if h.people == nil {
		return false
	}
	again := h.people.expire(now)
	for _, n := range h.people.notes() {
		b, err := json.Marshal(n)
		if err == nil {
			err = h.w.g.cfg.Log.PublishLive(subjects.Presence(chat.ServerID(h.key.ID)), b)
		}
		if err != nil {
			if g := h.w.g; g.complains(&g.logs.presence) {
				g.logger.Warn("publish presence", slog.Uint64("server_id", h.key.ID), slog.Any("error", err))
			}
			break // a keepalive or a query will mend it
		}
	}
	if f := h.people.takeNews(chat.ServerID(h.key.ID)); f != nil {
		h.news = f
		h.classes |= seesPresence
		h.stir(h.w.clock)
	}
	return again
}
