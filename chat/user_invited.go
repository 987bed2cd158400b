package chat

import (
	"maps"
	"slices"
)

// How an invitation in the application ends.
const (
	OutcomeAccepted = "accepted"
	OutcomeRefused  = "refused"
	OutcomeRevoked  = "revoked"
	OutcomeExpired  = "expired"
)

// over reports whether it is too late for the invitation at time now.
func (e *ServerInvited) over(now int64) bool { return e.ExpiresAt != 0 && e.ExpiresAt <= now }

// receiveInvitation takes an invitation in, in the place of an older one into the
// same server. Those it is too late for make room when there is none.
func (st *User) receiveInvitation(c *ReceiveInvitation, now int64) (Decision, error) {
	op, e := c.CommandName(), c.Invitation
	switch old, again := st.Invited[e.ServerID]; {
	case st.Relations[e.By].State == Blocked:
		return Decision{}, nil // who is blocked does not learn of it
	case st.In(e.ServerID):
		return Decision{}, Errorf(Conflict, op, "this user is a member already")
	case e.over(now):
		return Decision{}, Errorf(Gone, op, "this invitation has expired")
	case again && old == e:
		return Decision{}, nil
	case again:
		return Decision{Author: e.By, Events: []Event{&e}}, nil
	}
	var events []Event
	if len(st.Invited) >= MaxServerInvited {
		if events = st.expired(now); len(events) == 0 {
			return Decision{}, cannotBeInvited(op) // he has too many open
		}
	}
	return Decision{Author: e.By, Events: append(events, &e)}, nil
}

// expired ends the invitations it is too late for, in the order of the servers.
func (st *User) expired(now int64) []Event {
	var events []Event
	for _, id := range slices.Sorted(maps.Keys(st.Invited)) {
		if i := st.Invited[id]; i.over(now) {
			events = append(events, &ServerInvitationEnded{id, OutcomeExpired})
		}
	}
	return events
}

func (st *User) answerInvitation(c *AnswerInvitation, now int64) (Decision, error) {
	op := c.CommandName()
	i, ok := st.Invited[c.Server]
	switch c.Outcome {
	case OutcomeRevoked, OutcomeExpired:
		if !ok {
			return Decision{}, nil
		}
		return Decision{Events: []Event{&ServerInvitationEnded{c.Server, c.Outcome}}}, nil
	case OutcomeRefused:
	default:
		return Decision{}, Errorf(Invalid, op, "an invitation can be refused, or accepted by joining the server")
	}
	if !ok {
		return Decision{}, Errorf(NotFound, op, "there is no such invitation")
	}
	if i.over(now) {
		return st.does(&ServerInvitationEnded{c.Server, OutcomeExpired})
	}
	d, err := st.does(&ServerInvitationEnded{c.Server, OutcomeRefused})
	d.Then = []Tell{{To: ServerKey(c.Server), Command: &RefuseInvitation{User: st.ID, Code: i.Code}}}
	return d, err
}
