package actors

import (
	"beep/chat"
	"beep/cluster"
)

// awaitAdding keeps the caller until the friend's own log knows, or it came to nothing.
func (u *user) awaitAdding(call *cluster.Call, m membership, recs []chat.Record) (any, bool) {
	if _, ok := u.st.AddingTo(m.server, m.add); !ok {
		return &Committed{}, true
	}
	u.waiting[m] = append(u.waiting[m], call)
	if len(recs) > 0 {
		u.askToAdd(m)
	}
	return nil, false
}

// askToAdd brings the adding of a friend to the conversation, which tells him before
// it answers. It is asked again until it has, also by the next activation.
func (u *user) askToAdd(m membership) {
	friend, ok := u.st.AddingTo(m.server, m.add)
	if !ok {
		return
	}
	cell := u.a.cell
	cmd := &chat.AddRecipient{By: u.st.ID, User: friend}
	u.a.cfg.Place.Tell(chat.ServerKey(m.server), cmd, func(_ any, err error) { cell.Send(serverAnswered{m, err}) })
}

// decline takes the user out of a group that counts him as a member already, for he
// is in too many. That he leaves is in his log: whoever has added him is refused at
// once, and the departure is carried out.
func (u *user) decline(call *cluster.Call, c *chat.JoinDirect, refusal error) {
	u.ask(c.Server)
	call.Reply(nil, refusal)
}
