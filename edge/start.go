package edge

import (
	"context"
	"log/slog"
	"time"

	"beep/chat"
	"beep/wire"
)

// startTimeout bounds a start up to the first byte of its answer.
const startTimeout = 30 * time.Second

// start is a session that begins: identify, or resume if it has positions.
type start struct {
	s         *session
	token     string
	positions *wire.Positions
	turn      *admission // nil after the turn was given back
}

// onStart queues the session's start.
func (s *session) onStart(f wire.ClientFrame) closeCode {
	if s.phase.Load() != phaseNew {
		return closeIdentify
	}
	if f.Token == "" {
		return closeToken
	}
	st := &start{s: s, token: f.Token}
	if f.Op == wire.OpResume {
		if f.Positions == nil {
			return closeBadFrame
		}
		st.positions = f.Positions
	}
	s.intents = intents(f.Intents)
	hash := TokenHash(f.Token)
	s.g.reg.mu.Lock()
	s.token, s.secret = &hash, f.Token
	s.g.reg.mu.Unlock()
	s.ws.SetReadLimit(wire.MaxClientFrame)
	s.conn.hold()
	s.phase.Store(phaseStarting)
	if !s.g.starts.offer(st) {
		s.g.stats.refused.Add(1)
		return closeBusy
	}
	return 0
}

// intents reads what the client wants; unknown wishes are left out.
func intents(names []string) intent {
	if names == nil {
		return wantAll
	}
	var i intent
	for _, n := range names {
		switch n {
		case "messages":
			i |= wantMessages
		case "servers":
			i |= wantServers
		case "typing":
			i |= wantTyping
		case "presence":
			i |= wantPresence
		case "notifications":
			i |= wantNotifications
		}
	}
	return i
}

// run starts the session; it has a turn.
func (st *start) run() {
	s := st.s
	if s.dead.Load() {
		return
	}
	defer s.g.caught("start", func() { s.close(closeFault) })
	if code := st.open(); code != 0 {
		s.close(code)
		return
	}
	now := s.g.now().UnixMilli()
	s.heard.Store(now)
	s.vouched.Store(now)
	s.phase.Store(phaseLive)
}

// open authenticates, attaches the session to its hubs and answers. It returns
// the code to close with, 0 if the session is live.
func (st *start) open() closeCode {
	s, g := st.s, st.s.g
	ctx, cancel := context.WithTimeout(&s.ctx, startTimeout)
	defer cancel()
	user, err := g.cfg.Auth.Authenticate(ctx, st.token)
	if err != nil {
		return st.refused(err)
	}
	if !g.reg.own(s, user) {
		return closeSockets
	}
	// CloseUser finds the session from here on. What was revoked between the
	// answer and now it has missed; so the question is put again.
	if _, err := g.cfg.Auth.Authenticate(ctx, st.token); err != nil {
		return st.refused(err)
	}
	close(s.known)
	own := st.attach(chat.UserKey(user), nil)
	self := own.await(ctx)
	if self.err != nil {
		return st.fault("open user", self.err)
	}
	if g.cfg.Exempt != nil && g.cfg.Exempt(self.user.Username) {
		s.exempt.Store(true)
	}
	servers, err := st.servers(ctx, self.user)
	if err != nil {
		return st.fault("open server", err)
	}
	if st.positions != nil {
		return st.resume(self, servers)
	}
	s.conn.release(readyMessage(self.user, servers))
	g.stats.identified.Add(1)
	return 0
}

// servers attaches the session to the servers and conversations that its user's log
// names. Where one does not know him, his actor is told to look into it.
func (st *start) servers(ctx context.Context, u *chat.User) ([]attached, error) {
	asked := make([]*attach, 0, len(u.Servers)+len(u.Directs))
	for _, id := range u.Servers {
		asked = append(asked, st.attach(chat.ServerKey(id), u.Read))
	}
	for i := range u.Directs {
		asked = append(asked, st.attach(chat.ServerKey(u.Directs[i].ServerID), u.Read))
	}
	servers := make([]attached, 0, len(asked))
	for _, a := range asked {
		r := a.await(ctx)
		if r.err != nil && !r.absent {
			return nil, r.err
		}
		if r.absent {
			st.s.g.cfg.Users.CheckMembership(u.ID, chat.ServerID(a.key.ID))
		}
		servers = append(servers, r)
	}
	return servers, nil
}

// refused is the code for a token that was not accepted.
func (st *start) refused(err error) closeCode {
	if chat.Is(err, chat.Unauthenticated) {
		return closeToken
	}
	return st.fault("authenticate", err)
}

// attach asks a hub to take the session in.
func (st *start) attach(key chat.Key, read map[chat.ChannelID]chat.ReadPosition) *attach {
	a := &attach{s: st.s, key: key, read: read, positions: st.positions, reply: make(chan attached, 1)}
	if st.s.joinsHub(key.Tenant) {
		st.s.g.attach(a)
	}
	return a
}

// fault notes why a session could not start; the client comes back.
func (st *start) fault(what string, err error) closeCode {
	if g := st.s.g; st.s.ctx.Err() == nil && g.complains(&g.logs.starts) {
		g.logger.Warn("session could not start", slog.String("act", what), slog.Any("error", err))
	}
	return closeFault
}
