package permmodel

import "maps"

// Translate is a copy of the server under other identifiers. A test that builds
// a generated server over real connections, where Beep gives the identifiers,
// goes on with the model of what it has built. An identifier that ids does not
// have stays as it is.
func (s *Server) Translate(ids map[uint64]uint64) *Server {
	to := func(id uint64) uint64 {
		if other, ok := ids[id]; ok {
			return other
		}
		return id
	}
	c := &Server{
		ID: to(s.ID), Direct: s.Direct, Owner: to(s.Owner), Roles: map[uint64]*Role{}, Channels: map[uint64]*Channel{},
		Members: map[uint64]*Member{}, Banned: translated(s.Banned, to), Silenced: translated(s.Silenced, to),
	}
	for id, r := range s.Roles {
		c.Roles[to(id)] = &Role{Rank: r.Rank, Rights: maps.Clone(r.Rights)}
	}
	for id, ch := range s.Channels {
		c.Channels[to(id)] = &Channel{
			Type: ch.Type, Parent: to(ch.Parent), Creator: to(ch.Creator),
			Roles: translated(ch.Roles, to), Members: translated(ch.Members, to),
		}
	}
	for id, m := range s.Members {
		c.Members[to(id)] = &Member{Nickname: m.Nickname, Roles: translated(m.Roles, to), MutedUntil: m.MutedUntil}
	}
	return c
}

func translated[V any](m map[uint64]V, to func(uint64) uint64) map[uint64]V {
	c := make(map[uint64]V, len(m))
	for id, v := range m {
		c[to(id)] = v
	}
	return c
}
