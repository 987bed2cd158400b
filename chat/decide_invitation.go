package chat

func noInvitation(op string) error { return Errorf(NotFound, op, "there is no such invitation") }

// cannotBeInvited does not say why: that is nothing for who invites.
func cannotBeInvited(op string) error { return Errorf(Conflict, op, "this user cannot be invited now") }

func (st *Server) createInvitation(c *CreateInvitation, now int64) (Decision, error) {
	op := c.CommandName()
	if _, err := st.needs(op, c.By, now, ManageInvitations); err != nil {
		return refuse(err)
	}
	switch {
	case c.ExpiresAt < 0 || c.ExpiresAt != 0 && c.ExpiresAt <= now:
		return refuse(Errorf(Invalid, op, "the time at which the invitation ends is past"))
	case c.ExpiresAt-now > MaxInvitationMillis:
		return refuse(Errorf(Invalid, op, "an invitation is open for at most %d days, or for ever", MaxInvitationMillis/dayMillis))
	case c.MaxUses < 0 || c.MaxUses > MaxInvitationUses:
		return refuse(Errorf(Invalid, op, "an invitation has 1 to %d uses, 0 is any number", MaxInvitationUses))
	}
	if err := st.roomForInvitation(op, c.Code, now); err != nil {
		return refuse(err)
	}
	return decided(c.By, &InvitationCreated{Code: c.Code, ExpiresAt: c.ExpiresAt, MaxUses: c.MaxUses})
}

func (st *Server) roomForInvitation(op, code string, now int64) error {
	if err := validateCode(op, code); err != nil {
		return err
	}
	if _, taken := st.Invitation(code); taken {
		return Errorf(Conflict, op, "there is an invitation of this code already")
	}
	open := 0
	for i := range st.Invitations {
		if st.Invitations[i].Open(now) {
			open++
		}
	}
	if open >= MaxInvitations {
		return Errorf(Conflict, op, "a server may have at most %d open invitations", MaxInvitations)
	}
	return nil
}

func (st *Server) revokeInvitation(c *RevokeInvitation, now int64) (Decision, error) {
	op := c.CommandName()
	if err := st.asMember(op, c.By); err != nil {
		return refuse(err)
	}
	i, ok := st.Invitation(c.Code)
	rights := Can(st, c.By, 0, now).Permissions
	if !ok || i.By != c.By && !rights.Has(ManageInvitations) && !rights.Has(ManageServer) {
		return refuse(noInvitation(op)) // codes are secrets
	}
	if !i.Open(now) {
		return Decision{}, nil
	}
	d, err := decided(c.By, &InvitationRevoked{Code: c.Code})
	if i.UserID != 0 {
		d.Then = []Tell{{To: UserKey(i.UserID), Command: &AnswerInvitation{Server: st.ID, Outcome: "revoked"}}}
	}
	return d, err
}

// inviteUser invites somebody once: while he has an open invitation, it is only
// told to him again.
func (st *Server) inviteUser(c *InviteUser, now int64) (Decision, error) {
	op := c.CommandName()
	if _, err := st.needs(op, c.By, now, ManageInvitations); err != nil {
		return refuse(err)
	}
	_, member := st.Members[c.User]
	_, banned := st.Bans[c.User]
	moderates := Can(st, c.By, 0, now).Permissions.Has(ManageMembers)
	switch {
	case c.User == 0:
		return refuse(Errorf(Invalid, op, "there is no user without an identifier"))
	case member:
		return refuse(Errorf(Conflict, op, "this user is a member already"))
	case banned && moderates:
		return refuse(Errorf(Conflict, op, "this user is banned from the server"))
	case banned: // who is, is for those who may ban to know
		return refuse(cannotBeInvited(op))
	}
	for i := range st.Invitations {
		if open := &st.Invitations[i]; open.UserID == c.User && open.Open(now) {
			return Decision{Author: c.By, Then: []Tell{st.invited(open)}}, nil
		}
	}
	if err := st.roomForInvitation(op, c.Code, now); err != nil {
		return refuse(err)
	}
	made := Invitation{Code: c.Code, By: c.By, UserID: c.User, ExpiresAt: now + InvitationMillis, MaxUses: 1}
	d, err := decided(c.By, &InvitationCreated{Code: made.Code, UserID: made.UserID, ExpiresAt: made.ExpiresAt, MaxUses: made.MaxUses})
	d.Then = []Tell{st.invited(&made)}
	return d, err
}

// invited tells a user of an invitation.
func (st *Server) invited(i *Invitation) Tell {
	return Tell{To: UserKey(i.UserID), Wait: true, Command: &ReceiveInvitation{Invitation: ServerInvited{
		ServerID: st.ID, Name: st.Name, By: i.By, Username: st.Members[i.By].Username, Code: i.Code, ExpiresAt: i.ExpiresAt,
	}}}
}

func (st *Server) refuseInvitation(c *RefuseInvitation, now int64) (Decision, error) {
	i, ok := st.Invitation(c.Code)
	if !ok || i.UserID == 0 || i.UserID != c.User || !st.Exists() {
		return refuse(noInvitation(c.CommandName()))
	}
	if !i.Open(now) {
		return Decision{}, nil
	}
	return decided(c.User, &InvitationRevoked{Code: c.Code})
}
