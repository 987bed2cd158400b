package permmodel

import "beep/chat"

// Command is the act in package chat's words.
func (a *Act) Command() chat.Command {
	by, user, role := chat.UserID(a.By), chat.UserID(a.User), chat.RoleID(a.Role)
	channel, parent, made := chat.ChannelID(a.Channel), chat.ChannelID(a.Parent), chat.ChannelID(a.New)
	switch a.Kind {
	case "give":
		return &chat.ChangeMemberRoles{By: by, User: user, Add: []chat.RoleID{role}}
	case "take":
		return &chat.ChangeMemberRoles{By: by, User: user, Remove: []chat.RoleID{role}}
	case "kick":
		return &chat.KickMember{By: by, User: user}
	case "ban":
		return &chat.BanMember{By: by, User: user}
	case "unban":
		return &chat.UnbanMember{By: by, User: user}
	case "mute":
		return &chat.MuteMember{By: by, User: user, Until: a.Until}
	case "rename":
		return &chat.RenameMember{By: by, User: user, Nickname: "somebody"}
	case "join":
		return &chat.AddMember{User: by, Username: "member"}
	case "leave":
		return &chat.RemoveMember{User: by}
	case "transfer":
		return &chat.TransferOwnership{By: by, To: user}
	case "set override":
		return &chat.SetOverride{By: by, Override: a.Said.chat(a.Channel, a.Role, a.User)}
	case "remove override":
		return &chat.RemoveOverride{By: by, Channel: channel, RoleID: role, MemberID: user}
	case "add to channel":
		return &chat.AddToChannel{By: by, Channel: channel, User: user}
	case "leave channel":
		return &chat.LeaveChannel{By: by, Channel: channel}
	case "create channel":
		return &chat.CreateChannel{By: by, ID: made, Name: "made", Type: chat.ChannelType(a.Type), Parent: parent, Private: a.Private}
	case "move channel":
		return &chat.UpdateChannel{By: by, ID: channel, Parent: &parent}
	case "delete channel":
		return &chat.DeleteChannel{By: by, ID: channel}
	}
	return a.roleCommand(by, role)
}

func (a *Act) roleCommand(by chat.UserID, role chat.RoleID) chat.Command {
	rights := Permission(a.Rights)
	switch a.Kind {
	case "create role":
		return &chat.CreateRole{By: by, ID: chat.RoleID(a.New), RoleSettings: chat.RoleSettings{
			Name: "made", Permissions: chat.Rights(rights),
		}}
	case "edit role":
		return &chat.UpdateRole{By: by, ID: role, Permissions: &rights}
	case "delete role":
		return &chat.DeleteRole{By: by, ID: role}
	}
	order := &chat.OrderRoles{By: by}
	for _, id := range a.Order {
		order.Order = append(order.Order, chat.RoleID(id))
	}
	return order
}

// Decide is what is compared with the model's acts: chat's rules, or something
// that asks over a connection.
type Decide func(st *chat.Server, cmd chat.Command, now int64) (chat.Decision, error)

// Rules are chat's rules as a Decide.
func Rules(st *chat.Server, cmd chat.Command, now int64) (chat.Decision, error) {
	return st.Decide(cmd, now)
}

// CompareActs lets random acts happen in servers made from seed, actsPerServer in
// each, until there were cases of them: model and decide must allow the same,
// and after each act the model and eval must agree about a random question. The
// outcomes are of the acts by their kind, and of the questions.
func CompareActs(seed uint64, cases, actsPerServer int, decide Decide, eval Evaluate) (map[string]*Outcome, *Outcome) {
	r := New(seed)
	acts, questions := map[string]*Outcome{}, &Outcome{}
	for _, kind := range Kinds() {
		acts[kind] = &Outcome{}
	}
	for done := 0; done < cases; {
		s := r.Server()
		st := s.Chat()
		now := int64(1)
		for range actsPerServer {
			done++
			now += r.rand.Int64N(2 * Span / int64(actsPerServer))
			a := r.Act(s, now)
			d, err := decide(st, a.Command(), now)
			acts[a.Kind].Note(s.Do(a, now), err == nil, "%+v at %d in server %d: %v", a, now, s.ID, err)
			for _, e := range d.Events {
				st.Apply(chat.Record{Number: st.Number + 1, Time: now, Author: d.Author, Event: e})
			}
			if len(s.Members) == 0 {
				break
			}
			c := r.Case(s)
			got := eval(st, chat.UserID(c.User), chat.ChannelID(c.Channel), now).Has(Permission(SetOf(c.Permission)))
			questions.Note(s.May(c.User, c.Channel, c.Permission, now), got, "%+v at %d in server %d after %+v", c, now, s.ID, a)
		}
	}
	return acts, questions
}
