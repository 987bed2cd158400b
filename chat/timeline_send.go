package chat

import "time"

func (st *Timeline) send(c *SendMessage, env *Environment) (Decision, error) {
	op := c.CommandName()
	if !env.Channel.Type.HasMessages() {
		return Decision{}, Errorf(NotFound, op, "a category has no messages")
	}
	if err := needs(op, env, SendMessages); err != nil {
		return Decision{}, err
	}
	if err := ValidateSend(c); err != nil {
		return Decision{}, err
	}
	if s := st.repeated(c); s != nil {
		return Decision{Reply: &Sent{s.MessageID, st.channel, s.Seq, s.CreatedAt, true}}, nil
	}
	if env.Channel.Archived {
		return Decision{}, Errorf(Conflict, op, "the thread is archived: open it again to write in it")
	}
	if err := st.slowMode(c, env); err != nil {
		return Decision{}, err
	}
	if c.ReplyTo != 0 {
		if _, err := st.existing(op, c.ReplyTo, env); err != nil {
			return Decision{}, err
		}
	}
	poll, err := openedPoll(op, c.Poll, env.Now)
	if err != nil {
		return Decision{}, err
	}
	m, err := mentions(op, c.Content, env)
	if err != nil {
		return Decision{}, err
	}
	return Decision{Author: c.By, Nonce: c.Nonce, Events: []Event{&MessageSent{
		ID: c.ID, ChannelID: st.channel, Type: PlainMessage, Content: c.Content, ReplyTo: c.ReplyTo, Nonce: c.Nonce,
		Mentions: m, Forwarded: c.Forwarded, Poll: poll,
	}}}, nil
}

// repeated is the send that c repeats, nil if it is a new one.
func (st *Timeline) repeated(c *SendMessage) *SentNonce {
	if c.Nonce == "" {
		return nil
	}
	if s, ok := st.nonces[nonceKey{c.By, c.Nonce}]; ok {
		return &s
	}
	return nil
}

// slowMode refuses who has sent too lately (CHN-5). Who moderates the channel is
// not slowed.
func (st *Timeline) slowMode(c *SendMessage, env *Environment) error {
	seconds, p := env.Channel.SlowMode, env.Grant.Permissions
	if seconds <= 0 || p.Has(ManageMessages) || p.Has(ManageChannels) {
		return nil
	}
	wait := st.Senders.wait(c.By, seconds, env.Now)
	if wait == 0 {
		return nil
	}
	err := Errorf(RateLimited, c.CommandName(), "slow mode: one message in %d seconds", seconds)
	err.RetryAfter = time.Duration(wait) * time.Millisecond
	return err
}

// ValidateSend checks what can be checked of a send without any state.
func ValidateSend(c *SendMessage) error {
	op := c.CommandName()
	if err := validateNonce(op, c.Nonce); err != nil {
		return err
	}
	if c.Forwarded == nil && c.Poll == nil {
		return validateContent(op, c.Content)
	}
	if c.Forwarded != nil && c.Poll != nil {
		return Errorf(Invalid, op, "a message forwards another or asks a question, not both")
	}
	if c.Forwarded != nil && c.Forwarded.Content != "" {
		if err := validateContent(op, c.Forwarded.Content); err != nil {
			return err
		}
	}
	if c.Poll != nil {
		if err := validatePoll(op, c.Poll); err != nil {
			return err
		}
	}
	if c.Content == "" {
		return nil
	}
	return validateContent(op, c.Content)
}

// edit replaces what the sender wrote; what he forwarded or asked stays.
func (st *Timeline) edit(c *EditMessage, env *Environment) (Decision, error) {
	op := c.CommandName()
	m, err := st.existing(op, c.Message, env)
	if err != nil {
		return Decision{}, err
	}
	if m.SenderID != c.By {
		return Decision{}, Errorf(Forbidden, op, "only the sender may edit a message")
	}
	if m.Type != PlainMessage {
		return Decision{}, Errorf(Forbidden, op, "what the system reports cannot be edited")
	}
	if err := needs(op, env, SendMessages); err != nil {
		return Decision{}, err
	}
	if c.Content != "" || m.Forwarded == nil && m.Poll == nil {
		if err := validateContent(op, c.Content); err != nil {
			return Decision{}, err
		}
	}
	if m.Content == c.Content {
		return Decision{}, nil
	}
	to, err := mentions(op, c.Content, env)
	if err != nil {
		return Decision{}, err
	}
	return Decision{Author: c.By, Events: []Event{&MessageEdited{ID: m.ID, Seq: m.Seq, Content: c.Content, Mentions: to}}}, nil
}

func (st *Timeline) deleteMessage(c *DeleteMessage, env *Environment) (Decision, error) {
	op := c.CommandName()
	m, err := st.existing(op, c.Message, env)
	if err != nil {
		return Decision{}, err
	}
	if m.SenderID != c.By {
		if err := needs(op, env, ManageMessages); err != nil {
			return Decision{}, err
		}
	}
	return Decision{Author: c.By, Events: []Event{&MessageDeleted{ID: m.ID, Seq: m.Seq}}}, nil
}
