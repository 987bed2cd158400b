package edge

import (
	"encoding/json"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"beep/chat"
	"beep/subjects"
)

const (
	// offlineAfter is how long a user counts as online without a socket, so
	// that a resume is no news.
	offlineAfter = 10 * time.Second
	// maxPresence is how many may be online in a server whose members are told
	// of each other's coming and going.
	maxPresence = 256
	// maxNote bounds the users named in one note, maxPeople those that another
	// edge may name in all.
	maxNote   = 2000
	maxPeople = 500_000
	// aliveTicks is how often, in ticks, an edge says that it is there; one
	// that was not heard for forgetAfter is forgotten with its users.
	aliveTicks  = 30
	forgetAfter = 100 * time.Second
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

// presence is who is online in one server. Its lock is a leaf; but for Online's
// sake its worker would need none.
type presence struct {
	node      string
	keepalive bool // say something at the next tick; the worker's alone
	query     bool // ask at the next tick; likewise
	answer    bool // say everything at the next tick; likewise

	mu       sync.Mutex
	local    map[chat.UserID]int       // sessions here
	leaving  map[chat.UserID]time.Time // without a session since
	others   map[string]*otherNode
	total    int                  // users online anywhere
	announce map[chat.UserID]bool // changes here that other edges must hear
	news     map[chat.UserID]bool // changes anywhere that members must hear
}

// otherNode is what another edge says of itself.
type otherNode struct {
	users map[chat.UserID]struct{}
	heard time.Time
}

func newPresence(node string) *presence {
	return &presence{node: node, query: true}
}

// online reports whether u is connected anywhere.
func (p *presence) online(u chat.UserID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.onlineLocked(u)
}

// here reports whether u has a session on this edge.
func (p *presence) here(u chat.UserID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.local[u] > 0
}

func (p *presence) onlineLocked(u chat.UserID) bool {
	if p.hereLocked(u) {
		return true
	}
	for _, o := range p.others {
		if _, ok := o.users[u]; ok {
			return true
		}
	}
	return false
}

func (p *presence) hereLocked(u chat.UserID) bool {
	_, leaving := p.leaving[u]
	return leaving || p.local[u] > 0
}

// changeLocked does what may change whether u is online and notes the news.
func (p *presence) changeLocked(u chat.UserID, do func()) {
	here, was := p.hereLocked(u), p.onlineLocked(u)
	do()
	if now := p.hereLocked(u); now != here {
		flip(&p.announce, u, now)
	}
	if is := p.onlineLocked(u); is != was {
		if is {
			p.total++
		} else {
			p.total--
		}
		flip(&p.news, u, is)
	}
}

// flip notes a change; two that cancel each other are none.
func flip(m *map[chat.UserID]bool, u chat.UserID, is bool) {
	if _, ok := (*m)[u]; ok {
		delete(*m, u)
		return
	}
	if *m == nil {
		*m = map[chat.UserID]bool{}
	}
	(*m)[u] = is
}

// arrive counts a session of u.
func (p *presence) arrive(u chat.UserID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.changeLocked(u, func() {
		if p.local == nil {
			p.local = map[chat.UserID]int{}
		}
		p.local[u]++
		delete(p.leaving, u)
	})
}

// depart ends a session of u.
func (p *presence) depart(u chat.UserID, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.changeLocked(u, func() {
		if p.local[u]--; p.local[u] > 0 {
			return
		}
		delete(p.local, u)
		if p.leaving == nil {
			p.leaving = map[chat.UserID]time.Time{}
		}
		p.leaving[u] = now
	})
}

// hear takes another edge's note in.
func (p *presence) hear(n *PresenceNote, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	o := p.others[n.Node]
	if o == nil {
		o = &otherNode{users: map[chat.UserID]struct{}{}}
		if p.others == nil {
			p.others = map[string]*otherNode{}
		}
		p.others[n.Node] = o
	}
	o.heard = now
	if n.Query {
		for u := range o.users {
			p.changeLocked(u, func() { delete(o.users, u) })
		}
	}
	for _, u := range n.Online {
		if u != 0 && len(o.users) < maxPeople {
			p.changeLocked(u, func() { o.users[u] = struct{}{} })
		}
	}
	for _, u := range n.Offline {
		p.changeLocked(u, func() { delete(o.users, u) })
	}
}

// expire drops those who left and the edges that are silent. It reports whether
// somebody is still leaving.
func (p *presence) expire(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for u, since := range p.leaving {
		if now.Sub(since) >= offlineAfter {
			p.changeLocked(u, func() { delete(p.leaving, u) })
		}
	}
	for node, o := range p.others {
		if now.Sub(o.heard) >= forgetAfter {
			for u := range o.users {
				p.changeLocked(u, func() { delete(o.users, u) })
			}
			delete(p.others, node)
		}
	}
	return len(p.leaving) > 0
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
			h.w.g.complain(&h.w.g.logs.presence, slog.LevelWarn, "publish presence", "server_id", h.key.ID, "error", err)
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

// presences finds the presence of a server from any goroutine.
type presences struct {
	mu sync.Mutex
	m  map[chat.ServerID]*presence
}

func (p *presences) init() { p.m = map[chat.ServerID]*presence{} }

func (p *presences) get(id chat.ServerID) *presence {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.m[id]
}

func (p *presences) put(id chat.ServerID, v *presence) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.m[id] = v
}

func (p *presences) drop(id chat.ServerID, v *presence) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.m[id] == v {
		delete(p.m, id)
	}
}
