package edge

import (
	"sync"
	"time"

	"beep/chat"
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
