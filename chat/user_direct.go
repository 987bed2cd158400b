package chat

// direct finds a direct conversation the user is in.
func (st *User) direct(id ServerID) (DirectJoined, bool) {
	for _, d := range st.Directs {
		if d.ServerID == id {
			return d, true
		}
	}
	return DirectJoined{}, false
}

// groups is how many group conversations the user is in or about to begin.
func (st *User) groups() int {
	n := 0
	for _, d := range st.Directs {
		if d.UserID == 0 {
			n++
		}
	}
	for _, p := range st.Pending {
		if p.Create != nil && p.Create.Group != nil {
			n++
		}
	}
	return n
}

// checkGroup is the plan of a group conversation with the friends it names, by
// the names the user knows them by.
func (st *User) checkGroup(op string, plan *ServerPlan) (*ServerPlan, error) {
	if err := validateLine(op, "name", plan.Name, MaxServerName); err != nil {
		return nil, err
	}
	if n := len(plan.Group); n < 1 || n > MaxGroupMembers-1 {
		return nil, Errorf(Invalid, op, "a group conversation is with 1 to %d others", MaxGroupMembers-1)
	}
	p := *plan
	p.Group = make([]Recipient, 0, len(plan.Group))
	seen := map[UserID]bool{st.ID: true}
	for _, r := range plan.Group {
		if seen[r.UserID] {
			return nil, Errorf(Invalid, op, "everybody is named once, and oneself not at all")
		}
		seen[r.UserID] = true
		friend, err := st.friend(op, r.UserID)
		if err != nil {
			return nil, err
		}
		p.Group = append(p.Group, friend)
	}
	return &p, nil
}

// friend is somebody only if he is a friend.
func (st *User) friend(op string, id UserID) (Recipient, error) {
	r := st.Relations[id]
	if r.State != Friends {
		return Recipient{}, Errorf(NotFound, op, "there is no such friend")
	}
	return Recipient{id, r.Username}, nil
}

// joinDirect takes the user into a conversation. A group that is one too many counts
// him as a member already, so that he declines it is a departure to be carried out:
// the refusal is the Reply, for whoever has written it down.
func (st *User) joinDirect(c *JoinDirect) (Decision, error) {
	op := c.CommandName()
	if p, ok := st.Pending[c.Server]; ok && p.Leave {
		return Decision{}, Errorf(Unavailable, op, "leaving this conversation is under way, try again")
	}
	if st.InDirect(c.Server) {
		return Decision{}, nil
	}
	if c.Peer == 0 && st.groups() >= MaxGroups {
		d, err := st.does(&ServerJoinStarted{ServerID: c.Server, Leave: true})
		d.Reply = Errorf(Conflict, op, "a user may be in at most %d group conversations", MaxGroups)
		return d, err
	}
	return Decision{Events: []Event{&DirectJoined{ServerID: c.Server, ChannelID: c.Channel, UserID: c.Peer}}}, nil
}
