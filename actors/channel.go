package actors

import (
	"context"
	"encoding/json"

	"beep/chat"
	"beep/cluster"
	"beep/tenant"
)

// channel is the behaviour of a channel's actor.
type channel struct {
	a      *shell
	id     chat.ChannelID
	st     *chat.Timeline
	tenant *tenant.Server
	env    chat.Environment // what of it is the same for every command
	old    *oldMessages
}

func newChannel(a *shell) behaviour {
	id := chat.ChannelID(a.key.ID)
	c := &channel{a: a, id: id, st: chat.NewTimeline(id), old: newOldMessages()}
	c.env = chat.Environment{HasRole: c.hasRole, Mentionable: c.mentionable, MayUser: c.mayUser}
	return c
}

// begin takes hold of the server's copy, which says who may do what here. A
// channel its server does not know has no actor.
func (c *channel) begin(ctx context.Context) error {
	t, err := c.a.cfg.Tenants.Acquire(ctx, chat.ServerID(c.a.key.Tenant))
	if err != nil {
		return err
	}
	known := false
	t.Read(func(st *chat.Server) { _, known = st.Channel(c.id) })
	if !known {
		t.Release()
		return noSuchChannel("open channel")
	}
	c.tenant = t
	return nil
}

func (c *channel) end() {
	if c.tenant != nil {
		c.tenant.Release()
		c.tenant = nil
	}
}

func (c *channel) idle() bool                   { return true }
func (c *channel) number() uint64               { return c.st.Number }
func (c *channel) encode() ([]byte, error)      { return json.Marshal(c.st) }
func (c *channel) handle(*cluster.Call) bool    { return false }
func (c *channel) fail(error)                   {}
func (c *channel) committed([]chat.Record) bool { return true }

func (c *channel) apply(rec chat.Record) {
	c.st.Apply(rec)
	c.old.apply(rec)
}

func (c *channel) restore(state []byte) error {
	c.st = chat.NewTimeline(c.id)
	if state == nil {
		return nil
	}
	if err := json.Unmarshal(state, c.st); err != nil {
		return err
	}
	c.st.Restore(c.id)
	return nil
}

func (c *channel) decide(call *cluster.Call) (chat.Decision, error) {
	cmd, ok := call.Command.(chat.Asker)
	if !ok {
		return chat.Decision{}, chat.Errorf(chat.Internal, call.Command.CommandName(), "a channel does not know this command")
	}
	env := c.env
	if !c.look(&env, cmd.Asker()) {
		return chat.Decision{}, noSuchChannel(call.Command.CommandName())
	}
	if err := c.old.outcome(call); err != nil && !chat.Is(err, chat.NotFound) {
		return chat.Decision{}, err
	} else if id, need := c.st.NeedsArchived(cmd); need && err == nil && c.maySee(cmd, &env) {
		if env.Archived = c.old.message(id); env.Archived == nil {
			c.park(call, id)
			return chat.Decision{}, errParked
		}
	}
	return c.st.Decide(cmd, env)
}

// maySee reports whether it is worth to fetch a message for a command: whoever
// does not see the channel is refused in any case.
func (c *channel) maySee(cmd chat.Command, env *chat.Environment) bool {
	return chat.FromServer(cmd) || env.Grant.Permissions.Has(chat.ViewChannels)
}

// look fills in what the server's copy knows now, in one look, and reports
// whether the channel is still there. It is on the way of every send: it
// allocates nothing.
func (c *channel) look(env *chat.Environment, by chat.UserID) bool {
	known := false
	env.Now = c.a.now
	c.tenant.Read(func(st *chat.Server) {
		env.Grant, env.Kind = chat.Can(st, by, c.id, env.Now), st.Kind
		env.Channel, known = st.Channel(c.id)
	})
	return known
}

func (c *channel) hasRole(id chat.RoleID) (ok bool) {
	c.tenant.Read(func(st *chat.Server) { _, ok = st.Role(id) })
	return ok
}

func (c *channel) mentionable(id chat.RoleID) (ok bool) {
	c.tenant.Read(func(st *chat.Server) {
		r, found := st.Role(id)
		ok = found && r.Mentionable
	})
	return ok
}

func (c *channel) mayUser(u chat.UserID) (g chat.Grant) {
	c.tenant.Read(func(st *chat.Server) { g = chat.Can(st, u, c.id, c.a.now) })
	return g
}

func (c *channel) answer(call *cluster.Call, recs []chat.Record, reply any) (any, bool) {
	if _, ok := call.Command.(*chat.SendMessage); ok && len(recs) == 1 {
		e := recs[0].Event.(*chat.MessageSent)
		return &chat.Sent{ID: e.ID, ChannelID: c.id, Seq: recs[0].Number, CreatedAt: recs[0].Time}, true
	}
	return committedOr(recs, reply), true
}

func noSuchChannel(op string) error {
	return chat.Errorf(chat.NotFound, op, "there is no such channel")
}
