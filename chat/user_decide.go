package chat

// Decide answers a command with events or a refusal, and changes nothing.
func (st *User) Decide(cmd Command, now int64) (Decision, error) {
	if c, ok := cmd.(*RegisterUser); ok {
		return st.register(c)
	}
	if !st.Exists() {
		return Decision{}, Errorf(NotFound, cmd.CommandName(), "there is no such user")
	}
	switch c := cmd.(type) {
	case *StartJoin:
		return st.startJoin(c)
	case *StartLeave:
		return st.startLeave(c)
	case *FinishJoin:
		return st.finishJoin(c, now)
	case *MembershipEnded:
		return st.membershipEnded(c)
	case *SetRead:
		return st.setRead(c)
	case *GetUser:
		return Decision{Reply: st.Clone()}, nil
	case *SetNotificationLevel:
		return st.setLevel(c)
	case *SnoozeNotifications:
		return st.snooze(c, now)
	}
	return st.decideSocial(cmd, now)
}

// decideSocial answers what concerns other people.
func (st *User) decideSocial(cmd Command, now int64) (Decision, error) {
	switch c := cmd.(type) {
	case *Relate:
		return st.relate(c)
	case *FinishPair:
		return st.finishPair(c)
	case *MirrorRelation:
		return st.mirror(c)
	case *JoinDirect:
		return st.joinDirect(c)
	case *StartAddRecipient:
		return st.addRecipient(c)
	case *ReceiveInvitation:
		return st.receiveInvitation(c, now)
	case *AnswerInvitation:
		return st.answerInvitation(c, now)
	}
	return Decision{}, Errorf(Internal, cmd.CommandName(), "a user does not know this command")
}

// does is the decision of the user himself.
func (st *User) does(events ...Event) (Decision, error) {
	return Decision{Author: st.ID, Events: events}, nil
}

func (st *User) register(c *RegisterUser) (Decision, error) {
	op := c.CommandName()
	if st.Exists() {
		if st.Username == c.Username {
			return Decision{}, nil // a repeat of what is done
		}
		return Decision{}, Errorf(Conflict, op, "this user exists already")
	}
	if err := ValidateUsername(op, c.Username); err != nil {
		return Decision{}, err
	}
	return Decision{Author: c.ID, Events: []Event{
		&UserRegistered{ID: c.ID, Username: c.Username, FirstName: c.FirstName, LastName: c.LastName},
	}}, nil
}

func (st *User) startJoin(c *StartJoin) (Decision, error) {
	op := c.CommandName()
	plan := c.Create
	if plan != nil {
		var err error
		if op = "create server"; plan.Group != nil {
			op = "create conversation"
		}
		if plan, err = st.checkPlan(op, plan); err != nil {
			return Decision{}, err
		}
	}
	switch p, pending := st.Pending[c.Server]; {
	case st.In(c.Server) && !pending, pending && !p.Leave:
		return Decision{}, nil
	case pending:
		return Decision{}, Errorf(Conflict, op, "leaving this server is under way")
	case st.InDirect(c.Server) && plan == nil:
		return Decision{}, Errorf(NotFound, op, "there is no such server")
	case st.InDirect(c.Server):
		return Decision{}, nil
	}
	if plan != nil && plan.Group != nil {
		if st.groups() >= MaxGroups {
			return Decision{}, Errorf(Conflict, op, "a user may be in at most %d group conversations", MaxGroups)
		}
	} else if st.places() >= MaxServersPerUser {
		return Decision{}, Errorf(Conflict, op, "a user may be in at most %d servers", MaxServersPerUser)
	}
	return st.does(&ServerJoinStarted{ServerID: c.Server, Create: plan, Invitation: c.Invitation})
}

// places is how many servers the user is in or about to join.
func (st *User) places() int {
	n := len(st.Servers)
	for _, p := range st.Pending {
		if !p.Leave && (p.Create == nil || p.Create.Group == nil) {
			n++
		}
	}
	return n
}

func (st *User) checkPlan(op string, plan *ServerPlan) (*ServerPlan, error) {
	if plan.Group != nil {
		return st.checkGroup(op, plan)
	}
	if err := ValidateServerSettings(op, plan.Name, plan.Description, plan.Visibility); err != nil {
		return nil, err
	}
	return plan, nil
}

func (st *User) startLeave(c *StartLeave) (Decision, error) {
	op := c.CommandName()
	if d, ok := st.direct(c.Server); ok && d.UserID != 0 {
		return Decision{}, Errorf(Conflict, op, "the conversation with a friend ends with the friendship: remove the friend")
	} else if !ok && !st.In(c.Server) {
		return Decision{}, Errorf(NotFound, op, "there is no such server")
	}
	if _, ok := st.Pending[c.Server]; ok {
		return Decision{}, nil
	}
	return st.does(&ServerJoinStarted{ServerID: c.Server, Leave: true})
}

// finishJoin ends what startJoin or startLeave has begun. An invitation into the
// server ends with the joining, or when it turns out to be too late for it.
func (st *User) finishJoin(c *FinishJoin, now int64) (Decision, error) {
	if c.Add != 0 {
		return st.finishAdding(c)
	}
	p, ok := st.Pending[c.Server]
	if !ok {
		return Decision{}, nil
	}
	invited, isInvited := st.Invited[c.Server]
	switch {
	case c.Refused && isInvited && invited.over(now):
		return st.does(&ServerJoinFailed{ServerID: c.Server}, &ServerInvitationEnded{c.Server, OutcomeExpired})
	case c.Refused, p.Leave && !st.In(c.Server) && !st.InDirect(c.Server): // a group he has declined
		return st.does(&ServerJoinFailed{ServerID: c.Server})
	case p.Leave:
		return st.does(st.left(c.Server, ""))
	case p.Create != nil && p.Create.Group != nil:
		return st.does(&DirectJoined{ServerID: c.Server, ChannelID: p.Create.ChannelID})
	case isInvited:
		return st.does(&ServerJoined{ServerID: c.Server}, &ServerInvitationEnded{c.Server, OutcomeAccepted})
	}
	return st.does(&ServerJoined{ServerID: c.Server})
}

// left is the event that ends a membership.
func (st *User) left(id ServerID, reason string) Event {
	if st.InDirect(id) {
		return &DirectLeft{ServerID: id}
	}
	return &ServerLeft{ServerID: id, Reason: reason}
}

// membershipEnded believes a server that the user is not a member any more. What
// is under way between the two is settled by its own answer.
func (st *User) membershipEnded(c *MembershipEnded) (Decision, error) {
	if _, pending := st.Pending[c.Server]; pending || !st.In(c.Server) && !st.InDirect(c.Server) {
		return Decision{}, nil
	}
	return Decision{Events: []Event{st.left(c.Server, c.Reason)}}, nil
}

func (st *User) setRead(c *SetRead) (Decision, error) {
	if !st.In(c.Server) && !st.InDirect(c.Server) {
		return Decision{}, Errorf(NotFound, c.CommandName(), "there is no such channel")
	}
	if c.Seq > MaxSequence {
		return Decision{}, Errorf(Invalid, c.CommandName(), "seq is at most %d", uint64(MaxSequence))
	}
	was, known := st.Read[c.Channel]
	if was.Seq >= c.Seq {
		return Decision{}, nil
	}
	if !known && len(st.Read) >= MaxReadPositions {
		return Decision{}, Errorf(Conflict, c.CommandName(), "read positions are kept in at most %d channels: leave a server", MaxReadPositions)
	}
	return st.does(&ChannelRead{ServerID: c.Server, ChannelID: c.Channel, Seq: c.Seq})
}
