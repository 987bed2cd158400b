package chat

import "slices"

// firstOverrides are those of a channel that is about to be made. rights are
// By's where it is made: he may give and take no others.
func (st *Server) firstOverrides(c *CreateChannel, rights Permission) ([]Override, error) {
	op := c.CommandName()
	if len(c.Overrides) == 0 && !c.Private {
		return nil, nil
	}
	if len(c.Overrides) > 0 && !rights.Has(ManagePermissions) {
		return nil, needsPermission(op, ManagePermissions)
	}
	if len(c.Overrides) > MaxOverrides {
		return nil, tooManyOverrides(op)
	}
	list := make([]Override, 0, len(c.Overrides)+2)
	for _, o := range c.Overrides {
		o.ChannelID = c.ID
		if err := first(validateOverride(op, &o), st.mayOverride(op, c.By, &o, &Override{}, rights)); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(list, func(other Override) bool { return other.ID == o.ID }) {
			return nil, Errorf(Invalid, op, "there are two overrides of the same role or member")
		}
		list = append(list, o)
	}
	if c.Private {
		list = with(list, Override{ID: uint64(EveryoneRole(st.ID)), ChannelID: c.ID, RoleID: EveryoneRole(st.ID)}, 0, ViewChannels)
		if c.By != st.OwnerID {
			list = with(list, Override{ID: uint64(c.By), ChannelID: c.ID, MemberID: c.By}, ViewChannels, 0)
		}
	}
	if len(list) > MaxOverrides {
		return nil, tooManyOverrides(op)
	}
	return list, nil
}

// with is a list in which the override of o's role or member also allows and
// denies what is given.
func with(list []Override, o Override, allow, deny Permission) []Override {
	i := slices.IndexFunc(list, func(other Override) bool { return other.ID == o.ID })
	if i < 0 {
		i, list = len(list), append(list, o)
	}
	list[i].Allow = list[i].Allow&^Rights(deny) | Rights(allow)
	list[i].Deny = list[i].Deny&^Rights(allow) | Rights(deny)
	return list
}

func tooManyOverrides(op string) error {
	return Errorf(Conflict, op, "a channel may have at most %d overrides", MaxOverrides)
}

// validateOverride checks an override by itself, and fills in its ID.
func validateOverride(op string, o *Override) error {
	if (o.RoleID == 0) == (o.MemberID == 0) {
		return Errorf(Invalid, op, "an override is of a role or of a member: exactly one")
	}
	o.ID = uint64(o.RoleID) + uint64(o.MemberID)
	said := Permission(o.Allow | o.Deny)
	switch {
	case o.Allow&o.Deny != 0:
		return Errorf(Invalid, op, "the same permission is allowed and denied: %s", Permission(o.Allow&o.Deny))
	case said&^AllPermissions != 0:
		return Errorf(Invalid, op, "there are permissions that nobody knows")
	case said&^ChannelPermissions != 0:
		return Errorf(Invalid, op, "this cannot be allowed or denied in a channel: %s", said&^ChannelPermissions)
	case said == 0:
		return Errorf(Invalid, op, "an override allows or denies something")
	}
	return nil
}

// mayOverride refuses an override of somebody who is not there, or at or above
// by's rank, and whatever changes a right that by has not in the channel himself.
func (st *Server) mayOverride(op string, by UserID, o, was *Override, rights Permission) error {
	if err := st.mayOverrideOf(op, by, o.RoleID, o.MemberID); err != nil {
		return err
	}
	changed := Permission((o.Allow ^ was.Allow) | (o.Deny ^ was.Deny))
	if lacks := changed &^ rights; lacks != 0 {
		return Errorf(Forbidden, op, "nobody gives or takes what he has not himself: %s", lacks)
	}
	return nil
}

// mayExchange refuses to put other overrides in force as if each were set and
// taken out by itself.
func (st *Server) mayExchange(op string, by UserID, from, to []Override, rights Permission) error {
	was, will := Channel{Overrides: from}, Channel{Overrides: to}
	for _, o := range to {
		old, _ := was.Override(o.RoleID, o.MemberID)
		if o.Allow == old.Allow && o.Deny == old.Deny {
			continue
		}
		if err := st.mayOverride(op, by, &o, &old, rights); err != nil {
			return err
		}
	}
	for _, old := range from {
		if _, stays := will.Override(old.RoleID, old.MemberID); stays {
			continue
		}
		nothing := Override{RoleID: old.RoleID, MemberID: old.MemberID}
		if err := st.mayOverride(op, by, &nothing, &old, rights); err != nil {
			return err
		}
	}
	return nil
}

func (st *Server) mayOverrideOf(op string, by UserID, r RoleID, u UserID) error {
	if u != 0 {
		if _, ok := st.Members[u]; !ok {
			return noMember(op)
		}
		if by == st.OwnerID {
			return nil
		}
		return st.outranks(op, by, st.Rank(u))
	}
	role, ok := st.Role(r)
	if !ok {
		return noRole(op)
	}
	return st.outranks(op, by, role.Position)
}

// overridable finds a channel whose overrides by may change.
func (st *Server) overridable(op string, by UserID, id ChannelID, now int64) (Channel, Permission, error) {
	ch, rights, err := st.seen(op, by, id, now)
	switch {
	case err != nil:
		return ch, 0, err
	case ch.Type == ThreadChannel:
		return ch, 0, Errorf(Invalid, op, "a thread has the permissions of its channel: set them there")
	case !rights.Has(ManagePermissions):
		return ch, 0, needsPermission(op, ManagePermissions)
	}
	return ch, rights, nil
}

func (st *Server) setOverride(c *SetOverride, now int64) (Decision, error) {
	op := c.CommandName()
	o := c.Override
	ch, rights, err := st.overridable(op, c.By, o.ChannelID, now)
	if err != nil {
		return refuse(err)
	}
	if err := validateOverride(op, &o); err != nil {
		return refuse(err)
	}
	was, had := st.inForce(ch.ID).Override(o.RoleID, o.MemberID)
	if err := first(st.mayOverride(op, c.By, &o, &was, rights), fresh(op, c.IfVersion, ch.Version)); err != nil {
		return refuse(err)
	}
	if had && was.Allow == o.Allow && was.Deny == o.Deny && ch.governs() {
		return Decision{}, nil
	}
	return st.decideOverride(op, c.By, ch, o)
}

// inForce is the channel whose overrides hold in a channel: an empty one if none do.
func (st *Server) inForce(id ChannelID) *Channel {
	if i, ok := st.index[st.Governing(id)]; ok {
		return &st.Channels[i]
	}
	return &Channel{}
}

// decideOverride puts an override into a channel. The first one of its own makes
// a channel independent of its category: those of the category come along, so
// that nothing changes but what was asked for.
func (st *Server) decideOverride(op string, by UserID, ch Channel, o Override) (Decision, error) {
	d := Decision{Author: by}
	count := len(ch.Overrides)
	if !ch.governs() {
		for _, theirs := range st.inForce(ch.ID).Overrides {
			if theirs.ID != o.ID {
				theirs.ChannelID = ch.ID
				d.Events = append(d.Events, &OverrideSet{Override: theirs})
			}
		}
		if count = len(d.Events); count >= MaxInherited {
			return refuse(Errorf(Conflict, op, "the category has too many overrides for a channel with its own: at most %d", MaxInherited))
		}
	}
	set := &OverrideSet{Override: o}
	if was, ok := ch.Override(o.RoleID, o.MemberID); ok {
		set.Was = &was
	} else if count >= MaxOverrides {
		return refuse(tooManyOverrides(op))
	}
	d.Events = append(d.Events, set)
	return d, nil
}

func (st *Server) removeOverride(c *RemoveOverride, now int64) (Decision, error) {
	op := c.CommandName()
	ch, rights, err := st.overridable(op, c.By, c.Channel, now)
	if err != nil {
		return refuse(err)
	}
	if (c.RoleID == 0) == (c.MemberID == 0) {
		return refuse(Errorf(Invalid, op, "an override is of a role or of a member: exactly one"))
	}
	was, ok := ch.Override(c.RoleID, c.MemberID)
	if !ok {
		return refuse(Errorf(NotFound, op, "there is no such override"))
	}
	nothing := Override{RoleID: c.RoleID, MemberID: c.MemberID}
	err = st.mayOverride(op, c.By, &nothing, &was, rights)
	if err == nil && len(ch.Overrides) == 1 { // the category's come into force
		err = st.mayExchange(op, c.By, ch.Overrides, st.inForce(ch.ParentID).Overrides, rights)
	}
	if err := first(err, fresh(op, c.IfVersion, ch.Version)); err != nil {
		return refuse(err)
	}
	return decided(c.By, &OverrideRemoved{Override: was})
}

// privateChannel finds a channel that has members of its own.
func (st *Server) privateChannel(op string, by UserID, id ChannelID, now int64) (Channel, Permission, error) {
	ch, rights, err := st.seen(op, by, id, now)
	switch {
	case err != nil:
		return ch, 0, err
	case ch.Type == ThreadChannel:
		return ch, 0, Errorf(Conflict, op, "a thread has the members of its channel")
	case !st.Private(id):
		return ch, 0, Errorf(Conflict, op, "this channel is not private: everyone is in it")
	}
	return ch, rights, nil
}

// addToChannel gives no more than a look into the channel. Only where somebody
// was denied that look by name does rank matter.
func (st *Server) addToChannel(c *AddToChannel, now int64) (Decision, error) {
	op := c.CommandName()
	ch, rights, err := st.privateChannel(op, c.By, c.Channel, now)
	if err != nil {
		return refuse(err)
	}
	if !rights.Has(ManagePermissions) {
		return refuse(needsPermission(op, ManagePermissions))
	}
	if _, ok := st.Members[c.User]; !ok {
		return refuse(noMember(op))
	}
	was, _ := st.inForce(c.Channel).Override(0, c.User)
	if Permission(was.Allow).Has(ViewChannels) {
		return Decision{}, nil
	}
	if Permission(was.Deny).Has(ViewChannels) {
		if err := st.mayOverrideOf(op, c.By, 0, c.User); err != nil {
			return refuse(err)
		}
	}
	return st.decideOverride(op, c.By, ch, Override{
		ID: uint64(c.User), ChannelID: c.Channel, MemberID: c.User,
		Allow: was.Allow | Rights(ViewChannels), Deny: was.Deny &^ Rights(ViewChannels),
	})
}

// leaveChannel takes By's own override out. What it denies stays: leaving is no
// way to lose it.
func (st *Server) leaveChannel(c *LeaveChannel, now int64) (Decision, error) {
	op := c.CommandName()
	ch, _, err := st.privateChannel(op, c.By, c.Channel, now)
	if err != nil {
		return refuse(err)
	}
	own, ok := ch.Override(0, c.By)
	if !ok || !Permission(own.Allow).Has(ViewChannels) || st.seesWithout(c.By, c.Channel) {
		return refuse(Errorf(Conflict, op, "a role, or the category, lets you see this channel: it cannot be left"))
	}
	if own.Deny == 0 {
		return decided(c.By, &OverrideRemoved{Override: own})
	}
	kept := own
	kept.Allow = 0
	return decided(c.By, &OverrideSet{Override: kept, Was: &own})
}

// seesWithout reports whether u would see a channel without an override of his own.
func (st *Server) seesWithout(u UserID, id ChannelID) bool {
	m := st.Members[u]
	p := st.rolesOf(&m.Roles, nil)
	if u == st.OwnerID || p.Has(Administrator) {
		return true
	}
	r := st.rules[st.index[id]]
	return r.ofRoles(st, &m.Roles, r.everyone.of(p), nil).Has(ViewChannels)
}
