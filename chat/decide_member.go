package chat

// addMember lets a user in who may come in. A mute that he had when he left
// still holds.
func (st *Server) addMember(c *AddMember, now int64) (Decision, error) {
	op := c.CommandName()
	if _, ok := st.Members[c.User]; ok {
		return Decision{}, nil // a repeat of what is done
	}
	if err := st.mayEnter(op, c, now); err != nil {
		return refuse(err)
	}
	if len(st.Members) >= MaxMembersPerServer {
		return refuse(Errorf(Conflict, op, "this server is full"))
	}
	d := Decision{Author: c.User, Events: []Event{&MemberJoined{UserID: c.User, Username: c.Username}}}
	if c.Invitation != "" {
		d.Events = append(d.Events, &InvitationUsed{Code: c.Invitation, UserID: c.User})
	}
	if until := st.Silenced[c.User]; until > now {
		d.Events = append(d.Events, &MemberMuted{UserID: c.User, Until: until, Reason: "muted before leaving"})
	}
	if ch := st.systemChannel(); ch != 0 && c.SystemID != 0 {
		d.Then = []Tell{{To: ChannelKey(st.ID, ch), Command: &PostSystem{By: c.User, ID: c.SystemID, Type: JoinMessage}}}
	}
	return d, nil
}

// mayEnter refuses whoever has no way in. A private server looks like none to
// those outside it.
func (st *Server) mayEnter(op string, c *AddMember, now int64) error {
	if !st.Exists() || c.User == 0 || c.Invitation == "" && st.Visibility != Public {
		return noServer(op)
	}
	invitation, ok := st.Invitation(c.Invitation)
	if c.Invitation != "" && (!ok || invitation.UserID != 0 && invitation.UserID != c.User) {
		return noServer(op)
	}
	if _, banned := st.Bans[c.User]; banned {
		return Errorf(Forbidden, op, "you are banned from this server")
	}
	if c.Invitation != "" && !invitation.Open(now) {
		return Errorf(Gone, op, "this invitation has ended")
	}
	return nil
}

// systemChannel is where the server speaks to all: the text channel of the
// lowest position that everyone may view, 0 if there is none.
func (st *Server) systemChannel() ChannelID {
	lowest := -1
	for i := range st.Channels {
		c := &st.Channels[i]
		if c.Type != TextChannel || lowest >= 0 && c.Position >= st.Channels[lowest].Position {
			continue
		}
		p := st.slots[0]
		if r := st.rules[i]; r != nil {
			p = r.everyone.of(p)
		}
		if p.Has(ViewChannels) || p.Has(Administrator) {
			lowest = i
		}
	}
	if lowest < 0 {
		return 0
	}
	return st.Channels[lowest].ID
}

func (st *Server) removeMember(c *RemoveMember) (Decision, error) {
	if _, ok := st.Members[c.User]; !ok {
		return Decision{}, nil // a repeat of what is done
	}
	if st.OwnerID == c.User {
		return refuse(Errorf(Conflict, c.CommandName(), "the owner cannot leave the server: transfer or delete it first"))
	}
	return decided(c.User, &MemberLeft{UserID: c.User})
}
