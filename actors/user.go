package actors

import (
	"context"
	"encoding/json"
	"time"

	"beep/chat"
	"beep/cluster"
)

// joinRetry is how long a user's actor waits before it asks a server again that
// could not answer.
const joinRetry = time.Second

// user is the behaviour of a user's actor: his log, and his send window.
type user struct {
	a      *shell
	st     *chat.User
	window chat.SendWindow
	exempt bool
	// waiting are the calls to be answered when a join or departure concludes.
	waiting map[membership][]*cluster.Call
	// sending is how many sends are on their way to channels.
	sending int
}

// membership is a join of a server, or a departure from it.
type membership struct {
	server chat.ServerID
	leave  bool
}

func newUser(a *shell) behaviour {
	return &user{a: a, st: chat.NewUser(), waiting: map[membership][]*cluster.Call{}}
}

// begin takes over what the last owner had begun: the window's last ten
// seconds, and joins whose outcome is not in the log.
func (u *user) begin(context.Context) error {
	if u.a.cfg.RecentSends != nil {
		for _, at := range u.a.cfg.RecentSends(chat.UserID(u.a.key.ID)) {
			u.window.Seed(at)
		}
	}
	for _, at := range u.a.wins.take(chat.UserID(u.a.key.ID)) {
		u.window.Seed(at)
	}
	u.exempt = u.a.cfg.WindowExempt != nil && u.st.Exists() && u.a.cfg.WindowExempt(u.st.Username)
	for id := range u.st.Pending {
		u.ask(id)
	}
	return nil
}

func (u *user) end() {}

func (u *user) fail(err error) {
	u.a.wins.leave(chat.UserID(u.a.key.ID), &u.window, u.a.cfg.Now())
	for m := range u.waiting {
		u.conclude(m, err)
	}
}

func (u *user) idle() bool {
	return u.sending == 0 && len(u.waiting) == 0 && len(u.st.Pending) == 0 && u.window.Empty(u.a.cfg.Now().UnixMilli())
}

func (u *user) number() uint64          { return u.st.Number }
func (u *user) encode() ([]byte, error) { return json.Marshal(u.st) }
func (u *user) committed([]chat.Record) {}

func (u *user) apply(rec chat.Record) {
	u.st.Apply(rec)
	if e, ok := rec.Event.(*chat.UserRegistered); ok {
		u.exempt = u.a.cfg.WindowExempt != nil && u.a.cfg.WindowExempt(e.Username)
	}
}

func (u *user) restore(state []byte) error {
	u.st = chat.NewUser()
	if state == nil {
		return nil
	}
	if err := json.Unmarshal(state, u.st); err != nil {
		return err
	}
	u.st.Restore()
	return nil
}

func (u *user) decide(call *cluster.Call) (chat.Decision, error) {
	return u.st.Decide(call.Command, u.a.cfg.Now().UnixMilli())
}

// answer keeps the callers of joins and departures until the server has spoken.
func (u *user) answer(call *cluster.Call, recs []chat.Record, reply any) (any, bool) {
	switch c := call.Command.(type) {
	case *chat.StartJoin:
		return u.await(call, membership{c.Server, false}, recs)
	case *chat.StartLeave:
		return u.await(call, membership{c.Server, true}, recs)
	}
	return committedOr(recs, reply), true
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
	var cmd chat.Command
	switch {
	case p.Leave:
		cmd = &chat.RemoveMember{User: u.st.ID}
	case p.Create != nil:
		cmd = &chat.CreateServer{
			ID: id, Name: p.Create.Name, Description: p.Create.Description, Visibility: p.Create.Visibility,
			Owner: u.st.ID, OwnerName: u.st.Username, FirstChannel: p.Create.ChannelID, FirstChanName: p.Create.ChannelName,
		}
	default:
		cmd = &chat.AddMember{User: u.st.ID, Username: u.st.Username}
	}
	cell, m := u.a.cell, membership{id, p.Leave}
	u.a.cfg.Place.Tell(chat.ServerKey(id), cmd, func(_ any, err error) { cell.Send(serverAnswered{m, err}) })
}

// serverAnswered is a server's word on a pending join or departure.
type serverAnswered struct {
	m   membership
	err error
}

// askAgain repeats a question the server could not answer.
type askAgain struct{ id chat.ServerID }

func (a *shell) onServerAnswered(m serverAnswered) {
	u, ok := a.b.(*user)
	if !ok || a.dead != nil {
		return
	}
	if k := chat.KindOf(m.err); m.err != nil && (k == chat.Unavailable || k == chat.Internal || k == chat.Fenced) {
		u.conclude(m.m, m.err) // the caller may ask again; the log remembers
		cell := a.cell
		time.AfterFunc(joinRetry, func() { cell.Send(askAgain{m.m.server}) })
		return
	}
	cell := a.cell
	cell.SendSelf(&chat.FinishJoin{Server: m.m.server, Refused: m.err != nil}, func(_ any, err error) {
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
	if u, ok := a.b.(*user); ok && a.dead == nil {
		u.ask(m.id)
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
