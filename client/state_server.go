package client

import (
	"encoding/json"
	"slices"

	"beep/chat"
)

// applyOther folds the records that have no type of their own.
func (st *State) applyOther(r Record) {
	kind := kindOf(r.Name)
	e := kind.New()
	if e == nil || json.Unmarshal(r.Data, e) != nil {
		return
	}
	if s := st.servers[r.Server()]; s != nil {
		st.applyServer(s, r, e)
		return
	}
	switch e := e.(type) {
	case *chat.RelationChanged:
		st.nameLocked(e.UserID, e.Username)
		if e.State == chat.Strangers {
			delete(st.relations, e.UserID)
		} else {
			st.relations[e.UserID] = Relation{e.UserID, e.Username, e.State, r.Time}
		}
	case *chat.ServerInvited:
		st.invited[e.ServerID] = *e
	case *chat.ServerInvitationEnded:
		delete(st.invited, e.ServerID)
	}
}

func kindOf(name string) chat.EventKind {
	for _, k := range chat.EventKinds() {
		if k.Name() == name {
			return k
		}
	}
	return 0
}

// applyServer folds a record of a server's own log.
func (st *State) applyServer(s *Server, r Record, event chat.Event) {
	switch e := event.(type) {
	case *chat.ServerUpdated:
		s.Name, s.Description, s.Visibility = e.Name, e.Description, e.Visibility
		s.Picture, s.Banner, s.Version = e.Picture, e.Banner, r.Number
	case *chat.OwnershipTransferred:
		s.OwnerID = e.To
	case *chat.ChannelUpdated:
		for i := range s.Channels {
			if c := &s.Channels[i]; c.ID == e.ID {
				c.Name, c.Topic, c.ParentID = e.Name, e.Topic, e.ParentID
				c.Position, c.SlowMode, c.Archived, c.Version = e.Position, e.SlowMode, e.Archived, r.Number
			}
		}
		sortChannels(s.Channels)
	case *chat.ChannelDeleted:
		st.hideLocked(s, append(e.With, e.ID))
	case *chat.RoleCreated:
		for i := range s.Roles {
			if s.Roles[i].Position >= e.Position {
				s.Roles[i].Position++
			}
		}
		s.Roles = append(s.Roles, chat.Role{
			ID: e.ID, Name: e.Name, Color: e.Color, Position: e.Position, Permissions: e.Permissions,
			Mentionable: e.Mentionable, Version: r.Number,
		})
	case *chat.RoleUpdated:
		for i := range s.Roles {
			if o := &s.Roles[i]; o.ID == e.ID {
				o.Name, o.Color, o.Permissions, o.Mentionable, o.Version = e.Name, e.Color, e.Permissions, e.Mentionable, r.Number
			}
		}
	case *chat.RoleDeleted:
		s.Roles = slices.DeleteFunc(s.Roles, func(o chat.Role) bool { return o.ID == e.ID })
	case *chat.RolesOrdered:
		for i := range s.Roles {
			if at := slices.Index(e.Order, s.Roles[i].ID); at >= 0 {
				s.Roles[i].Position = at + 1
			}
		}
	case *chat.MemberKicked, *chat.MemberBanned:
		s.Members = max(s.Members-1, 0)
	}
}

// view takes in what the user may see and do from now on. It answers with the
// channels that it takes away.
func (st *State) view(f *Frame) (hidden []Channel) {
	st.mu.Lock()
	defer st.mu.Unlock()
	s := st.servers[f.ServerID]
	if s == nil {
		return nil
	}
	for _, ch := range s.Channels {
		if slices.Contains(f.Hide, ch.ID) {
			hidden = append(hidden, ch)
		}
	}
	if f.Permissions != nil {
		s.Permissions = f.Permissions
	}
	if f.Member != nil {
		s.Member = *f.Member
	}
	if f.Whole {
		for i := range s.Channels {
			s.Channels[i].Rights = nil
		}
	}
	st.hideLocked(s, f.Hide)
	for _, ch := range f.Show {
		ch.ServerID = s.ID
		s.Channels = slices.DeleteFunc(s.Channels, func(c Channel) bool { return c.ID == ch.ID })
		s.Channels = append(s.Channels, ch)
		st.home[ch.ID], st.pos.Channels[ch.ID] = s.ID, ch.Number
	}
	for _, r := range f.Rights {
		for i := range s.Channels {
			if s.Channels[i].ID == r.ID {
				s.Channels[i].Rights = r.Rights
			}
		}
	}
	sortChannels(s.Channels)
	return hidden
}

// hideLocked forgets channels with their positions.
func (st *State) hideLocked(s *Server, ids []chat.ChannelID) {
	if len(ids) == 0 {
		return
	}
	s.Channels = slices.DeleteFunc(s.Channels, func(c Channel) bool { return slices.Contains(ids, c.ID) })
	for _, id := range ids {
		delete(st.home, id)
		delete(st.pos.Channels, id)
	}
}
