package chat

// Adding is a friend whom the user adds to a group conversation, from the moment
// he asks for it until the friend's own log knows.
type Adding struct {
	ServerID ServerID  `json:"server_id"` // the conversation
	User     Recipient `json:"user"`
}

// AddingTo finds what is under way for a friend and a conversation.
func (st *User) AddingTo(id ServerID, friend UserID) (Recipient, bool) {
	for i := range st.Adding {
		if a := &st.Adding[i]; a.ServerID == id && a.User.UserID == friend {
			return a.User, true
		}
	}
	return Recipient{}, false
}

// addRecipient checks the friendship and notes what is to be carried out; the rest
// is left to the conversation. Two logs must learn of it, the group's and the
// friend's, and a crash between them must not be the last word.
func (st *User) addRecipient(c *StartAddRecipient) (Decision, error) {
	op := c.CommandName()
	d, ok := st.direct(c.Server)
	switch {
	case !ok:
		return Decision{}, Errorf(NotFound, op, "there is no such conversation")
	case d.UserID != 0:
		return Decision{}, Errorf(Conflict, op, "a conversation of two takes nobody in: begin a group")
	}
	friend, err := st.friend(op, c.Friend)
	if err != nil {
		return Decision{}, err
	}
	if _, ok := st.AddingTo(c.Server, c.Friend); ok {
		return Decision{}, nil // a repeat of what is under way
	}
	if len(st.Adding) >= MaxAdding {
		return Decision{}, Errorf(Unavailable, op, "too much of this is under way, try again")
	}
	return st.does(&ServerJoinStarted{ServerID: c.Server, Add: &friend})
}

// finishAdding ends it, whatever the conversation and the friend have answered.
func (st *User) finishAdding(c *FinishJoin) (Decision, error) {
	if _, ok := st.AddingTo(c.Server, c.Add); !ok {
		return Decision{}, nil
	}
	return st.does(&ServerJoinFailed{ServerID: c.Server, Add: c.Add})
}

// startAdding and endAdding make the list anew: copies of the state may share it.
func (st *User) startAdding(id ServerID, friend Recipient) {
	st.Adding = append(st.without(id, friend.UserID), Adding{id, friend})
}

func (st *User) endAdding(id ServerID, friend UserID) { st.Adding = st.without(id, friend) }

func (st *User) without(id ServerID, friend UserID) []Adding {
	var kept []Adding
	for _, a := range st.Adding {
		if a.ServerID != id || a.User.UserID != friend {
			kept = append(kept, a)
		}
	}
	return kept
}
