package client

import (
	"slices"
	"strings"
	"sync"

	"beep/chat"
	"beep/wire"
)

// maxNames bounds the names a client remembers; beyond it old ones make room,
// and are asked for again when needed.
const maxNames = 20_000

// State is what a Client knows: the user, the servers with their channels, the
// position in each log, and the names it has seen. The Client's Run alone
// changes it, apart from the names; everybody may read it.
type State struct {
	mu      sync.RWMutex
	ready   bool // positions are worth resuming from
	self    User
	servers map[chat.ServerID]*Server
	order   []chat.ServerID
	home    map[chat.ChannelID]chat.ServerID
	pos     wire.Positions
	names   map[chat.UserID]string

	relations map[chat.UserID]Relation
	invited   map[chat.ServerID]Invited
	nameFifo  []chat.UserID // the order in which names make room
}

func newState() *State {
	st := &State{names: map[chat.UserID]string{}}
	st.clear()
	return st
}

func (st *State) clear() {
	st.servers, st.order = map[chat.ServerID]*Server{}, nil
	st.home = map[chat.ChannelID]chat.ServerID{}
	st.relations, st.invited = map[chat.UserID]Relation{}, map[chat.ServerID]Invited{}
	st.pos = wire.Positions{Servers: map[chat.ServerID]uint64{}, Channels: map[chat.ChannelID]uint64{}}
}

// Self is the signed-in user; zero before the first Ready.
func (st *State) Self() User {
	st.mu.RLock()
	defer st.mu.RUnlock()
	return st.self
}

// Servers lists the user's servers in the order of joining.
func (st *State) Servers() []Server {
	st.mu.RLock()
	defer st.mu.RUnlock()
	out := make([]Server, 0, len(st.order))
	for _, id := range st.order {
		out = append(out, st.copyLocked(st.servers[id]))
	}
	return out
}

// Server finds one of the user's servers.
func (st *State) Server(id chat.ServerID) (Server, bool) {
	st.mu.RLock()
	defer st.mu.RUnlock()
	s, ok := st.servers[id]
	if !ok {
		return Server{}, false
	}
	return st.copyLocked(s), true
}

// Channel finds a channel in the user's servers.
func (st *State) Channel(id chat.ChannelID) (Channel, bool) {
	s, ok := st.Server(st.homeOf(id))
	if !ok {
		return Channel{}, false
	}
	for _, ch := range s.Channels {
		if ch.ID == id {
			return ch, true
		}
	}
	return Channel{}, false
}

func (st *State) homeOf(id chat.ChannelID) chat.ServerID {
	st.mu.RLock()
	defer st.mu.RUnlock()
	return st.home[id]
}

// Name is the username of id, if it was seen.
func (st *State) Name(id chat.UserID) (string, bool) {
	st.mu.RLock()
	defer st.mu.RUnlock()
	n, ok := st.names[id]
	return n, ok
}

// UserNamed is who has a username, in any case of letters, among the names that
// were seen.
func (st *State) UserNamed(name string) (chat.UserID, bool) {
	st.mu.RLock()
	defer st.mu.RUnlock()
	for id, n := range st.names {
		if strings.EqualFold(n, name) {
			return id, true
		}
	}
	return 0, false
}

// Relations lists how the user stands to others, in no order.
func (st *State) Relations() []Relation {
	st.mu.RLock()
	defer st.mu.RUnlock()
	out := make([]Relation, 0, len(st.relations))
	for _, r := range st.relations {
		out = append(out, r)
	}
	return out
}

// Invitations lists the invitations into servers that wait for an answer.
func (st *State) Invitations() []Invited {
	st.mu.RLock()
	defer st.mu.RUnlock()
	out := make([]Invited, 0, len(st.invited))
	for _, i := range st.invited {
		out = append(out, i)
	}
	return out
}

// Positions is a copy of how far the client has come in each log: every event
// up to there was handed out.
func (st *State) Positions() wire.Positions {
	st.mu.RLock()
	defer st.mu.RUnlock()
	p := wire.Positions{
		User:     st.pos.User,
		Servers:  make(map[chat.ServerID]uint64, len(st.pos.Servers)),
		Channels: make(map[chat.ChannelID]uint64, len(st.pos.Channels)),
	}
	for k, v := range st.pos.Servers {
		p.Servers[k] = v
	}
	for k, v := range st.pos.Channels {
		p.Channels[k] = v
	}
	return p
}

func (st *State) copyLocked(s *Server) Server {
	c := *s
	c.Number = st.pos.Servers[s.ID]
	c.Permissions = slices.Clone(s.Permissions)
	c.Roles, c.Recipients = slices.Clone(s.Roles), slices.Clone(s.Recipients)
	c.Channels = slices.Clone(s.Channels)
	for i := range c.Channels {
		c.Channels[i].Number = st.pos.Channels[c.Channels[i].ID]
	}
	return c
}

// position is how far log key has come; false for a log of no server of ours.
// A channel that is not known yet begins at 0: its first message may come
// before the server's log tells of it.
func (st *State) position(key chat.Key) (uint64, bool) {
	st.mu.RLock()
	defer st.mu.RUnlock()
	if key.Kind == chat.KindUser {
		return st.pos.User, chat.UserID(key.ID) == st.self.ID
	}
	if _, ok := st.servers[chat.ServerID(key.Tenant)]; !ok {
		return 0, false
	}
	if key.Kind == chat.KindServer {
		return st.pos.Servers[chat.ServerID(key.ID)], true
	}
	return st.pos.Channels[chat.ChannelID(key.ID)], true
}

// setPosition says that log key has come to n.
func (st *State) setPosition(key chat.Key, n uint64) {
	st.mu.Lock()
	defer st.mu.Unlock()
	switch key.Kind {
	case chat.KindUser:
		st.pos.User = n
	case chat.KindServer:
		st.pos.Servers[chat.ServerID(key.ID)] = n
	case chat.KindChannel:
		st.pos.Channels[chat.ChannelID(key.ID)] = n
		st.home[chat.ChannelID(key.ID)] = chat.ServerID(key.Tenant)
	}
}
