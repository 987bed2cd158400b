package chat

import "slices"

// What Can works with is compiled from roles and channels whenever Apply
// changes them: the rights by slot, the index of channels, and for each channel
// the rules that govern it. Nothing of it stands in a snapshot.

// maxNesting is thread, channel, category.
const maxNesting = 3

// Governing is the channel whose overrides hold in channel ch: for a thread
// those of its parent; for a channel without overrides those of its category;
// 0 if there are none.
func (st *Server) Governing(ch ChannelID) ChannelID {
	if i, ok := st.index[ch]; ok && st.rules[i] != nil {
		return st.rules[i].governing
	}
	return 0
}

// compile makes everything anew.
func (st *Server) compile() {
	st.compileRoles()
	st.index = make(map[ChannelID]int, len(st.Channels))
	for i := range st.Channels {
		st.index[st.Channels[i].ID] = i
	}
	st.rules = make([]*rules, len(st.Channels))
	for i := range st.Channels {
		st.rules[i] = st.compileOverrides(i)
	}
	st.inherit()
}

// compileRoles makes the rights by slot.
func (st *Server) compileRoles() {
	st.slots = make([]Permission, MaxRolesPerServer+1)
	for i := range st.Roles {
		st.slots[st.Roles[i].Slot] = Permission(st.Roles[i].Permissions)
	}
}

// recompile makes the rules of one channel anew, after its overrides or its
// place changed, and passes them on to the channels below it.
func (st *Server) recompile(channel int) {
	st.rules[channel] = st.compileOverrides(channel)
	st.inherit()
}

// inherit gives the channels that have no rules of their own those that govern
// them. The rules of the others must be made.
func (st *Server) inherit() {
	for i := range st.Channels {
		if !st.Channels[i].governs() {
			st.rules[i] = st.inherited(i)
		}
	}
}

// governs reports whether the channel's own overrides count.
func (c *Channel) governs() bool { return c.Type != ThreadChannel && len(c.Overrides) > 0 }

// inherited are the rules of the nearest channel above that has some; nil: none.
func (st *Server) inherited(i int) *rules {
	for range maxNesting {
		parent, ok := st.index[st.Channels[i].ParentID]
		if !ok {
			return nil
		}
		if i = parent; st.Channels[i].governs() {
			return st.rules[i]
		}
	}
	return nil
}

// compileOverrides makes the rules of a channel's own overrides; nil: none.
func (st *Server) compileOverrides(i int) *rules {
	c := &st.Channels[i]
	if !c.governs() {
		return nil
	}
	type inSlot struct {
		slot uint8
		change
	}
	r := &rules{governing: c.ID}
	var roles []inSlot
	for _, o := range c.Overrides {
		said := change{Permission(o.Allow), Permission(o.Deny)}
		switch {
		case o.MemberID != 0:
			if r.members == nil {
				r.members = map[UserID]change{}
			}
			r.members[o.MemberID] = said
			r.named.add(o.MemberID)
		case o.RoleID == EveryoneRole(st.ID):
			r.everyone = said
		default:
			if role, ok := st.Role(o.RoleID); ok && !r.given.Has(role.Slot) {
				roles = append(roles, inSlot{role.Slot, said})
				r.given.add(role.Slot)
			}
		}
	}
	slices.SortFunc(roles, func(a, b inSlot) int { return int(a.slot) - int(b.slot) })
	for _, o := range roles {
		r.roles = append(r.roles, o.change)
	}
	return r
}

// Overridden reports whether some channel has an override of member u, which
// goes with him: then others' rights may rest on it, too, for a channel that has
// lost its last override takes its category's.
func (st *Server) Overridden(u UserID) bool {
	for _, r := range st.rules {
		if r == nil || !r.named.mayHave(u) {
			continue
		}
		if _, ok := r.members[u]; ok {
			return true
		}
	}
	return false
}
