package chat

import "slices"

// react adds or removes one reaction; what is so already needs nothing.
func (st *Timeline) react(c *React, env *Environment) (Decision, error) {
	op := c.CommandName()
	emoji, err := ParseEmoji(op, c.Emoji)
	if err != nil {
		return Decision{}, err
	}
	m, err := st.existing(op, c.Message, env)
	if err != nil {
		return Decision{}, err
	}
	if c.Remove {
		return unreact(c, &m, emoji, env)
	}
	if c.User != 0 && c.User != c.By {
		return Decision{}, Errorf(Forbidden, op, "nobody reacts for another")
	}
	if err := needs(op, env, AddReactions); err != nil {
		return Decision{}, err
	}
	if m.reacted(emoji, c.By) {
		return Decision{}, nil
	}
	i := m.reaction(emoji)
	if i < 0 && len(m.Reactions) >= MaxReactions {
		return Decision{}, Errorf(Conflict, op, "a message may have at most %d different reactions", MaxReactions)
	}
	if i >= 0 && len(m.Reactions[i].Users) >= MaxReactors {
		return Decision{}, Errorf(Conflict, op, "at most %d users may react with the same emoji", MaxReactors)
	}
	return Decision{Author: c.By, Events: []Event{&ReactionAdded{ID: m.ID, Seq: m.Seq, Emoji: emoji, UserID: c.By}}}, nil
}

func unreact(c *React, m *Message, emoji string, env *Environment) (Decision, error) {
	whose := c.By
	if c.User != 0 && c.User != c.By {
		if err := needs(c.CommandName(), env, ManageMessages); err != nil {
			return Decision{}, err
		}
		whose = c.User
	}
	if !m.reacted(emoji, whose) {
		return Decision{}, nil
	}
	return Decision{Author: c.By, Events: []Event{&ReactionRemoved{ID: m.ID, Seq: m.Seq, Emoji: emoji, UserID: whose}}}, nil
}

// pinMessage pins, which the system reports, or takes a pin out, which it does
// not. In a direct conversation every member may.
func (st *Timeline) pinMessage(c *PinMessage, env *Environment) (Decision, error) {
	op := c.CommandName()
	if env.Kind == ServerOfMembers {
		if err := needs(op, env, ManageMessages); err != nil {
			return Decision{}, err
		}
	}
	m, err := st.existing(op, c.Message, env)
	if err != nil {
		return Decision{}, err
	}
	if slices.Contains(st.Pins, m.Seq) == c.Pinned {
		return Decision{}, nil
	}
	d := Decision{Author: c.By, Events: []Event{&MessagePinned{ID: m.ID, Seq: m.Seq, Pinned: c.Pinned}}}
	if !c.Pinned {
		return d, nil
	}
	if len(st.Pins) >= MaxPins {
		return Decision{}, Errorf(Conflict, op, "a channel may have at most %d pinned messages", MaxPins)
	}
	if c.SystemID == 0 {
		return Decision{}, Errorf(Internal, op, "the message that reports the pin has no identifier")
	}
	d.Events = append(d.Events, &MessageSent{ID: c.SystemID, ChannelID: st.channel, Type: PinningMessage, Reference: m.ID})
	return d, nil
}
