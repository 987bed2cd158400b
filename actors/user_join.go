package actors

import (
	"context"

	"beep/chat"
	"beep/cluster"
)

// membership is a join of a server, or a departure from it; or the adding of a
// friend to a group conversation.
type membership struct {
	server chat.ServerID
	leave  bool
	add    chat.UserID // 0: it is the user's own
}

func (u *user) await(call *cluster.Call, m membership, recs []chat.Record) (any, bool) {
	if _, pending := u.st.Pending[m.server]; !pending {
		return &Committed{}, true
	}
	u.waiting[m] = append(u.waiting[m], call)
	if len(recs) > 0 {
		u.ask(m.server)
	}
	return nil, false
}

// ask brings a pending join or departure to the server's actor.
func (u *user) ask(id chat.ServerID) {
	p, ok := u.st.Pending[id]
	if !ok {
		return
	}
	cell, m := u.a.cell, membership{server: id, leave: p.Leave}
	if p.Create != nil && p.Create.Group != nil {
		u.askGroup(id, p.Create, func(err error) { cell.Send(serverAnswered{m, err}) })
		return
	}
	u.a.cfg.Place.Tell(chat.ServerKey(id), u.question(id, &p), func(_ any, err error) {
		if p.Leave && chat.Is(err, chat.NotFound) {
			err = nil // there is nothing left to leave
		}
		cell.Send(serverAnswered{m, err})
	})
}

// question is what a server is asked for a pending join or departure.
func (u *user) question(id chat.ServerID, p *chat.ServerJoinStarted) chat.Command {
	switch {
	case p.Leave:
		return &chat.RemoveMember{User: u.st.ID}
	case p.Create != nil:
		return &chat.CreateServer{
			ID: id, Name: p.Create.Name, Description: p.Create.Description, Visibility: p.Create.Visibility,
			Picture: p.Create.Picture, Banner: p.Create.Banner, Owner: u.st.ID, OwnerName: u.st.Username,
			FirstChannel: p.Create.ChannelID, FirstChanName: p.Create.ChannelName,
		}
	}
	return &chat.AddMember{
		User: u.st.ID, Username: u.st.Username, Invitation: p.Invitation, SystemID: chat.MessageID(u.a.cfg.NewID()),
	}
}

// askGroup makes a group conversation: its key before its first record. A refusal
// that comes from one of the others (he has too many groups) does not undo the
// conversation, so the conversation itself is asked who is in it.
func (u *user) askGroup(id chat.ServerID, plan *chat.ServerPlan, done func(error)) {
	cmd := &chat.CreateDirect{
		ID: id, Kind: chat.DirectOfGroup, Name: plan.Name, Channel: plan.ChannelID,
		Owner: chat.Recipient{UserID: u.st.ID, Username: u.st.Username}, Others: plan.Group,
	}
	key, log := chat.ServerKey(id), u.a.cfg.Log
	u.beside.start(func(ctx context.Context) {
		if err := log.CreateKey(ctx, uint64(id)); err != nil {
			done(err)
			return
		}
		_, err := u.beside.ask(ctx, key, cmd)
		if err != nil && !passing(err) {
			v, asked := u.beside.ask(ctx, key, &chat.GetMembership{User: cmd.Owner.UserID})
			if m, ok := v.(*chat.Membership); ok && m.Member {
				err = nil
			} else if passing(asked) {
				err = asked
			}
		}
		done(err)
	})
}

// check asks a server whether the user still is a member, and believes a no. If
// the server cannot answer, nothing is changed.
func (u *user) check(call *cluster.Call, c *chat.CheckMembership) {
	if _, pending := u.st.Pending[c.Server]; pending || !u.st.In(c.Server) && !u.st.InDirect(c.Server) {
		call.Reply(&Committed{}, nil)
		return
	}
	cell := u.a.cell
	u.a.cfg.Place.Tell(chat.ServerKey(c.Server), &chat.GetMembership{User: u.st.ID}, func(v any, err error) {
		if m, ok := v.(*chat.Membership); chat.Is(err, chat.NotFound) || err == nil && ok && !m.Member {
			cell.SendSelf(&chat.MembershipEnded{Server: c.Server, Reason: "gone"}, call.Reply)
			return
		}
		call.Reply(&Committed{}, err)
	})
}

// serverAnswered is a server's word on a pending join or departure.
type serverAnswered struct {
	m   membership
	err error
}

// askAgain repeats a question the server could not answer.
type askAgain struct{ m membership }

func (a *shell) onServerAnswered(m serverAnswered) {
	u, ok := a.b.(*user)
	if !ok || a.dead != nil {
		return
	}
	if passing(m.err) {
		u.conclude(m.m, m.err) // the caller may ask again; the log remembers
		a.again(askAgain{m.m})
		return
	}
	cell := a.cell
	cell.SendSelf(&chat.FinishJoin{Server: m.m.server, Add: m.m.add, Refused: m.err != nil}, func(_ any, err error) {
		if err == nil {
			err = m.err
		}
		cell.Send(concluded{m.m, err})
	})
}

// concluded says that the outcome of a join or departure is in the log.
type concluded struct {
	m   membership
	err error
}

func (a *shell) onConcluded(m concluded) {
	if u, ok := a.b.(*user); ok {
		u.conclude(m.m, m.err)
	}
}

func (a *shell) onAskAgain(m askAgain) {
	u, ok := a.b.(*user)
	switch {
	case !ok || a.dead != nil:
	case m.m.add != 0:
		u.askToAdd(m.m)
	default:
		u.ask(m.m.server)
	}
}

func (u *user) conclude(m membership, err error) {
	for _, call := range u.waiting[m] {
		if err != nil {
			call.Reply(nil, err)
		} else {
			call.Reply(&Committed{Number: u.st.Number}, nil)
		}
	}
	delete(u.waiting, m)
}
