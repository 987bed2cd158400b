package chat

import "slices"

// ChangedMessage names the message that an event changes. Sending, deleting and
// purging are not changes.
func ChangedMessage(e Event) (MessageID, bool) {
	switch e := e.(type) {
	case *MessageEdited:
		return e.ID, true
	case *MessagePinned:
		return e.ID, true
	case *ReactionAdded:
		return e.ID, true
	case *ReactionRemoved:
		return e.ID, true
	case *PollVoted:
		return e.ID, true
	case *PollClosed:
		return e.ID, true
	case *ThreadAttached:
		return e.ID, true
	}
	return 0, false
}

// Apply folds a change of this message (see ChangedMessage) into it. Copies
// of the message stay as they are: what they share is replaced, or only written
// to behind its end.
func (m *Message) Apply(rec Record) {
	switch e := rec.Event.(type) {
	case *MessageEdited:
		m.Content, m.Mentions, m.EditedAt = e.Content, e.Mentions, rec.Time
	case *MessagePinned:
		m.Pinned = e.Pinned
	case *ReactionAdded:
		m.addReaction(e.Emoji, e.UserID)
	case *ReactionRemoved:
		m.removeReaction(e.Emoji, e.UserID)
	case *PollVoted:
		if m.Poll != nil {
			m.Poll = m.Poll.voted(e.UserID, e.Options)
		}
	case *PollClosed:
		if m.Poll != nil {
			p := *m.Poll
			p.Closed = true
			m.Poll = &p
		}
	case *ThreadAttached:
		m.ThreadID = e.ThreadID
	}
}

// reaction is the place of an emoji among the reactions, -1 if nobody used it.
func (m *Message) reaction(emoji string) int {
	return slices.IndexFunc(m.Reactions, func(r Reaction) bool { return r.Emoji == emoji })
}

// reacted reports whether u has used an emoji.
func (m *Message) reacted(emoji string, u UserID) bool {
	i := m.reaction(emoji)
	return i >= 0 && slices.Contains(m.Reactions[i].Users, u)
}

func (m *Message) addReaction(emoji string, u UserID) {
	if m.reacted(emoji, u) {
		return
	}
	list := make([]Reaction, len(m.Reactions), len(m.Reactions)+1)
	copy(list, m.Reactions)
	if i := m.reaction(emoji); i >= 0 {
		list[i].Users = append(list[i].Users, u)
	} else {
		list = append(list, Reaction{Emoji: emoji, Users: []UserID{u}})
	}
	m.Reactions = list
}

func (m *Message) removeReaction(emoji string, u UserID) {
	var list []Reaction
	for _, r := range m.Reactions {
		if r.Emoji == emoji {
			r.Users = without(r.Users, u)
		}
		if len(r.Users) > 0 {
			list = append(list, r)
		}
	}
	m.Reactions = list
}

// voted is the poll after u has chosen options, whatever he had chosen before.
func (p *Poll) voted(u UserID, options []int) *Poll {
	after := *p
	after.Options = slices.Clone(p.Options)
	for i := range after.Options {
		o := &after.Options[i]
		chosen, had := slices.Contains(options, i), slices.Contains(o.Voters, u)
		switch {
		case chosen && !had:
			o.Voters = append(o.Voters, u)
		case had && !chosen:
			o.Voters = without(o.Voters, u)
		}
	}
	return &after
}

// choice is what u has chosen, ascending.
func (p *Poll) choice(u UserID) []int {
	var options []int
	for i := range p.Options {
		if slices.Contains(p.Options[i].Voters, u) {
			options = append(options, i)
		}
	}
	return options
}

// without is a new list that lacks u; nil if nobody is left.
func without(users []UserID, u UserID) []UserID {
	var kept []UserID
	for _, v := range users {
		if v != u {
			kept = append(kept, v)
		}
	}
	return kept
}
