package permmodel

// inForce are the overrides that hold in a channel, of roles and of members.
func (s *Server) inForce(channel uint64) (map[uint64]Override, map[uint64]Override) {
	if s.Channels[channel] == nil {
		return nil, nil
	}
	c := s.Channels[s.governing(channel)]
	return c.Roles, c.Members
}

// mayTouch: an override of a lower role or member, in what by has himself. The
// owner may touch anybody's, his own included.
func (s *Server) mayTouch(by, role, user uint64, was, will Override, rights Set) bool {
	if user != 0 {
		if s.Members[user] == nil || by != s.Owner && s.rank(by) <= s.rank(user) {
			return false
		}
	} else if s.Roles[role] == nil || s.rank(by) <= s.Roles[role].Rank {
		return false
	}
	return differs(was.Allow, will.Allow).within(rights) && differs(was.Deny, will.Deny).within(rights)
}

// mayReplace: all overrides by others, each as if it were set or removed alone.
func (s *Server) mayReplace(by uint64, wasRoles, wasMembers, willRoles, willMembers map[uint64]Override, rights Set) bool {
	for _, id := range append(sorted(wasRoles), sorted(willRoles)...) {
		if !same(wasRoles[id], willRoles[id]) && !s.mayTouch(by, id, 0, wasRoles[id], willRoles[id], rights) {
			return false
		}
	}
	for _, id := range append(sorted(wasMembers), sorted(willMembers)...) {
		if !same(wasMembers[id], willMembers[id]) && !s.mayTouch(by, 0, id, wasMembers[id], willMembers[id], rights) {
			return false
		}
	}
	return true
}

func same(a, b Override) bool {
	return len(differs(a.Allow, b.Allow))+len(differs(a.Deny, b.Deny)) == 0
}

// detach gives a channel without overrides those of its category: it is about
// to get one of its own.
func (s *Server) detach(channel uint64) {
	c := s.Channels[channel]
	if len(c.Roles)+len(c.Members) > 0 {
		return
	}
	roles, members := s.inForce(channel)
	for id, o := range roles {
		c.Roles[id] = o
	}
	for id, o := range members {
		c.Members[id] = o
	}
}

func (s *Server) mayPermit(a Act, now int64) bool {
	c := s.Channels[a.Channel]
	return c != nil && c.Type != "thread" && s.May(a.By, a.Channel, "view_channels", now) &&
		s.May(a.By, a.Channel, "manage_permissions", now)
}

func (s *Server) setOverride(a Act, now int64) bool {
	if !s.mayPermit(a, now) || (a.Role == 0) == (a.User == 0) {
		return false
	}
	if len(a.Said.Allow)+len(a.Said.Deny) == 0 {
		return false
	}
	for n := range a.Said.Allow {
		if a.Said.Deny[n] {
			return false
		}
	}
	known := SetOf(ChannelNames()...)
	if !a.Said.Allow.within(known) || !a.Said.Deny.within(known) {
		return false
	}
	roles, members := s.inForce(a.Channel)
	was := roles[a.Role]
	if a.User != 0 {
		was = members[a.User]
	}
	if !s.mayTouch(a.By, a.Role, a.User, was, a.Said, s.Rights(a.By, a.Channel, now)) {
		return false
	}
	s.detach(a.Channel)
	if a.User != 0 {
		s.Channels[a.Channel].Members[a.User] = a.Said
	} else {
		s.Channels[a.Channel].Roles[a.Role] = a.Said
	}
	return true
}

func (s *Server) removeOverride(a Act, now int64) bool {
	if !s.mayPermit(a, now) || (a.Role == 0) == (a.User == 0) {
		return false
	}
	c := s.Channels[a.Channel]
	was, ok := c.Roles[a.Role]
	if a.User != 0 {
		was, ok = c.Members[a.User]
	}
	rights := s.Rights(a.By, a.Channel, now)
	if !ok || !s.mayTouch(a.By, a.Role, a.User, was, Override{}, rights) {
		return false
	}
	if parent := s.Channels[c.Parent]; len(c.Roles)+len(c.Members) == 1 && parent != nil &&
		!s.mayReplace(a.By, c.Roles, c.Members, parent.Roles, parent.Members, rights) {
		return false
	}
	if a.User != 0 {
		delete(c.Members, a.User)
	} else {
		delete(c.Roles, a.Role)
	}
	return true
}

func (s *Server) private(channel uint64) bool {
	roles, _ := s.inForce(channel)
	return roles[s.ID].Deny["view_channels"]
}

func (s *Server) addToChannel(a Act, now int64) bool {
	if !s.mayPermit(a, now) || !s.private(a.Channel) || s.Members[a.User] == nil {
		return false
	}
	_, members := s.inForce(a.Channel)
	was := members[a.User]
	if was.Allow["view_channels"] {
		return true
	}
	if was.Deny["view_channels"] && a.By != s.Owner && s.rank(a.By) <= s.rank(a.User) {
		return false
	}
	will := Override{Allow: was.Allow.copy(), Deny: was.Deny.copy()}
	will.Allow["view_channels"] = true
	delete(will.Deny, "view_channels")
	s.detach(a.Channel)
	s.Channels[a.Channel].Members[a.User] = will
	return true
}

func (s *Server) leaveChannel(a Act, now int64) bool {
	c := s.Channels[a.Channel]
	if c == nil || c.Type == "thread" || !s.May(a.By, a.Channel, "view_channels", now) || !s.private(a.Channel) {
		return false
	}
	own, ok := c.Members[a.By]
	if !ok || !own.Allow["view_channels"] {
		return false
	}
	delete(c.Members, a.By)
	if s.May(a.By, a.Channel, "view_channels", now) {
		c.Members[a.By] = own
		return false
	}
	if len(own.Deny) > 0 {
		c.Members[a.By] = Override{Allow: Set{}, Deny: own.Deny}
	}
	return true
}

// fits: who may put a channel of a type under a parent.
func (s *Server) fits(by uint64, kind string, parent uint64, now int64) bool {
	in := ""
	if parent != 0 {
		if s.Channels[parent] == nil || !s.May(by, parent, "view_channels", now) {
			return false
		}
		in = s.Channels[parent].Type
	}
	switch kind {
	case "thread":
		return in == "text" && s.May(by, parent, "create_threads", now)
	case "category":
		return in == "" && s.May(by, 0, "manage_channels", now)
	}
	return (in == "" || in == "category") && s.May(by, parent, "manage_channels", now)
}

func (s *Server) createChannel(a Act, now int64) bool {
	if !s.fits(a.By, a.Type, a.Parent, now) || a.Type == "thread" && a.Private {
		return false
	}
	c := &Channel{Type: a.Type, Parent: a.Parent, Creator: a.By, Roles: map[uint64]Override{}, Members: map[uint64]Override{}}
	if a.Private {
		c.Roles[s.ID] = Override{Allow: Set{}, Deny: SetOf("view_channels")}
		if a.By != s.Owner {
			c.Members[a.By] = Override{Allow: SetOf("view_channels"), Deny: Set{}}
		}
	}
	s.Channels[a.New] = c
	return true
}

func (s *Server) moveChannel(a Act, now int64) bool {
	c := s.Channels[a.Channel]
	rights := s.Rights(a.By, a.Channel, now)
	switch {
	case c == nil || !rights["view_channels"]:
		return false
	case !rights["manage_channels"]: // its creator may edit a thread, but not move it
		return c.Type == "thread" && c.Creator == a.By && c.Parent == a.Parent && rights["send_messages"]
	case c.Parent == a.Parent:
		return true
	case c.Type == "thread" || a.Channel == a.Parent || !s.fits(a.By, c.Type, a.Parent, now):
		return false
	}
	if len(c.Roles)+len(c.Members) == 0 {
		wasRoles, wasMembers := s.inForce(c.Parent)
		willRoles, willMembers := s.inForce(a.Parent)
		some := len(wasRoles)+len(wasMembers)+len(willRoles)+len(willMembers) > 0
		if some && (!rights["manage_permissions"] || !s.mayReplace(a.By, wasRoles, wasMembers, willRoles, willMembers, rights)) {
			return false
		}
	}
	c.Parent = a.Parent
	return true
}

func (s *Server) deleteChannel(a Act, now int64) bool {
	if s.Channels[a.Channel] == nil {
		return false
	}
	gone := []uint64{a.Channel}
	for i := 0; i < len(gone); i++ {
		if !s.May(a.By, gone[i], "view_channels", now) || !s.May(a.By, gone[i], "manage_channels", now) {
			return false
		}
		for _, id := range sorted(s.Channels) {
			if s.Channels[id].Parent == gone[i] {
				gone = append(gone, id)
			}
		}
	}
	for _, id := range gone {
		delete(s.Channels, id)
	}
	return true
}
