package chat

// Environment is what a channel's rules need to know from outside its log.
type Environment struct {
	Now   int64 // Unix milliseconds
	Grant Grant // what the command's author may do here now
	// Channel is the channel as its server knows it now, and Kind its tenant's.
	Channel Channel
	Kind    ServerKind
	// Mentionable reports whether everybody may mention a role; nil: none.
	Mentionable func(RoleID) bool
	// MayUser is what another user may do here now; nil: nothing.
	MayUser func(UserID) Grant
	// Archived is the message the command is about, if it was asked for with
	// NeedsArchived and the read model has it.
	Archived *Message
}

// NeedsArchived names the message that must be fetched from the read model
// before cmd can be decided, because it is not in memory. The read model
// answers for it once it has come as far as st.Evicted.
func (st *Timeline) NeedsArchived(cmd Command) (MessageID, bool) {
	var id MessageID
	switch c := cmd.(type) {
	case *SendMessage:
		id = c.ReplyTo
	case *EditMessage:
		id = c.Message
	case *DeleteMessage:
		id = c.Message
	}
	if id == 0 || st.EvictedSeq == 0 || st.find(id) != nil {
		return 0, false
	}
	return id, true
}

// Decide answers a command with events or a refusal, and changes nothing.
func (st *Timeline) Decide(cmd Command, env Environment) (Decision, error) {
	if !env.Grant.Member || !env.Grant.Permissions.Has(ViewChannels) {
		return Decision{}, Errorf(NotFound, cmd.CommandName(), "there is no such channel")
	}
	switch c := cmd.(type) {
	case *SendMessage:
		return st.send(c, env)
	case *EditMessage:
		return st.edit(c, env)
	case *DeleteMessage:
		return st.deleteMessage(c, env)
	case *ReadHistory:
		page, err := st.history(c)
		return Decision{Reply: page}, err
	}
	return Decision{}, Errorf(Internal, cmd.CommandName(), "a channel does not know this command")
}

func (st *Timeline) send(c *SendMessage, env Environment) (Decision, error) {
	op := c.CommandName()
	if !env.Grant.Permissions.Has(SendMessages) {
		return Decision{}, Errorf(Forbidden, op, "needs the permission send_messages")
	}
	if err := ValidateSend(c); err != nil {
		return Decision{}, err
	}
	if c.Nonce != "" {
		if s, ok := st.nonces[nonceKey{c.By, c.Nonce}]; ok {
			return Decision{Reply: &Sent{s.MessageID, st.channel, s.Seq, s.CreatedAt, true}}, nil
		}
	}
	if c.ReplyTo != 0 {
		if _, err := st.existing(op, c.ReplyTo, env); err != nil {
			return Decision{}, err
		}
	}
	return Decision{Author: c.By, Nonce: c.Nonce, Events: []Event{&MessageSent{
		ID: c.ID, ChannelID: st.channel, Type: PlainMessage, Content: c.Content, ReplyTo: c.ReplyTo, Nonce: c.Nonce,
	}}}, nil
}

// ValidateSend checks what can be checked of a send without any state.
func ValidateSend(c *SendMessage) error {
	if err := validateNonce(c.CommandName(), c.Nonce); err != nil {
		return err
	}
	return validateContent(c.CommandName(), c.Content)
}

func (st *Timeline) edit(c *EditMessage, env Environment) (Decision, error) {
	op := c.CommandName()
	m, err := st.existing(op, c.Message, env)
	if err != nil {
		return Decision{}, err
	}
	if m.SenderID != c.By {
		return Decision{}, Errorf(Forbidden, op, "only the sender may edit a message")
	}
	if !env.Grant.Permissions.Has(SendMessages) {
		return Decision{}, Errorf(Forbidden, op, "needs the permission send_messages")
	}
	if err := validateContent(op, c.Content); err != nil {
		return Decision{}, err
	}
	if m.Content == c.Content {
		return Decision{}, nil
	}
	return Decision{Author: c.By, Events: []Event{&MessageEdited{ID: m.ID, Seq: m.Seq, Content: c.Content}}}, nil
}

func (st *Timeline) deleteMessage(c *DeleteMessage, env Environment) (Decision, error) {
	op := c.CommandName()
	m, err := st.existing(op, c.Message, env)
	if err != nil {
		return Decision{}, err
	}
	if m.SenderID != c.By && !env.Grant.Permissions.Has(ManageMessages) {
		return Decision{}, Errorf(Forbidden, op, "needs the permission manage_messages")
	}
	return Decision{Author: c.By, Events: []Event{&MessageDeleted{ID: m.ID, Seq: m.Seq}}}, nil
}

// existing is the message id, from memory or as the read model has it.
func (st *Timeline) existing(op string, id MessageID, env Environment) (Message, error) {
	if m := st.find(id); m != nil && !m.Deleted {
		return m.Message, nil
	} else if m == nil && env.Archived != nil && env.Archived.ID == id && env.Archived.ChannelID == st.channel {
		return *env.Archived, nil
	}
	return Message{}, Errorf(NotFound, op, "there is no such message")
}
