package actors

import (
	"context"
	"encoding/json"

	"beep/chat"
	"beep/cluster"
)

// user is the behaviour of a user's actor: his log, and his send window.
type user struct {
	a      *shell
	st     *chat.User
	window chat.SendWindow
	exempt bool
	beside *beside
	// waiting are the calls to be answered when a join or departure concludes.
	waiting map[membership][]*cluster.Call
	// pairs is what is under way with others, by the other.
	pairs map[chat.UserID]*pairWork
	// sending is how many sends are on their way to channels.
	sending int
}

func newUser(a *shell) behaviour {
	return &user{
		a: a, st: chat.NewUser(), beside: newBeside(a.cfg.Place),
		waiting: map[membership][]*cluster.Call{}, pairs: map[chat.UserID]*pairWork{},
	}
}

// begin takes over what the last owner had begun: the window's last ten
// seconds, and joins and friendships whose outcome is not in the log.
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
	for _, a := range u.st.Adding {
		u.askToAdd(membership{server: a.ServerID, add: a.User.UserID})
	}
	for peer := range u.st.Pairs {
		u.carry(peer)
	}
	return nil
}

func (u *user) end() { u.beside.end() }

func (u *user) fail(err error) {
	u.a.wins.leave(chat.UserID(u.a.key.ID), &u.window, u.a.cfg.Now())
	for m := range u.waiting {
		u.conclude(m, err)
	}
	for _, w := range u.pairs {
		w.release(err)
	}
}

func (u *user) idle() bool {
	return u.sending == 0 && len(u.waiting) == 0 && len(u.st.Pending) == 0 && len(u.st.Adding) == 0 && len(u.pairs) == 0 &&
		u.window.Empty(u.a.cfg.Now().UnixMilli())
}

func (u *user) number() uint64               { return u.st.Number }
func (u *user) encode() ([]byte, error)      { return json.Marshal(u.st) }
func (u *user) committed([]chat.Record) bool { return true }

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

// handle takes what is a matter of other logs: sends, which pass the user's window
// on the way to the channel, and a look at whether he still is a member.
func (u *user) handle(call *cluster.Call) bool {
	switch c := call.Command.(type) {
	case *chat.SendMessage:
		u.send(call, c)
	case *chat.CheckMembership:
		u.check(call, c)
	default:
		return false
	}
	return true
}

func (u *user) decide(call *cluster.Call) (chat.Decision, error) {
	if c, ok := call.Command.(*chat.Relate); ok && u.park(call, c) {
		return chat.Decision{}, errParked
	}
	return u.st.Decide(call.Command, u.a.cfg.Now().UnixMilli())
}

// answer keeps the callers of what other logs take part in until those have spoken.
func (u *user) answer(call *cluster.Call, recs []chat.Record, reply any) (any, bool) {
	switch c := call.Command.(type) {
	case *chat.StartJoin:
		return u.await(call, membership{server: c.Server}, recs)
	case *chat.StartLeave:
		return u.await(call, membership{server: c.Server, leave: true}, recs)
	case *chat.StartAddRecipient:
		return u.awaitAdding(call, membership{server: c.Server, add: c.Friend}, recs)
	case *chat.JoinDirect:
		if refusal, ok := reply.(*chat.Error); ok {
			u.decline(call, c, refusal)
			return nil, false
		}
	case *chat.Relate:
		return u.awaitPair(call, c, recs)
	case *chat.FinishPair:
		u.finished(c)
	}
	return committedOr(recs, reply), true
}
