package actors

import (
	"context"
	"encoding/json"
	"time"

	"beep/chat"
	"beep/cluster"
	"beep/tenant"
)

// archiveTimeout bounds one look into the read model; archiveAttempts is how
// often it is asked while it is behind, archivePause apart: two seconds in all.
const (
	archiveTimeout  = 2 * time.Second
	archivePause    = 100 * time.Millisecond
	archiveAttempts = 20
)

// channel is the behaviour of a channel's actor.
type channel struct {
	a      *shell
	id     chat.ChannelID
	st     *chat.Timeline
	tenant *tenant.Server
	// fetched holds calls that waited for the read model and are queued again.
	fetched map[*cluster.Call]*parkedCall
}

func newChannel(a *shell) behaviour {
	id := chat.ChannelID(a.key.ID)
	return &channel{a: a, id: id, st: chat.NewTimeline(id), fetched: map[*cluster.Call]*parkedCall{}}
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
		return chat.Errorf(chat.NotFound, "open channel", "there is no such channel")
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

func (c *channel) idle() bool                { return true }
func (c *channel) apply(rec chat.Record)     { c.st.Apply(rec) }
func (c *channel) number() uint64            { return c.st.Number }
func (c *channel) encode() ([]byte, error)   { return json.Marshal(c.st) }
func (c *channel) handle(*cluster.Call) bool { return false }
func (c *channel) fail(error)                {}
func (c *channel) committed([]chat.Record)   {}

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
	env := chat.Environment{Now: c.a.cfg.Now().UnixMilli(), Grant: c.tenant.Grant(cmd.Asker(), c.id)}
	p := c.fetched[call]
	delete(c.fetched, call)
	if p != nil && p.err != nil {
		return chat.Decision{}, p.err
	}
	if p != nil && c.st.OldTouched <= p.must {
		env.Archived = p.message
	} else if id, need := c.st.NeedsArchived(cmd); need && env.Grant.Permissions.Has(chat.ViewChannels) {
		c.park(call, id)
		return chat.Decision{}, errParked
	}
	return c.st.Decide(cmd, env)
}

// parkedCall is a call that waited for the read model, and the message it
// waited for as it was after record must.
type parkedCall struct {
	call    *cluster.Call
	must    uint64
	message *chat.Message // nil: there is none
	err     error
}

// park fetches a message that is not in memory, while the channel goes on.
func (c *channel) park(call *cluster.Call, id chat.MessageID) {
	archive, cell, ch, must := c.a.cfg.Archive, c.a.cell, c.id, c.st.Evicted
	go func() {
		m, err := fetch(archive, ch, id, must)
		cell.Send(&parkedCall{call, must, m, err})
	}()
}

// fetch asks the read model for a message, and waits a little while it has not
// come as far as record must. A nil message without error is not there.
func fetch(archive Archive, ch chat.ChannelID, id chat.MessageID, must uint64) (*chat.Message, error) {
	ctx, cancel := context.WithTimeout(context.Background(), archiveTimeout)
	defer cancel()
	for range archiveAttempts {
		m, applied, err := archive.Message(ctx, ch, id)
		switch {
		case chat.Is(err, chat.NotFound) && applied >= must:
			return nil, nil
		case err != nil && !chat.Is(err, chat.NotFound):
			return nil, err
		case err == nil && applied >= must:
			return &m, nil
		}
		select {
		case <-ctx.Done():
		case <-time.After(archivePause):
		}
	}
	return nil, chat.Errorf(chat.Unavailable, "read message", "older messages are temporarily unavailable")
}

// onUnparked queues a call again whose message has been fetched.
func (a *shell) onUnparked(p *parkedCall) {
	c, ok := a.b.(*channel)
	if !ok || a.dead != nil {
		p.call.Reply(nil, a.dead)
		return
	}
	c.fetched[p.call] = p
	a.onCall(p.call)
}

func (c *channel) answer(call *cluster.Call, recs []chat.Record, reply any) (any, bool) {
	if _, ok := call.Command.(*chat.SendMessage); ok && len(recs) == 1 {
		e := recs[0].Event.(*chat.MessageSent)
		return &chat.Sent{ID: e.ID, ChannelID: c.id, Seq: recs[0].Number, CreatedAt: recs[0].Time}, true
	}
	return committedOr(recs, reply), true
}
