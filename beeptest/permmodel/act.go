package permmodel

import "slices"

// Act is something a user does in a server. Which fields count depends on Kind.
type Act struct {
	Kind    string // one of Kinds
	By      uint64
	User    uint64
	Role    uint64
	Channel uint64
	Parent  uint64
	Type    string // of a channel to create
	Private bool
	New     uint64 // identifier of what is to be created
	Rights  Set
	Said    Override
	Until   int64
	Order   []uint64
}

// Kinds are the kinds of act.
func Kinds() []string {
	return []string{
		"give", "take", "kick", "ban", "unban", "mute", "rename", "join", "leave", "transfer",
		"create role", "edit role", "delete role", "order roles",
		"set override", "remove override", "add to channel", "leave channel",
		"create channel", "move channel", "delete channel",
	}
}

// Act makes a random act at time now: mostly about what is there, by members.
func (r *Random) Act(s *Server, now int64) Act {
	a := Act{
		Kind: r.name(Kinds()), By: r.user(s), User: r.user(s), Role: r.of(sorted(s.Roles)), Channel: r.of(sorted(s.Channels)),
		New: r.id(), Private: r.chance(0.3), Type: r.name([]string{"text", "text", "conference", "category", "thread"}),
	}
	if a.By == 1 && r.chance(0.9) {
		a.By = s.Owner
	}
	switch a.Kind {
	case "unban":
		a.User = r.of(sorted(s.Banned))
	case "mute":
		a.Until = r.until(now)
	case "create role", "edit role":
		a.Rights = r.rights(s, &a, now)
	case "order roles":
		a.Order = r.order(s)
	case "set override":
		a.Said = r.said(s, &a, now)
		r.target(&a)
	case "remove override":
		r.overridden(s, &a)
	case "add to channel":
		a.Channel = r.of(s.channelsWhere(func(id uint64) bool { return s.private(id) }))
	case "leave channel":
		a.Channel = r.of(s.channelsWhere(func(id uint64) bool {
			_, own := s.Channels[id].Members[a.By]
			return own && s.private(id)
		}))
	case "create channel", "move channel":
		if r.chance(0.7) {
			a.Parent = r.of(sorted(s.Channels))
		}
	}
	return a
}

// user is mostly a member, sometimes somebody who was one or never was.
func (r *Random) user(s *Server) uint64 {
	switch {
	case r.chance(0.05) && len(s.Banned) > 0:
		return r.pick(sorted(s.Banned))
	case r.chance(0.05) && len(s.Silenced) > 0:
		return r.pick(sorted(s.Silenced))
	case r.chance(0.03):
		return 1
	}
	return r.of(sorted(s.Members))
}

// of is one of ids, seldom one that is not there.
func (r *Random) of(ids []uint64) uint64 {
	if len(ids) == 0 || r.chance(0.02) {
		return 1
	}
	return r.pick(ids)
}

func (s *Server) channelsWhere(holds func(uint64) bool) []uint64 {
	return slices.DeleteFunc(sorted(s.Channels), func(id uint64) bool { return !holds(id) })
}

// until is mostly in the time to come, else none, past or absurd.
func (r *Random) until(now int64) int64 {
	switch {
	case r.chance(0.2):
		return 0
	case r.chance(0.1):
		return 1 + r.rand.Int64N(now)
	case r.chance(0.05):
		return now + 10*365*24*60*60*1000
	}
	return now + 1 + r.rand.Int64N(Span)
}

// rights are few, mostly such as by has, else nearly nothing would be allowed.
// Of a role to edit they are its own with a few turned over.
func (r *Random) rights(s *Server, a *Act, now int64) Set {
	rights := Set{}
	if role := s.Roles[a.Role]; a.Kind == "edit role" && role != nil {
		rights = role.Rights.copy()
	}
	own := s.Rights(a.By, 0, now)
	for range 1 + r.rand.IntN(3) {
		if n := r.name(Names()); own[n] || r.chance(0.1) {
			if rights[n] {
				delete(rights, n)
			} else {
				rights[n] = true
			}
		}
	}
	return rights
}

// order is the roles with two of them exchanged, sometimes one missing.
func (r *Random) order(s *Server) []uint64 {
	order := s.ByRank()
	if n := len(order); n > 0 {
		i, k := r.rand.IntN(n), r.rand.IntN(n)
		order[i], order[k] = order[k], order[i]
		if r.chance(0.05) {
			order = order[1:]
		}
	}
	return order
}

// said is an override that says little, mostly of what by has there, and
// sometimes nonsense.
func (r *Random) said(s *Server, a *Act, now int64) Override {
	o := Override{Allow: Set{}, Deny: Set{}}
	own := s.Rights(a.By, a.Channel, now)
	for range 1 + r.rand.IntN(3) {
		n := r.name(ChannelNames())
		switch {
		case !own[n] && !r.chance(0.1):
		case r.chance(0.03):
			o.Allow[n], o.Deny[n] = true, true
		case r.chance(0.5):
			o.Allow[n] = true
			delete(o.Deny, n)
		default:
			o.Deny[n] = true
			delete(o.Allow, n)
		}
	}
	if r.chance(0.02) {
		o.Allow["manage_server"] = true
	}
	return o
}

// target makes it an override of a role or of a member, seldom of both or none.
func (r *Random) target(a *Act) {
	switch r.rand.IntN(50) {
	case 0:
		a.Role, a.User = 0, 0
	case 1: // both
	default:
		if r.chance(0.5) {
			a.User = 0
		} else {
			a.Role = 0
		}
	}
}

// overridden aims at an override that is there, if the channel has any.
func (r *Random) overridden(s *Server, a *Act) {
	r.target(a)
	c := s.Channels[a.Channel]
	if c == nil || r.chance(0.1) {
		return
	}
	if len(c.Roles) > 0 && (len(c.Members) == 0 || r.chance(0.5)) {
		a.Role, a.User = r.pick(sorted(c.Roles)), 0
	} else if len(c.Members) > 0 {
		a.Role, a.User = 0, r.pick(sorted(c.Members))
	}
}
