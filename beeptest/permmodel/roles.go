package permmodel

// handles: who may hand out roles hands out lower ones, to lower members and to
// himself.
func (s *Server) handles(a Act, now int64) bool {
	role := s.Roles[a.Role]
	switch {
	case !s.May(a.By, 0, "manage_roles", now):
		return false
	case s.Members[a.User] == nil || role == nil || a.Role == s.ID:
		return false
	case a.By != a.User && !s.above(a.By, a.User):
		return false
	}
	return s.rank(a.By) > role.Rank
}

func (s *Server) give(a Act, now int64) bool {
	if !s.handles(a, now) {
		return false
	}
	if s.Members[a.User].Roles[a.Role] {
		return true
	}
	if !s.Roles[a.Role].Rights.within(s.Rights(a.By, 0, now)) {
		return false
	}
	for id, c := range s.Channels {
		if c.Type != "thread" && !c.Roles[a.Role].Allow.within(s.Rights(a.By, id, now)) {
			return false
		}
	}
	s.Members[a.User].Roles[a.Role] = true
	return true
}

func (s *Server) take(a Act, now int64) bool {
	if !s.handles(a, now) {
		return false
	}
	if !s.Members[a.User].Roles[a.Role] {
		return true
	}
	if s.frees(a, now) {
		return false
	}
	delete(s.Members[a.User].Roles, a.Role)
	return true
}

// frees: without the role one may do, in some channel, what by may not do there.
func (s *Server) frees(a Act, now int64) bool {
	for id, c := range s.Channels {
		if c.Type == "thread" {
			continue
		}
		own := s.Rights(a.By, id, now)
		for n := range c.Roles[a.Role].Deny {
			if !own[n] {
				return true
			}
		}
	}
	return false
}

// uncovers: when the role is gone, some channel that had an override of it alone
// takes its category's, and by could not have replaced it by those.
func (s *Server) uncovers(a Act, now int64) bool {
	for id, c := range s.Channels {
		_, has := c.Roles[a.Role]
		parent := s.Channels[c.Parent]
		if !has || c.Type == "thread" || parent == nil || len(c.Roles)+len(c.Members) > 1 {
			continue
		}
		left := map[uint64]Override{}
		for role, o := range parent.Roles {
			if role != a.Role {
				left[role] = o
			}
		}
		if len(left)+len(parent.Members) == 0 {
			continue
		}
		if !s.mayReplace(a.By, c.Roles, nil, left, parent.Members, s.Rights(a.By, id, now)) {
			return true
		}
	}
	return false
}

func (s *Server) createRole(a Act, now int64) bool {
	rights := s.Rights(a.By, 0, now)
	if !rights["manage_roles"] || s.rank(a.By) == 0 || !a.Rights.within(rights) {
		return false
	}
	for id, role := range s.Roles {
		if id != s.ID {
			role.Rank++
		}
	}
	s.Roles[a.New] = &Role{Rank: 1, Rights: a.Rights.copy()}
	return true
}

func (s *Server) editRole(a Act, now int64) bool {
	rights := s.Rights(a.By, 0, now)
	role := s.Roles[a.Role]
	if !rights["manage_roles"] || role == nil || s.rank(a.By) <= role.Rank {
		return false
	}
	if !differs(a.Rights, role.Rights).within(rights) {
		return false
	}
	role.Rights = a.Rights.copy()
	return true
}

func (s *Server) deleteRole(a Act, now int64) bool {
	role := s.Roles[a.Role]
	if !s.May(a.By, 0, "manage_roles", now) || role == nil || a.Role == s.ID || s.rank(a.By) <= role.Rank {
		return false
	}
	if s.frees(a, now) || s.uncovers(a, now) {
		return false
	}
	delete(s.Roles, a.Role)
	for _, other := range s.Roles {
		if other.Rank > role.Rank {
			other.Rank--
		}
	}
	for _, m := range s.Members {
		delete(m.Roles, a.Role)
	}
	for _, c := range s.Channels {
		delete(c.Roles, a.Role)
	}
	return true
}

func (s *Server) orderRoles(a Act, now int64) bool {
	if !s.May(a.By, 0, "manage_roles", now) || len(a.Order) != len(s.Roles)-1 {
		return false
	}
	for i, id := range a.Order {
		if s.Roles[id].Rank != i+1 && s.Roles[id].Rank >= s.rank(a.By) {
			return false
		}
	}
	for i, id := range a.Order {
		s.Roles[id].Rank = i + 1
	}
	return true
}
