package chat

func noGroup(op string) error { return Errorf(NotFound, op, "there is no such group conversation") }

// decideDirect is Decide for direct conversations: what a server knows beyond
// this does not exist for them.
func (st *Server) decideDirect(cmd Command) (Decision, error) {
	op := cmd.CommandName()
	group := st.Kind == DirectOfGroup
	switch c := cmd.(type) {
	case *AddRecipient:
		if group {
			return st.addRecipient(c)
		}
		return refuse(noGroup(op))
	case *RemoveMember:
		if group {
			return st.leaveGroup(c)
		}
		return refuse(noGroup(op))
	case *KickMember:
		if group {
			return st.kickRecipient(c)
		}
	case *UpdateServer:
		if group {
			return st.renameGroup(c)
		}
	}
	return refuse(noServer(op))
}

// createDirect makes a conversation. Repeated, it tells the members again.
func (st *Server) createDirect(c *CreateDirect) (Decision, error) {
	op := c.CommandName()
	if st.ID != 0 {
		switch {
		case st.ID != c.ID || st.Kind != c.Kind || st.Kind == ServerOfMembers:
			return refuse(Errorf(Conflict, op, "this conversation exists already"))
		case st.Deleted:
			return refuse(Errorf(Gone, op, "this conversation has ended"))
		}
		return Decision{Author: c.Owner.UserID, Then: st.tellJoined(c)}, nil
	}
	if err := validateDirect(op, c); err != nil {
		return refuse(err)
	}
	d := Decision{Author: c.Owner.UserID, Then: st.tellJoined(c), Events: []Event{
		&ServerCreated{
			ID: c.ID, Kind: c.Kind, Name: c.Name, Visibility: Private, OwnerID: c.Owner.UserID, Everyone: DirectPermissions,
		},
		&ChannelCreated{ID: c.Channel, ServerID: c.ID, Type: DirectChannel},
		&MemberJoined{UserID: c.Owner.UserID, Username: c.Owner.Username},
	}}
	for _, r := range c.Others {
		d.Events = append(d.Events, &MemberJoined{UserID: r.UserID, Username: r.Username})
	}
	return d, nil
}

// tellJoined tells the others of a group that they are in it; who has left
// since is not told again. Friends' actors do that between themselves.
func (st *Server) tellJoined(c *CreateDirect) []Tell {
	if c.Kind != DirectOfGroup {
		return nil
	}
	var tells []Tell
	for _, r := range c.Others {
		if _, member := st.Members[r.UserID]; member || st.ID == 0 {
			tells = append(tells, joinDirect(r.UserID, c.ID, c.Channel))
		}
	}
	return tells
}

func joinDirect(u UserID, s ServerID, ch ChannelID) Tell {
	return Tell{To: UserKey(u), Command: &JoinDirect{Server: s, Channel: ch}, Wait: true}
}

func validateDirect(op string, c *CreateDirect) error {
	switch {
	case c.ID == 0 || c.Channel == 0:
		return Errorf(Invalid, op, "conversation and channel need identifiers")
	case c.Kind == DirectOfTwo && (len(c.Others) != 1 || c.Name != ""):
		return Errorf(Invalid, op, "a direct conversation has two members and no name")
	case c.Kind == DirectOfGroup && (len(c.Others) == 0 || len(c.Others) >= MaxGroupMembers):
		return Errorf(Invalid, op, "a group conversation has 2 to %d members", MaxGroupMembers)
	case c.Kind != DirectOfTwo && c.Kind != DirectOfGroup:
		return Errorf(Invalid, op, "this is not a kind of conversation")
	}
	seen := map[UserID]bool{0: true, c.Owner.UserID: true}
	for _, r := range c.Others {
		if seen[r.UserID] || c.Owner.UserID == 0 {
			return Errorf(Invalid, op, "a conversation is between different users")
		}
		seen[r.UserID] = true
	}
	return validateLine(op, "name", c.Name, MaxServerName)
}

// endDirect ends a friendship's conversation. What has ended has no members any
// more, so a repeat is answered whoever sends it.
func (st *Server) endDirect(c *EndDirect) (Decision, error) {
	op := c.CommandName()
	_, member := st.Members[c.By]
	switch {
	case st.Kind != DirectOfTwo:
		return refuse(Errorf(NotFound, op, "there is no such conversation of two"))
	case st.Deleted:
		return Decision{}, nil
	case !member:
		return refuse(Errorf(NotFound, op, "there is no such conversation of two"))
	}
	return decided(c.By, &ServerDeleted{Name: st.Name})
}

// inGroup refuses whoever is not in the group.
func (st *Server) inGroup(op string, by UserID) error {
	if _, member := st.Members[by]; !member || !st.Exists() {
		return noGroup(op)
	}
	return nil
}

// addRecipient takes somebody in. Repeated, it tells him again, also when who has
// added him has left since: otherwise his own log might never know.
func (st *Server) addRecipient(c *AddRecipient) (Decision, error) {
	op, u := c.CommandName(), c.User.UserID
	_, member := st.Members[u]
	if err := st.inGroup(op, c.By); err != nil && !member {
		return refuse(err)
	}
	if u == 0 || len(st.Channels) == 0 {
		return refuse(Errorf(Invalid, op, "there is no user without an identifier"))
	}
	d := Decision{Author: c.By, Then: []Tell{joinDirect(u, st.ID, st.Channels[0].ID)}}
	if member {
		return d, nil // a repeat of what is done
	}
	if len(st.Members) >= MaxGroupMembers {
		return refuse(Errorf(Conflict, op, "a group conversation has at most %d members", MaxGroupMembers))
	}
	d.Events = []Event{&MemberJoined{UserID: u, Username: c.User.Username}}
	return d, nil
}

// leaveGroup hands the group to its oldest member when the owner goes, and ends
// it with the last one.
func (st *Server) leaveGroup(c *RemoveMember) (Decision, error) {
	if _, member := st.Members[c.User]; !member {
		return Decision{}, nil // a repeat of what is done
	}
	left := &MemberLeft{UserID: c.User}
	if len(st.Members) == 1 {
		return decided(c.User, left, &ServerDeleted{Name: st.Name})
	}
	if c.User != st.OwnerID {
		return decided(c.User, left)
	}
	heir := st.eldest()[0]
	if heir == c.User {
		heir = st.eldest()[1]
	}
	return decided(c.User, &OwnershipTransferred{From: c.User, To: heir}, left)
}

func (st *Server) kickRecipient(c *KickMember) (Decision, error) {
	op := c.CommandName()
	if err := st.inGroup(op, c.By); err != nil {
		return refuse(err)
	}
	switch {
	case c.By != st.OwnerID:
		return refuse(Errorf(Forbidden, op, "only the owner of the group may do this"))
	case c.By == c.User:
		return refuse(Errorf(Conflict, op, "this cannot be done to oneself"))
	}
	if err := validateLine(op, "reason", c.Reason, MaxReason); err != nil {
		return refuse(err)
	}
	return st.kick(op, c)
}

func (st *Server) renameGroup(c *UpdateServer) (Decision, error) {
	op := c.CommandName()
	if err := st.inGroup(op, c.By); err != nil {
		return refuse(err)
	}
	if c.Description != nil || c.Visibility != nil || c.Picture != nil || c.Banner != nil {
		return refuse(Errorf(Invalid, op, "a group conversation has a name and nothing else to change"))
	}
	was := st.Settings()
	to := was
	put(&to.Name, c.Name)
	err := first(validateLine(op, "name", to.Name, MaxServerName), fresh(op, c.IfVersion, st.Version))
	if err != nil || to == was {
		return refuse(err)
	}
	return decided(c.By, &ServerUpdated{ServerSettings: to, Was: was})
}
