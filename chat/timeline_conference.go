package chat

import "slices"

// joinConference lets the author in. Who is the first in a conference channel
// is reported.
func (st *Timeline) joinConference(c *JoinConference, env *Environment) (Decision, error) {
	op := c.CommandName()
	if err := hasConference(op, env); err != nil {
		return Decision{}, err
	}
	if err := needs(op, env, Connect); err != nil {
		return Decision{}, err
	}
	d, present := st.swept(c.By, env)
	if slices.Contains(present, c.By) {
		return d, nil
	}
	if len(present) >= MaxConferenceMember {
		return Decision{}, Errorf(Conflict, op, "at most %d may be in a conference", MaxConferenceMember)
	}
	d.Events = append(d.Events, &ConferenceJoined{UserID: c.By})
	if len(present) > 0 || env.Channel.Type != ConferenceChannel {
		return d, nil
	}
	if c.SystemID == 0 {
		return Decision{}, Errorf(Internal, op, "the message that reports the conference has no identifier")
	}
	d.Events = append(d.Events, &MessageSent{ID: c.SystemID, ChannelID: st.channel, Type: ConferenceMessage})
	return d, nil
}

// leaveConference takes out the author, or with move_members somebody else.
func (st *Timeline) leaveConference(c *LeaveConference, env *Environment) (Decision, error) {
	op := c.CommandName()
	if err := hasConference(op, env); err != nil {
		return Decision{}, err
	}
	who := c.By
	if c.User != 0 && c.User != c.By {
		if err := needs(op, env, MoveMembers); err != nil {
			return Decision{}, err
		}
		who = c.User
	}
	d, present := st.swept(c.By, env)
	if slices.Contains(present, who) {
		d.Events = append(d.Events, &ConferenceLeft{UserID: who})
	}
	return d, nil
}

// getConference lists who is in. It takes nobody out: looking is no change.
func (st *Timeline) getConference(c *GetConference, env *Environment) (Decision, error) {
	if err := hasConference(c.CommandName(), env); err != nil {
		return Decision{}, err
	}
	_, present := st.swept(0, env)
	return Decision{Reply: present}, nil
}

func hasConference(op string, env *Environment) error {
	if t := env.Channel.Type; t != ConferenceChannel && t != DirectChannel {
		return Errorf(Conflict, op, "this channel has no conference")
	}
	return nil
}

// swept begins a decision of by's about the conference: who may not connect any
// more is taken out. It returns who is left, by in any case as he stands.
func (st *Timeline) swept(by UserID, env *Environment) (Decision, []UserID) {
	d := Decision{Author: by}
	present := make([]UserID, 0, len(st.Conference)+1)
	for _, u := range st.Conference {
		if u == by || env.mayUser(u, ViewChannels|Connect) {
			present = append(present, u)
		} else {
			d.Events = append(d.Events, &ConferenceLeft{UserID: u})
		}
	}
	return d, present
}
