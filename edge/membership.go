package edge

import (
	"maps"
	"slices"
	"time"

	"beep/chat"
)

const (
	// doubtAfter is how long a user's log may say that he is a member of a server
	// that does not know him before his actor is told to look into it, once per
	// session: either log may be late.
	doubtAfter = 5 * time.Second
	// maxDoubts bounds those of one server that are looked into at a tick: when it
	// was deleted, all who are connected may be among them.
	maxDoubts = 64
)

// change is something of a user's own log that his sessions are to follow in the
// hub of a server.
type change struct {
	server chat.ServerID
	kind   changeKind
	read   map[chat.ChannelID]chat.ReadPosition // of a server joined; nobody changes it
}

type changeKind uint8

const (
	changeLeft changeKind = iota
	changeJoined
	changeLevels // what he wants to be notified of
)

// fold applies a record of the hub's own log, which was just emitted, and lets
// the sessions it concerns follow.
func (h *hub) fold(rec chat.Record) {
	if h.user != nil {
		h.foldUser(rec)
		return
	}
	switch e := rec.Event.(type) {
	case *chat.MemberJoined:
		h.server.Number = rec.Number
		h.joined(e.UserID)
	case *chat.MemberLeft, *chat.MemberKicked, *chat.MemberBanned, *chat.MemberUnbanned, *chat.MemberMuted,
		*chat.MemberRenamed, *chat.MemberRolesChanged,
		*chat.InvitationCreated, *chat.InvitationRevoked, *chat.InvitationUsed:
		h.server.Number = rec.Number // the copy knows about people
	default:
		h.cards = serverCards{}
		h.server.Apply(rec)
	}
}

// foldUser applies a record of a user's log.
func (h *hub) foldUser(rec chat.Record) {
	h.user.Apply(rec)
	switch e := rec.Event.(type) {
	case *chat.ServerJoined:
		h.change(change{server: e.ServerID, kind: changeJoined, read: h.readIn(e.ServerID)})
	case *chat.DirectJoined:
		h.change(change{server: e.ServerID, kind: changeJoined, read: h.readIn(e.ServerID)})
	case *chat.ServerLeft:
		h.setPrefs()
		h.change(change{server: e.ServerID})
	case *chat.DirectLeft:
		h.setPrefs()
		h.change(change{server: e.ServerID})
	case *chat.NotificationLevelSet:
		h.setPrefs()
		h.change(change{server: e.ServerID, kind: changeLevels})
	case *chat.NotificationsSnoozed:
		h.setPrefs()
	case *chat.RelationChanged:
		h.setPrefs()
		if e.State == chat.RequestReceived {
			h.notifyUser(notifyFriend, 0, e.UserID, rec)
		}
	case *chat.ServerInvited:
		h.notifyUser(notifyInvitation, e.ServerID, e.By, rec)
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

// retry takes in those of whom our copy of the server has heard meanwhile, and
// doubts some of those of whom it has not. It reports whether somebody still waits.
func (h *hub) retry() bool {
	var doubtful []chat.UserID
	now := h.w.g.now()
	for s, a := range h.wanting {
		switch g := h.srv.Grant(s.who(), 0); {
		case g.Member && g.ServerNumber >= h.own.next-1:
			h.attach(a)
		case !g.Member && !a.doubted && now.Sub(a.since) >= doubtAfter && len(doubtful) < maxDoubts:
			a.doubted = true
			doubtful = append(doubtful, s.who())
		}
	}
	if len(doubtful) > 0 {
		h.doubt(doubtful)
	}
	return len(h.wanting) > 0
}

// doubt has users' actors look whether they still are members here: what should
// have told their logs that they are not may be lost.
func (h *hub) doubt(users []chat.UserID) {
	g, id := h.w.g, chat.ServerID(h.key.ID)
	g.load(func() {
		defer g.caught("doubt", nil)
		for _, u := range users {
			g.cfg.Users.CheckMembership(u, id)
		}
	})
}

// reshow tells every session the server anew, after records that nobody saw.
func (h *hub) reshow() {
	h.flush()
	for _, g := range h.groups {
		if g.sees&seesOwn == 0 {
			continue
		}
		shared := h.appendShared([]byte(serverFrameHead), g.key.rights, map[chat.ChannelID]chat.ReadPosition{})
		shared = append(shared, ',')
		for _, s := range g.sessions {
			b := h.appendMember(shared[:len(shared):len(shared)], s.who())
			s.conn.tell(textMessage(append(b, "}}"...)))
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
		switch {
		case c.kind == changeLeft:
			s.g.worker(key.Tenant).do(func(w *worker) { w.detach(key.Tenant, s, true) })
		case c.kind == changeLevels:
			s.g.worker(key.Tenant).do(func(w *worker) { w.relisten(key.Tenant, s) })
		case s.joinsHub(key.Tenant):
			s.g.attach(&attach{s: s, key: key, read: c.read, live: true})
		}
	}
}

// copyUser is a copy of a user's state that nobody else changes.
func copyUser(u *chat.User) *chat.User {
	c := *u
	c.Servers, c.Directs = slices.Clone(u.Servers), slices.Clone(u.Directs)
	c.Read, c.Relations = maps.Clone(u.Read), maps.Clone(u.Relations)
	c.Invited, c.Levels = maps.Clone(u.Invited), maps.Clone(u.Levels)
	c.Pending, c.Pairs, c.Adding = nil, nil, nil
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
