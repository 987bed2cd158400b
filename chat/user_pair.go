package chat

// Steps of a pair.
const (
	StepJoining = "joining" // make the conversation, then tell the other
	StepEnding  = "ending"  // erase the conversation, then tell the other
	StepTelling = "telling" // tell the other
)

// What stands between two users is decided in the log of one of them, the
// keeper: the one with the smaller identifier. Whatever both do at once is there
// one thing after the other.
//
//	Relate -> PairDecided{Step}        the truth, and what is to be carried out
//	          (the step is carried out by the keeper's actor; its last part is
//	          MirrorRelation: the other's log learns what he may know)
//	       -> FinishPair -> PairDecided{Step: ""} and what the keeper may know
//
// While a pair has a step nothing else is decided about it. A limit of the other
// is checked by the other's own actor, which refuses the MirrorRelation; FinishPair
// with Refused takes back what was decided. So neither ever exceeds a limit.
//
// The keeper himself learns of the end of something, and of a block, at once; of
// a request and of a friendship only when the other could be told, so that
// nobody's requests reach people beyond the number he may have open.

// over reports whether nothing is left to be remembered of the pair.
func (p *Pair) over() bool {
	return p.Requested == 0 && !p.Friends && !p.ByKeeper && !p.ByOther && p.Step == ""
}

// View is how the pair stands, as one of the two may know it: the keeper, or the
// other one. Who is blocked by the other sees his request as sent, for ever.
func (p *Pair) View(keeper, other UserID, ofKeeper bool) RelationState {
	me, blocked := other, p.ByOther
	if ofKeeper {
		me, blocked = keeper, p.ByKeeper
	}
	switch {
	case blocked:
		return Blocked
	case p.Friends:
		return Friends
	case p.Requested == me:
		return RequestSent
	case p.Requested != 0:
		return RequestReceived
	}
	return Strangers
}

// relate decides what one of the two does. The user is the keeper.
func (st *User) relate(c *Relate) (Decision, error) {
	op := c.CommandName()
	by, peer := c.By.UserID, c.Other
	if by == c.Other.UserID {
		return Decision{}, Errorf(Invalid, op, "that would be about oneself")
	}
	if by != st.ID {
		peer = c.By
	}
	if peer.UserID <= st.ID || by != st.ID && c.Other.UserID != st.ID {
		return Decision{}, Errorf(Internal, op, "another user keeps this pair")
	}
	p := st.Pairs[peer.UserID]
	if p.Step != "" {
		return Decision{}, Errorf(Unavailable, op, "another change of this friendship is under way, try again")
	}
	p.Username = peer.Username
	n, err := p.act(c, by == st.ID)
	if err != nil || n == p {
		return Decision{}, err
	}
	was, now := p.View(st.ID, peer.UserID, true), n.View(st.ID, peer.UserID, true)
	if err := st.roomFor(op, was, now); err != nil {
		return Decision{}, err
	}
	if n.Step == "" && p.View(st.ID, peer.UserID, false) != n.View(st.ID, peer.UserID, false) {
		n.Step = StepTelling
	}
	n.Version = st.Number + 1
	d := Decision{Events: []Event{&PairDecided{peer.UserID, n}}}
	if by == st.ID {
		d.Author = by // of the other the keeper's log names nothing he must not know
	}
	if n.Step == "" || n.Step == StepTelling && c.Act != ActRequest {
		d.Events = append(d.Events, st.learns(peer.UserID, &n)...)
	}
	return d, nil
}

// act is the pair after what one of the two does, or the same pair if that was
// done already.
func (p Pair) act(c *Relate, byKeeper bool) (Pair, error) {
	op, by, other := c.CommandName(), c.By.UserID, c.Other.UserID
	blocks := &p.ByOther
	if byKeeper {
		blocks = &p.ByKeeper
	}
	asked := p.Requested == other && !*blocks && !p.Friends
	noRequest := Errorf(NotFound, op, "there is no such friend request")
	switch c.Act {
	case ActRequest:
		switch {
		case *blocks:
			return p, Errorf(Conflict, op, "this user is blocked: unblock him first")
		case asked:
			return p.befriend(c)
		case !p.Friends:
			p.Requested = by
		}
	case ActAccept:
		switch {
		case asked:
			return p.befriend(c)
		case !p.Friends:
			return p, noRequest
		}
	case ActDecline:
		if !asked {
			return p, noRequest
		}
		p.Requested = 0
	case ActCancel:
		if p.Requested != by || p.Friends {
			return p, noRequest
		}
		p.Requested = 0
	case ActRemove:
		if !p.Friends {
			return p, Errorf(NotFound, op, "there is no such friend")
		}
		p.Friends, p.Step = false, StepEnding
	case ActBlock:
		if p.Friends {
			return p, Errorf(Conflict, op, "this user is a friend: remove the friend first")
		}
		if !*blocks {
			*blocks, p.Requested = true, 0
		}
	case ActUnblock:
		if *blocks && p.Requested == other {
			p.Requested = 0 // what he was not told of stays unsaid
		}
		*blocks = false
	default:
		return p, Errorf(Invalid, op, "there is no such act")
	}
	return p, nil
}

func (p Pair) befriend(c *Relate) (Pair, error) {
	if c.DirectID == 0 || c.ChannelID == 0 {
		return p, Errorf(Internal, c.CommandName(), "a conversation needs identifiers")
	}
	p.Friends, p.Step, p.DirectID, p.ChannelID = true, StepJoining, c.DirectID, c.ChannelID
	return p, nil
}

// learns is what the keeper himself is told of a pair, if it changes anything.
func (st *User) learns(peer UserID, p *Pair) []Event {
	was, now := st.Relations[peer].State, p.View(st.ID, peer, true)
	if was == now {
		return nil
	}
	return []Event{&RelationChanged{UserID: peer, Username: p.Username, State: now, Was: was, Version: p.Version}}
}

// finishPair ends a step, or takes back what was decided.
func (st *User) finishPair(c *FinishPair) (Decision, error) {
	p, ok := st.Pairs[c.Peer]
	if !ok || p.Step == "" || p.Version != c.Version {
		return Decision{}, nil
	}
	if c.Refused && p.Step != StepEnding {
		return st.takeBack(c, p)
	}
	var events []Event
	step := p.Step
	p.Step = ""
	switch step {
	case StepJoining:
		p.Requested = 0
		events = st.learns(c.Peer, &p)
		if !st.InDirect(p.DirectID) {
			events = append(events, &DirectJoined{ServerID: p.DirectID, ChannelID: p.ChannelID, UserID: c.Peer})
		}
	case StepEnding:
		events = st.learns(c.Peer, &p)
		if st.InDirect(p.DirectID) {
			events = append(events, &DirectLeft{ServerID: p.DirectID})
		}
		p.DirectID, p.ChannelID = 0, 0
	default:
		events = st.learns(c.Peer, &p)
	}
	return st.does(append(events, &PairDecided{c.Peer, p})...)
}

// takeBack undoes what the other's actor refuses: the friendship (the request
// stands as before), the request, or his block. The other is told again, for the
// end of a request may have gone with it.
func (st *User) takeBack(c *FinishPair, p Pair) (Decision, error) {
	switch {
	case p.Step == StepJoining && c.Unmade:
		p.Friends, p.DirectID, p.ChannelID, p.Step = false, 0, 0, StepTelling
	case p.Step == StepJoining:
		p.Friends, p.Step = false, StepEnding
	case p.View(st.ID, c.Peer, false) == Blocked:
		p.ByOther = false
	default:
		p.Requested = 0
	}
	p.Version = st.Number + 1
	return st.does(&PairDecided{c.Peer, p})
}
