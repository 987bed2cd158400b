package edge

import (
	"maps"
	"slices"

	"beep/chat"
	"beep/wire"
)

// change is a change of membership that a session is to follow.
type change struct {
	server chat.ServerID
	joined bool
	read   map[chat.ChannelID]chat.ReadPosition // of a server joined; nobody changes it
}

// fold applies a record of the hub's own log, which was just emitted, and lets
// the sessions it concerns follow.
func (h *hub) fold(rec chat.Record) {
	if h.user != nil {
		h.user.Apply(rec)
		switch e := rec.Event.(type) {
		case *chat.ServerJoined:
			h.change(change{server: e.ServerID, joined: true, read: h.readIn(e.ServerID)})
		case *chat.ServerLeft:
			h.change(change{server: e.ServerID})
		}
		return
	}
	h.cards = serverCards{}
	switch e := rec.Event.(type) {
	case *chat.MemberJoined:
		h.members++
		h.server.Number = rec.Number
		h.joined(e.UserID)
	case *chat.MemberLeft:
		h.members--
		h.server.Number = rec.Number
		h.left(e.UserID)
	default:
		h.server.Apply(rec)
	}
}

// readIn copies how far the user has read in the channels of a server.
func (h *hub) readIn(id chat.ServerID) map[chat.ChannelID]chat.ReadPosition {
	var read map[chat.ChannelID]chat.ReadPosition
	for ch, pos := range h.user.Read {
		if pos.ServerID == id {
			if read == nil {
				read = map[chat.ChannelID]chat.ReadPosition{}
			}
			read[ch] = pos
		}
	}
	return read
}

// change tells every session of the user to follow.
func (h *hub) change(c change) {
	for _, g := range h.groups {
		for _, s := range g.sessions {
			s.follow(c)
		}
	}
}

// joined takes the sessions in that waited for their user to be a member.
func (h *hub) joined(u chat.UserID) {
	for _, a := range h.wanting {
		if a.s.who() == u {
			h.attach(a)
		}
	}
}

// retry takes in those of whom our copy of the server has heard meanwhile. It
// reports whether somebody still waits.
func (h *hub) retry() bool {
	for s, a := range h.wanting {
		if g := h.srv.Grant(s.who(), 0); g.Member && g.ServerNumber >= h.own.next-1 {
			h.attach(a)
		}
	}
	return len(h.wanting) > 0
}

// left turns the sessions of a former member out. They are remembered until the
// user's own log says so too, in case he comes back first.
func (h *hub) left(u chat.UserID) {
	if h.people == nil || !h.people.here(u) {
		return
	}
	h.flush()
	for s := range h.seats {
		if s.who() == u {
			h.want(&attach{s: s, key: h.key, live: true})
		}
	}
}

// reseat puts every session where the node's copy of the server says that it
// belongs, after records that nobody saw: former members leave, others are told
// the server anew with what they may do now.
func (h *hub) reseat() {
	seated := make([]*session, 0, len(h.seats))
	for s := range h.seats {
		seated = append(seated, s)
	}
	for _, s := range seated {
		grant := h.srv.Grant(s.who(), 0)
		if !grant.Member {
			h.want(&attach{s: s, key: h.key, live: true})
		} else if h.seats[s].group.key.rights != grant.Permissions {
			h.rise(s)
			h.sit(s, grant.Permissions)
		}
	}
	for _, g := range h.groups {
		if g.sees&seesOwn != 0 {
			h.w.g.tell(g.sessions, textMessage(h.serverFrame(g.key.rights, nil)))
		}
	}
}

// follow carries a change out, after those before it, without waiting.
func (s *session) follow(c change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes = append(s.changes, c)
	if !s.changer {
		s.changer = s.g.spawn(s.carryOut)
	}
}

// carryOut is the goroutine that follows changes, as long as there are any.
func (s *session) carryOut() {
	defer s.g.caught("change", func() { s.close(closeFault) })
	for {
		s.mu.Lock()
		if len(s.changes) == 0 {
			s.changes, s.changer = nil, false
			s.mu.Unlock()
			return
		}
		c := s.changes[0]
		s.changes = s.changes[1:]
		s.mu.Unlock()
		key := chat.ServerKey(c.server)
		if !c.joined {
			s.g.worker(key.Tenant).do(func(w *worker) { w.detach(key.Tenant, s, true) })
		} else if s.joinsHub(key.Tenant) {
			s.g.attach(&attach{s: s, key: key, read: c.read, live: true})
		}
	}
}

// createdChannel is the channel that a record creates, 0 if none.
func createdChannel(r *wire.Record) chat.ChannelID {
	if r.Kind != chat.KindChannelCreated || r.Err != nil {
		return 0
	}
	rec, err := wire.DecodeEvent(r)
	if err != nil {
		return 0
	}
	return rec.Event.(*chat.ChannelCreated).ID
}

// copyUser is a copy of a user's state that nobody else changes.
func copyUser(u *chat.User) *chat.User {
	c := *u
	c.Servers = slices.Clone(u.Servers)
	c.Read = maps.Clone(u.Read)
	c.Pending = nil
	return &c
}

// serverGone is the frame that a server is no longer to be seen.
func serverGone(id chat.ServerID) []byte {
	return textMessage(appendServerGone(nil, id))
}

func appendServerGone(b []byte, id chat.ServerID) []byte {
	b = append(b, `{"op":"server_gone","s":"`...)
	b = append(b, id.String()...)
	return append(b, `"}`...)
}
