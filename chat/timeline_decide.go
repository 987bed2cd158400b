package chat

// Environment is what a channel's rules need to know from outside its log.
type Environment struct {
	Now   int64 // Unix milliseconds
	Grant Grant // what the command's author may do here now
	// Channel is the channel as its server knows it now, and Kind its tenant's.
	Channel Channel
	Kind    ServerKind
	// HasRole reports whether there is a role, and Mentionable whether everybody
	// may mention it; nil: none.
	HasRole     func(RoleID) bool
	Mentionable func(RoleID) bool
	// MayUser is what another user may do here now; nil: nothing.
	MayUser func(UserID) Grant
	// Archived is the message the command is about, if it was asked for with
	// NeedsArchived and the read model has it.
	Archived *Message
}

// mayUser reports whether another user has all rights of want here.
func (env *Environment) mayUser(u UserID, want Permission) bool {
	return env.MayUser != nil && env.MayUser(u).Permissions.Has(want)
}

// mentionable reports whether the author may mention a role: any there is, if he
// may mention everyone.
func (env *Environment) mentionable(r RoleID, everyone bool) bool {
	if everyone && env.HasRole != nil && env.HasRole(r) {
		return true
	}
	return env.Mentionable != nil && env.Mentionable(r)
}

// NeedsArchived names the message that must be fetched from the read model
// before cmd can be decided, because it is not in memory. The read model
// answers for it once it has come as far as st.Evicted.
func (st *Timeline) NeedsArchived(cmd Command) (MessageID, bool) {
	if st.EvictedSeq == 0 {
		return 0, false
	}
	id := aboutMessage(cmd)
	if id == 0 || st.find(id) != nil {
		return 0, false
	}
	if c, ok := cmd.(*SendMessage); ok && st.repeated(c) != nil {
		return 0, false
	}
	return id, true
}

// aboutMessage names the message that a command is about; 0: none.
func aboutMessage(cmd Command) MessageID {
	switch c := cmd.(type) {
	case *SendMessage:
		return c.ReplyTo
	case *EditMessage:
		return c.Message
	case *DeleteMessage:
		return c.Message
	case *PinMessage:
		return c.Message
	case *React:
		return c.Message
	case *VotePoll:
		return c.Message
	case *ClosePoll:
		return c.Message
	case *GetMessage:
		return c.Message
	case *AttachThread:
		return c.Message
	}
	return 0
}

// FromServer reports whether cmd is one that only servers' actors send, after
// they have decided what it follows from. No door makes such a command of what
// a client asks, therefore nobody's rights in the channel are asked for.
func FromServer(cmd Command) bool {
	switch cmd.(type) {
	case *PostSystem, *AttachThread, *PurgeMessages:
		return true
	}
	return false
}

// Decide answers a command with events or a refusal, and changes nothing.
func (st *Timeline) Decide(cmd Command, env Environment) (Decision, error) {
	d, err := st.decide(cmd, &env)
	if err != nil {
		return Decision{}, err
	}
	d.ServerNumber = env.Grant.ServerNumber
	return d, nil
}

func (st *Timeline) decide(cmd Command, env *Environment) (Decision, error) {
	if !FromServer(cmd) && (!env.Grant.Member || !env.Grant.Permissions.Has(ViewChannels)) {
		return Decision{}, Errorf(NotFound, cmd.CommandName(), "there is no such channel")
	}
	switch c := cmd.(type) {
	case *SendMessage:
		return st.send(c, env)
	case *EditMessage:
		return st.edit(c, env)
	case *DeleteMessage:
		return st.deleteMessage(c, env)
	case *PinMessage:
		return st.pinMessage(c, env)
	case *React:
		return st.react(c, env)
	case *VotePoll:
		return st.vote(c, env)
	case *ClosePoll:
		return st.closePoll(c, env)
	case *JoinConference:
		return st.joinConference(c, env)
	case *LeaveConference:
		return st.leaveConference(c, env)
	case *GetConference:
		return st.getConference(c, env)
	case *GetMessage:
		return st.getMessage(c, env)
	case *ReadHistory:
		page, err := st.history(c)
		return Decision{Reply: page}, err
	case *GetReplied:
		return Decision{Reply: st.replied(c)}, nil
	case *PostSystem:
		return st.postSystem(c, env)
	case *AttachThread:
		return st.attachThread(c, env)
	case *PurgeMessages:
		return st.purge(c, env)
	}
	return Decision{}, Errorf(Internal, cmd.CommandName(), "a channel does not know this command")
}

func (st *Timeline) getMessage(c *GetMessage, env *Environment) (Decision, error) {
	m, err := st.existing(c.CommandName(), c.Message, env)
	if err != nil {
		return Decision{}, err
	}
	return Decision{Reply: &m}, nil
}

// existing is the message id, from memory or as the read model has it.
func (st *Timeline) existing(op string, id MessageID, env *Environment) (Message, error) {
	if m := st.find(id); m != nil && !m.Deleted {
		return m.Message, nil
	} else if m == nil && env.Archived != nil && env.Archived.ID == id && env.Archived.ChannelID == st.channel {
		return *env.Archived, nil
	}
	return Message{}, Errorf(NotFound, op, "there is no such message")
}

// needs refuses who lacks a right.
func needs(op string, env *Environment, p Permission) error {
	if env.Grant.Permissions.Has(p) {
		return nil
	}
	return Errorf(Forbidden, op, "needs the permission %s", p)
}
