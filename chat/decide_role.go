package chat

import "slices"

// mayChange refuses to touch a role that is not there, or at or above by's rank.
func (st *Server) mayChange(op string, by UserID, id RoleID, now int64) (Role, Permission, error) {
	rights, err := st.needs(op, by, now, ManageRoles)
	if err != nil {
		return Role{}, 0, err
	}
	role, ok := st.Role(id)
	if !ok {
		return Role{}, 0, noRole(op)
	}
	return role, rights, st.outranks(op, by, role.Position)
}

// validateRole checks what people choose about a role.
func validateRole(op string, s *RoleSettings) error {
	if err := validateName(op, "role name", s.Name, MaxRoleName); err != nil {
		return err
	}
	switch {
	case s.Name == EveryoneName:
		return Errorf(Invalid, op, "%q is the name of the role that all have", EveryoneName)
	case s.Color > MaxColor:
		return Errorf(Invalid, op, "a color is 0 to 0x%X", MaxColor)
	}
	return nil
}

func validateRights(op string, p Rights) error {
	if Permission(p)&^AllPermissions != 0 {
		return Errorf(Invalid, op, "there are permissions that nobody knows")
	}
	return nil
}

// holds refuses rights to whoever has not all of them himself.
func holds(op string, rights, given Permission) error {
	if lacks := given &^ rights; lacks != 0 {
		return Errorf(Forbidden, op, "nobody gives or takes what he has not himself: %s", lacks)
	}
	return nil
}

// createRole puts the role below all others, so By must stand above everyone.
func (st *Server) createRole(c *CreateRole, now int64) (Decision, error) {
	op := c.CommandName()
	rights, err := st.needs(op, c.By, now, ManageRoles)
	if err != nil {
		return refuse(err)
	}
	err = first(
		validateRole(op, &c.RoleSettings),
		validateRights(op, c.Permissions),
		st.outranks(op, c.By, 0),
		holds(op, rights, Permission(c.Permissions)))
	if err != nil {
		return refuse(err)
	}
	if _, taken := st.Role(c.ID); taken || c.ID == 0 {
		return refuse(Errorf(Conflict, op, "this role exists already"))
	}
	if len(st.Roles) >= MaxRolesPerServer {
		return refuse(Errorf(Conflict, op, "a server may have at most %d roles", MaxRolesPerServer))
	}
	return decided(c.By, &RoleCreated{ID: c.ID, Position: 1, RoleSettings: c.RoleSettings})
}

func (st *Server) updateRole(c *UpdateRole, now int64) (Decision, error) {
	op := c.CommandName()
	role, rights, err := st.mayChange(op, c.By, c.ID, now)
	if err != nil {
		return refuse(err)
	}
	was := role.Settings()
	to := was
	put(&to.Name, c.Name)
	put(&to.Color, c.Color)
	put((*Permission)(&to.Permissions), c.Permissions)
	put(&to.Mentionable, c.Mentionable)
	switch {
	case c.ID != EveryoneRole(st.ID):
		err = validateRole(op, &to)
	case to.Name != was.Name || to.Color != was.Color || to.Mentionable != was.Mentionable:
		err = Errorf(Invalid, op, "only the permissions of %s can be changed", EveryoneName)
	}
	err = first(err,
		validateRights(op, to.Permissions),
		holds(op, rights, Permission(to.Permissions^was.Permissions)),
		fresh(op, c.IfVersion, role.Version))
	if err != nil || to == was {
		return refuse(err)
	}
	return decided(c.By, &RoleUpdated{ID: c.ID, RoleSettings: to, Was: was})
}

func (st *Server) deleteRole(c *DeleteRole, now int64) (Decision, error) {
	op := c.CommandName()
	role, _, err := st.mayChange(op, c.By, c.ID, now)
	if err != nil {
		return refuse(err)
	}
	if c.ID == EveryoneRole(st.ID) {
		return refuse(Errorf(Invalid, op, "the role %s cannot be deleted", EveryoneName))
	}
	err = first(
		st.mayTake(op, c.By, role, now),
		st.mayEmpty(op, c.By, role, now),
		fresh(op, c.IfVersion, role.Version))
	if err != nil {
		return refuse(err)
	}
	return decided(c.By, &RoleDeleted{ID: c.ID, Name: role.Name})
}

func (st *Server) orderRoles(c *OrderRoles, now int64) (Decision, error) {
	op := c.CommandName()
	if _, err := st.needs(op, c.By, now, ManageRoles); err != nil {
		return refuse(err)
	}
	was := st.ranked()
	sorted := slices.Sorted(slices.Values(c.Order))
	if !slices.Equal(sorted, slices.Sorted(slices.Values(was))) {
		return refuse(Errorf(Invalid, op, "the order names every role but %s once, the lowest first", EveryoneName))
	}
	for i, id := range was {
		if c.Order[i] == id {
			continue
		}
		if err := st.outranks(op, c.By, i+1); err != nil {
			return refuse(err)
		}
	}
	if slices.Equal(c.Order, was) {
		return Decision{}, nil
	}
	return decided(c.By, &RolesOrdered{Order: slices.Clone(c.Order), Was: was})
}

// ranked lists the roles but everyone, the lowest first. Positions are 1, 2, …
// without gaps.
func (st *Server) ranked() []RoleID {
	roles := slices.Clone(st.Roles)
	slices.SortFunc(roles, func(a, b Role) int { return a.Position - b.Position })
	ids := make([]RoleID, 0, len(roles))
	for _, r := range roles {
		if r.ID != EveryoneRole(st.ID) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// changeMemberRoles: one may give and take lower roles to oneself as well, but
// nobody gives a role that allows, anywhere, more than he may himself, nor takes
// one that denies what he may not do.
func (st *Server) changeMemberRoles(c *ChangeMemberRoles, now int64) (Decision, error) {
	op := c.CommandName()
	rights, err := st.needs(op, c.By, now, ManageRoles)
	if err != nil {
		return refuse(err)
	}
	m, ok := st.Members[c.User]
	if !ok {
		return refuse(noMember(op))
	}
	if c.User != c.By {
		if c.User == st.OwnerID {
			return refuse(Errorf(Forbidden, op, "this cannot be done to the owner"))
		}
		if err := st.outranks(op, c.By, st.Rank(c.User)); err != nil {
			return refuse(err)
		}
	}
	e := &MemberRolesChanged{UserID: c.User}
	named := map[RoleID]bool{}
	for i, id := range slices.Concat(c.Add, c.Remove) {
		role, err := st.givable(op, c.By, id)
		if err != nil {
			return refuse(err)
		}
		if named[id] {
			return refuse(Errorf(Invalid, op, "a role is named twice"))
		}
		named[id] = true
		switch add := i < len(c.Add); {
		case add == m.Roles.Has(role.Slot): // nothing to do
		case add:
			if err := st.mayGive(op, c.By, role, rights, now); err != nil {
				return refuse(err)
			}
			e.Added = append(e.Added, id)
		default:
			if err := st.mayTake(op, c.By, role, now); err != nil {
				return refuse(err)
			}
			e.Removed = append(e.Removed, id)
		}
	}
	if len(e.Added)+len(e.Removed) == 0 {
		return Decision{}, nil
	}
	return decided(c.By, e)
}

// givable finds a role that by may give and take.
func (st *Server) givable(op string, by UserID, id RoleID) (Role, error) {
	role, ok := st.Role(id)
	switch {
	case !ok:
		return role, noRole(op)
	case id == EveryoneRole(st.ID):
		return role, Errorf(Invalid, op, "every member has the role %s", EveryoneName)
	}
	return role, st.outranks(op, by, role.Position)
}
