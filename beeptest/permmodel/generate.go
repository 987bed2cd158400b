package permmodel

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// Random makes random servers, cases and acts from one seed.
type Random struct {
	rand *rand.Rand
	next uint64
}

// New begins a sequence. Random is for one goroutine.
func New(seed uint64) *Random {
	return &Random{rand: rand.New(rand.NewPCG(seed, 1)), next: 1000}
}

// Server makes a server of a few roles, channels and members: small, so that
// what one rule says about another's subject happens often.
func (r *Random) Server() *Server {
	s := &Server{
		ID: r.id(), Roles: map[uint64]*Role{}, Channels: map[uint64]*Channel{},
		Members: map[uint64]*Member{}, Banned: map[uint64]bool{}, Silenced: map[uint64]int64{},
	}
	s.Roles[s.ID] = &Role{Rights: r.subset(Names(), 0.4)}
	delete(s.Roles[s.ID].Rights, "administrator")
	s.Direct = r.chance(0.04)
	if !s.Direct {
		for rank := range r.rand.IntN(7) {
			role := &Role{Rank: rank + 1, Rights: r.subset(Names(), 0.3)}
			if !r.chance(0.1) {
				delete(role.Rights, "administrator")
			}
			s.Roles[r.id()] = role
		}
	}
	r.members(s)
	r.channels(s)
	return s
}

func (r *Random) members(s *Server) {
	count := 3 + r.rand.IntN(8)
	for range count {
		m := &Member{Roles: map[uint64]bool{}}
		for _, id := range sorted(s.Roles) {
			if id != s.ID && r.chance(0.35) {
				m.Roles[id] = true
			}
		}
		if !s.Direct && r.chance(0.25) {
			m.MutedUntil = 1 + r.rand.Int64N(2*Span)
		}
		s.Members[r.id()] = m
	}
	s.Owner = r.pick(sorted(s.Members))
}

// Span is the end of the times of cases and acts, in Unix milliseconds; they
// begin at 1.
const Span = 1_000_000

func (r *Random) channels(s *Server) {
	if s.Direct {
		s.Channels[r.id()] = &Channel{Type: "direct", Creator: s.Owner}
		return
	}
	categories := []uint64{0}
	for range r.rand.IntN(3) {
		categories = append(categories, r.channel(s, "category", 0))
	}
	for range 1 + r.rand.IntN(5) {
		kind := "text"
		if r.chance(0.2) {
			kind = "conference"
		}
		id := r.channel(s, kind, r.pick(categories))
		if kind == "text" && r.chance(0.4) {
			r.channel(s, "thread", id)
		}
	}
}

// channel makes a channel; half of them have overrides, seldom even threads, in
// which they mean nothing.
func (r *Random) channel(s *Server, kind string, parent uint64) uint64 {
	c := &Channel{Type: kind, Parent: parent, Creator: s.Owner, Roles: map[uint64]Override{}, Members: map[uint64]Override{}}
	id := r.id()
	s.Channels[id] = c
	if r.chance(0.5) || kind == "thread" && r.chance(0.7) {
		return id
	}
	if r.chance(0.3) { // a private channel
		c.Roles[s.ID] = Override{Allow: Set{}, Deny: SetOf("view_channels")}
		c.Members[r.pick(sorted(s.Members))] = Override{Allow: SetOf("view_channels"), Deny: Set{}}
	}
	for _, role := range sorted(s.Roles) {
		if r.chance(0.3) {
			c.Roles[role] = r.override()
		}
	}
	for _, u := range sorted(s.Members) {
		if r.chance(0.2) {
			c.Members[u] = r.override()
		}
	}
	return id
}

// override makes one that says something.
func (r *Random) override() Override {
	o := Override{Allow: Set{}, Deny: Set{}}
	for _, n := range ChannelNames() {
		switch r.rand.IntN(5) {
		case 0:
			o.Allow[n] = true
		case 1:
			o.Deny[n] = true
		}
	}
	if len(o.Allow)+len(o.Deny) == 0 {
		o.Deny[r.name(ChannelNames())] = true
	}
	return o
}

// Case is a question about a server: may a user do something somewhere?
type Case struct {
	User       uint64
	Channel    uint64 // 0: the server
	Permission string
	Now        int64
}

// Case asks mostly about who and what is there, sometimes about strangers.
func (r *Random) Case(s *Server) Case {
	c := Case{Permission: r.name(Names()), Now: 1 + r.rand.Int64N(Span)}
	if c.User = 1; !r.chance(0.03) {
		c.User = r.pick(sorted(s.Members))
	}
	switch {
	case r.chance(0.03):
		c.Channel = 1
	case !r.chance(0.1) && len(s.Channels) > 0:
		c.Channel = r.pick(sorted(s.Channels))
	}
	return c
}

// id is one that was never used in the sequence.
func (r *Random) id() uint64 {
	r.next++
	return r.next
}

func (r *Random) chance(p float64) bool { return r.rand.Float64() < p }

func (r *Random) pick(ids []uint64) uint64 { return ids[r.rand.IntN(len(ids))] }

func (r *Random) name(names []string) string { return names[r.rand.IntN(len(names))] }

func (r *Random) subset(names []string, p float64) Set {
	s := Set{}
	for _, n := range names {
		if r.chance(p) {
			s[n] = true
		}
	}
	return s
}

// sorted are the keys of a map in an order that does not depend on chance.
func sorted[V any](m map[uint64]V) []uint64 { return slices.Sorted(maps.Keys(m)) }
