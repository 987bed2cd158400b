package permmodel

// ownersRank is above every role's.
const ownersRank = 1 << 20

// rank is that of a user's highest role: the owner's is above all, that of
// somebody who is no member below all.
func (s *Server) rank(user uint64) int {
	m, ok := s.Members[user]
	if !ok {
		return -1
	}
	if user == s.Owner {
		return ownersRank
	}
	highest := 0
	for id := range m.Roles {
		highest = max(highest, s.Roles[id].Rank)
	}
	return highest
}

// Do carries an act out if it is allowed, and reports that. What finds nothing
// to do is allowed.
func (s *Server) Do(a Act, now int64) bool {
	if s.Direct {
		return s.doDirect(a, now)
	}
	if a.Kind == "join" {
		return s.join(a, now)
	}
	if s.Members[a.By] == nil {
		return a.Kind == "leave" // whoever is out, is out
	}
	do := map[string]func(Act, int64) bool{
		"give": s.give, "take": s.take, "kick": s.kick, "ban": s.ban, "unban": s.unban, "mute": s.mute,
		"rename": s.rename, "leave": s.leave, "transfer": s.transfer,
		"create role": s.createRole, "edit role": s.editRole, "delete role": s.deleteRole, "order roles": s.orderRoles,
		"set override": s.setOverride, "remove override": s.removeOverride,
		"add to channel": s.addToChannel, "leave channel": s.leaveChannel,
		"create channel": s.createChannel, "move channel": s.moveChannel, "delete channel": s.deleteChannel,
	}
	return do[a.Kind](a, now)
}

// doDirect: in a conversation nobody has power over others, but for the owner
// of a group, who may put somebody out.
func (s *Server) doDirect(a Act, now int64) bool {
	switch {
	case a.Kind == "leave" && s.Members[a.By] == nil:
		return true
	case a.Kind == "leave":
		delete(s.Members, a.By)
		if a.By == s.Owner && len(s.Members) > 0 {
			s.Owner = sorted(s.Members)[0] // all came at the same time
		}
		return true
	case a.Kind == "kick" && a.By == s.Owner && a.By != a.User && s.Members[a.User] != nil:
		s.forget(a.User, now)
		return true
	}
	return false
}

func (s *Server) join(a Act, now int64) bool {
	if s.Members[a.By] != nil {
		return true
	}
	if s.Banned[a.By] {
		return false
	}
	m := &Member{Roles: map[uint64]bool{}}
	if s.Silenced[a.By] > now {
		m.MutedUntil = s.Silenced[a.By]
	}
	s.Members[a.By] = m
	return true
}

func (s *Server) leave(a Act, now int64) bool {
	if a.By == s.Owner {
		return false
	}
	s.forget(a.By, now)
	return true
}

// forget ends a membership: roles, nickname and overrides are gone, a mute is not.
func (s *Server) forget(user uint64, now int64) {
	m := s.Members[user]
	if m == nil {
		return
	}
	delete(s.Silenced, user)
	if m.MutedUntil > now {
		s.Silenced[user] = m.MutedUntil
	}
	delete(s.Members, user)
	for _, c := range s.Channels {
		delete(c.Members, user)
	}
}

func (s *Server) transfer(a Act, _ int64) bool {
	if a.By != s.Owner || s.Members[a.User] == nil || a.User == a.By {
		return false
	}
	s.Owner = a.User
	return true
}

// above: nobody acts on himself, on the owner, or on his equals and betters.
func (s *Server) above(by, user uint64) bool {
	return by != user && user != s.Owner && s.rank(by) > s.rank(user)
}

func (s *Server) moderates(a Act, now int64) bool {
	return s.May(a.By, 0, "manage_members", now) && s.above(a.By, a.User)
}

func (s *Server) kick(a Act, now int64) bool {
	if !s.moderates(a, now) || s.Members[a.User] == nil {
		return false
	}
	s.forget(a.User, now)
	return true
}

func (s *Server) ban(a Act, now int64) bool {
	if !s.moderates(a, now) {
		return false
	}
	s.Banned[a.User] = true
	s.forget(a.User, now)
	return true
}

func (s *Server) unban(a Act, now int64) bool {
	if !s.May(a.By, 0, "manage_members", now) || !s.Banned[a.User] {
		return false
	}
	delete(s.Banned, a.User)
	return true
}

func (s *Server) mute(a Act, now int64) bool {
	if !s.moderates(a, now) || s.Members[a.User] == nil {
		return false
	}
	if a.Until != 0 {
		const fourWeeks = 4 * 7 * 24 * 60 * 60 * 1000
		if a.Until <= now || a.Until > now+fourWeeks || s.May(a.User, 0, "administrator", now) {
			return false
		}
	}
	s.Members[a.User].MutedUntil = a.Until
	return true
}

func (s *Server) rename(a Act, now int64) bool {
	if s.Members[a.User] == nil {
		return false
	}
	if a.By == a.User {
		return s.May(a.By, 0, "change_nickname", now) || s.May(a.By, 0, "manage_nicknames", now)
	}
	return s.May(a.By, 0, "manage_nicknames", now) && s.above(a.By, a.User)
}
