package permmodel

import (
	"maps"
	"slices"

	"beep/chat"
)

// Events is the server as the log would tell it, in an order that builds it.
func (s *Server) Events() []chat.Event {
	events := []chat.Event{&chat.ServerCreated{
		ID: chat.ServerID(s.ID), Kind: s.kind(), Name: "matrix", Visibility: chat.Public, OwnerID: chat.UserID(s.Owner),
		Everyone: Permission(s.Roles[s.ID].Rights),
	}}
	for _, id := range s.ByRank() {
		role := s.Roles[id]
		events = append(events, &chat.RoleCreated{ID: chat.RoleID(id), Position: role.Rank, RoleSettings: chat.RoleSettings{
			Name: "role", Permissions: chat.Rights(Permission(role.Rights)),
		}})
	}
	for _, id := range sorted(s.Members) {
		events = append(events, s.memberEvents(id)...)
	}
	for _, id := range sorted(s.Channels) {
		c := s.Channels[id]
		events = append(events, &chat.ChannelCreated{
			ID: chat.ChannelID(id), ServerID: chat.ServerID(s.ID), Name: "channel", Type: chat.ChannelType(c.Type),
			ParentID: chat.ChannelID(c.Parent), Overrides: c.overrides(id),
		})
	}
	return events
}

func (s *Server) kind() chat.ServerKind {
	if s.Direct {
		return chat.DirectOfGroup
	}
	return chat.ServerOfMembers
}

func (s *Server) memberEvents(id uint64) []chat.Event {
	m, u := s.Members[id], chat.UserID(id)
	events := []chat.Event{&chat.MemberJoined{UserID: u, Username: "member"}}
	if m.MutedUntil != 0 {
		events = append(events, &chat.MemberMuted{UserID: u, Until: m.MutedUntil})
	}
	if len(m.Roles) > 0 {
		var roles []chat.RoleID
		for _, r := range sorted(m.Roles) {
			roles = append(roles, chat.RoleID(r))
		}
		events = append(events, &chat.MemberRolesChanged{UserID: u, Added: roles})
	}
	return events
}

func (c *Channel) overrides(id uint64) []chat.Override {
	var list []chat.Override
	for _, r := range sorted(c.Roles) {
		list = append(list, c.Roles[r].chat(id, r, 0))
	}
	for _, u := range sorted(c.Members) {
		list = append(list, c.Members[u].chat(id, 0, u))
	}
	return list
}

// chat is an override of a role or a member in package chat's words.
func (o Override) chat(channel, role, user uint64) chat.Override {
	return chat.Override{
		ID: role + user, ChannelID: chat.ChannelID(channel), RoleID: chat.RoleID(role), MemberID: chat.UserID(user),
		Allow: chat.Rights(Permission(o.Allow)), Deny: chat.Rights(Permission(o.Deny)),
	}
}

// Chat is the server as package chat knows it: folded from Events, as one to
// whom nothing has happened since it was made.
func (s *Server) Chat() *chat.Server {
	st := chat.NewServer()
	for _, e := range s.Events() {
		st.Apply(chat.Record{Number: st.Number + 1, Time: 1, Author: chat.UserID(s.Owner), Event: e})
	}
	return st
}

// ByRank lists the roles but everyone, the lowest first.
func (s *Server) ByRank() []uint64 {
	ids := slices.DeleteFunc(slices.Collect(maps.Keys(s.Roles)), func(id uint64) bool { return id == s.ID })
	slices.SortFunc(ids, func(a, b uint64) int { return s.Roles[a].Rank - s.Roles[b].Rank })
	return ids
}

// Permission is a set in package chat's words. A name it does not know is a
// mistake of this package.
func Permission(s Set) chat.Permission {
	p, err := chat.ParsePermissions("permmodel", slices.Collect(maps.Keys(s)))
	if err != nil {
		panic(err)
	}
	return p
}
