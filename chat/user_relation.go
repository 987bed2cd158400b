package chat

// pending reports whether a friend request is open.
func (s RelationState) pending() bool { return s == RequestSent || s == RequestReceived }

// roomFor refuses what would exceed a limit of the user's. It is worded for either
// of the two: who asks need not be the one whose limit it is.
func (st *User) roomFor(op string, was, now RelationState) error {
	if was == now {
		return nil
	}
	var friends, pending, blocked int
	for id, r := range st.Relations {
		switch {
		case st.Pairs[id].Step == StepJoining: // counted below
		case r.State == Friends:
			friends++
		case r.State.pending():
			pending++
		case r.State == Blocked:
			blocked++
		}
	}
	for _, p := range st.Pairs {
		if p.Step == StepJoining {
			friends++
		}
	}
	switch {
	case now == Friends && friends >= MaxFriends:
		return Errorf(Conflict, op, "a user may have at most %d friends, and one of the two has", MaxFriends)
	case now.pending() && !was.pending() && pending >= MaxPendingRelation:
		return Errorf(Conflict, op, "a user may have at most %d open friend requests, and one of the two has", MaxPendingRelation)
	case now == Blocked && blocked >= MaxBlocked:
		return Errorf(Conflict, op, "a user may block at most %d others", MaxBlocked)
	}
	return nil
}

// mirror takes over what the keeper of a pair has decided, unless something newer
// is known already.
func (st *User) mirror(c *MirrorRelation) (Decision, error) {
	r := st.Relations[c.Peer.UserID]
	if c.Version <= r.Version {
		return Decision{}, nil
	}
	if err := st.roomFor(c.CommandName(), r.State, c.State); err != nil {
		return Decision{}, err
	}
	var events []Event
	if c.State != r.State {
		events = append(events, &RelationChanged{
			UserID: c.Peer.UserID, Username: c.Peer.Username, State: c.State, Was: r.State, Version: c.Version,
		})
	}
	switch in := st.InDirect(c.DirectID); {
	case c.DirectID == 0:
	case c.State == Friends && !in:
		events = append(events, &DirectJoined{ServerID: c.DirectID, ChannelID: c.ChannelID, UserID: c.Peer.UserID})
	case c.State != Friends && in:
		events = append(events, &DirectLeft{ServerID: c.DirectID})
	}
	return Decision{Events: events}, nil // which of the two has acted is not said
}

// applyRelation remembers a relation; one that has ended only where an older word
// could still come: with the other of the pair, and not for ever.
func (st *User) applyRelation(rec Record, e *RelationChanged) {
	if e.State == Strangers && st.ID < e.UserID {
		delete(st.Relations, e.UserID)
		return
	}
	st.Relations[e.UserID] = Relation{e.Username, e.State, rec.Time, e.Version}
	if e.State != Strangers {
		return
	}
	ended, oldest := 0, e.UserID
	for id, r := range st.Relations {
		if r.State != Strangers {
			continue
		}
		ended++
		o := st.Relations[oldest]
		if r.Since < o.Since || r.Since == o.Since && id < oldest {
			oldest = id
		}
	}
	if ended > maxEndedRelations {
		delete(st.Relations, oldest)
	}
}
