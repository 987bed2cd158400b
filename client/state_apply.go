package client

import (
	"cmp"
	"slices"

	"beep/chat"
)

// reset replaces everything by what ready tells. It answers with a Resync for
// each channel that moved while the client could not resume.
func (st *State) reset(f *Frame) []Resync {
	st.mu.Lock()
	defer st.mu.Unlock()
	before, had := st.pos.Channels, st.ready
	st.clear()
	st.ready = true
	st.self = f.Self.User
	for _, r := range f.Self.Relations {
		st.relations[r.UserID] = r
		st.nameLocked(r.UserID, r.Username)
	}
	for _, i := range f.Self.Invitations {
		st.invited[i.ServerID] = i
	}
	st.pos.User = f.Self.Number
	st.nameLocked(f.Self.ID, f.Self.Username)
	var lost []Resync
	for i := range f.Servers {
		s := f.Servers[i]
		st.adoptLocked(s)
		for _, ch := range s.Channels {
			if n, ok := before[ch.ID]; had && ok && n != ch.Number {
				lost = append(lost, Resync{chat.ChannelKey(s.ID, ch.ID), ch.Number})
			}
		}
	}
	return lost
}

// adopt takes in a server frame, which replaces what was known of the server.
// It answers with a Resync for each channel that it moves.
func (st *State) adopt(s Server) []Resync {
	st.mu.Lock()
	defer st.mu.Unlock()
	var lost []Resync
	for _, ch := range s.Channels {
		if n, ok := st.pos.Channels[ch.ID]; ok && n != ch.Number {
			lost = append(lost, Resync{chat.ChannelKey(s.ID, ch.ID), ch.Number})
		}
	}
	at := slices.Index(st.order, s.ID)
	st.forgetLocked(s.ID)
	st.adoptLocked(s)
	if at >= 0 { // it keeps its place
		st.order = slices.Insert(st.order[:len(st.order)-1], at, s.ID)
	}
	return lost
}

func (st *State) adoptLocked(s Server) {
	s.Channels = slices.Clone(s.Channels)
	for _, r := range s.Recipients {
		st.nameLocked(r.UserID, r.Username)
	}
	if _, ok := st.servers[s.ID]; !ok {
		st.order = append(st.order, s.ID)
	}
	st.servers[s.ID] = &s
	st.pos.Servers[s.ID] = s.Number
	for i := range s.Channels {
		s.Channels[i].ServerID = s.ID
		st.home[s.Channels[i].ID] = s.ID
		st.pos.Channels[s.Channels[i].ID] = s.Channels[i].Number
	}
	sortChannels(s.Channels)
}

// forget drops a server with its positions.
func (st *State) forget(id chat.ServerID) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.forgetLocked(id)
}

func (st *State) forgetLocked(id chat.ServerID) {
	delete(st.servers, id)
	delete(st.pos.Servers, id)
	st.order = slices.DeleteFunc(st.order, func(s chat.ServerID) bool { return s == id })
	for ch, home := range st.home {
		if home == id {
			delete(st.home, ch)
			delete(st.pos.Channels, ch)
		}
	}
}

// apply folds an event into the state. Doing it twice changes nothing more than
// doing it once, but for a count of members.
func (st *State) apply(e Event) {
	st.mu.Lock()
	defer st.mu.Unlock()
	switch e := e.(type) {
	case ChannelCreated:
		s := st.servers[e.Server()]
		if s == nil || slices.ContainsFunc(s.Channels, func(c Channel) bool { return c.ID == e.Created.ID }) {
			return
		}
		s.Channels = append(s.Channels, Channel{Channel: e.Created})
		sortChannels(s.Channels)
		st.home[e.Created.ID] = s.ID
		if _, ok := st.pos.Channels[e.Created.ID]; !ok {
			st.pos.Channels[e.Created.ID] = 0
		}
	case MemberJoined:
		st.nameLocked(e.UserID, e.Username)
		if s := st.servers[e.Server()]; s != nil {
			s.Members++
		}
	case MemberLeft:
		if s := st.servers[e.Server()]; s != nil && s.Members > 0 {
			s.Members--
		}
	case MemberGone:
		if s := st.servers[e.Server]; s != nil && s.Members > 0 {
			s.Members--
		}
	case ReadMoved:
		st.readLocked(e.ServerID, e.ChannelID, e.Seq)
	case Other:
		st.applyOther(e.Record)
	}
}

func (st *State) readLocked(server chat.ServerID, channel chat.ChannelID, seq uint64) {
	s := st.servers[server]
	if s == nil {
		return
	}
	for i := range s.Channels {
		if s.Channels[i].ID == channel {
			s.Channels[i].Read = seq
		}
	}
}

// learn remembers a name.
func (st *State) learn(id chat.UserID, name string) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.nameLocked(id, name)
}

func (st *State) nameLocked(id chat.UserID, name string) {
	if id == 0 || name == "" {
		return
	}
	if _, ok := st.names[id]; !ok {
		if len(st.nameFifo) >= maxNames {
			delete(st.names, st.nameFifo[0])
			st.nameFifo = st.nameFifo[1:]
		}
		st.nameFifo = append(st.nameFifo, id)
	}
	st.names[id] = name
}

func sortChannels(chs []Channel) {
	slices.SortStableFunc(chs, func(a, b Channel) int {
		return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(a.ID, b.ID))
	})
}
