package actors

import (
	"context"
	"slices"
	"time"

	"beep/chat"
	"beep/cluster"
)

const (
	// archiveTimeout bounds one look into the read model; archiveAttempts is how
	// often it is asked while it is behind, archivePause apart: two seconds in all.
	archiveTimeout  = 2 * time.Second
	archivePause    = 100 * time.Millisecond
	archiveAttempts = 20
	// maxHeld is how many messages out of memory a channel keeps at hand: an old
	// poll or announcement that many answer is fetched once, not once for each.
	maxHeld = 64
)

// oldMessages are the messages out of a channel's memory that calls wait for, or
// have used lately. What is fetched is kept up to date from then on by the
// records this actor writes, for nobody else writes any.
type oldMessages struct {
	held map[chat.MessageID]*heldMessage
	uses uint64
	// waiting are the calls that wait for a message: one fetch for all of them.
	// They are bounded by the calls the cell admits.
	waiting map[chat.MessageID]*waiting
	// outcomes says of calls that are queued again why there is no message for
	// them: chat.NotFound, or what went wrong.
	outcomes map[*cluster.Call]error
}

type heldMessage struct {
	chat.Message
	used uint64
}

type waiting struct {
	calls []*cluster.Call
	// stale: while it is fetched a record was written that may concern it.
	stale bool
}

func newOldMessages() *oldMessages {
	return &oldMessages{
		held: map[chat.MessageID]*heldMessage{}, waiting: map[chat.MessageID]*waiting{}, outcomes: map[*cluster.Call]error{},
	}
}

// message is a message at hand, nil if it is not; it changes with the next record.
func (o *oldMessages) message(id chat.MessageID) *chat.Message {
	h := o.held[id]
	if h == nil {
		return nil
	}
	o.uses++
	h.used = o.uses
	return &h.Message
}

// hold keeps a message, in the place of the one used longest ago if need be.
func (o *oldMessages) hold(m chat.Message) {
	if len(o.held) >= maxHeld {
		var last *heldMessage
		for _, h := range o.held {
			if last == nil || h.used < last.used {
				last = h
			}
		}
		delete(o.held, last.ID)
	}
	o.uses++
	o.held[m.ID] = &heldMessage{m, o.uses}
}

// outcome takes what is known of the fetch that a call waited for: nil if there
// was none, or its message is here.
func (o *oldMessages) outcome(call *cluster.Call) error {
	if len(o.outcomes) == 0 {
		return nil
	}
	err := o.outcomes[call]
	delete(o.outcomes, call)
	return err
}

// apply keeps up with a record.
func (o *oldMessages) apply(rec chat.Record) {
	if len(o.held) == 0 && len(o.waiting) == 0 {
		return
	}
	switch e := rec.Event.(type) {
	case *chat.MessageSent: // new, not old
	case *chat.MessageDeleted:
		delete(o.held, e.ID)
		o.outdate(e.ID)
	case *chat.MessagesPurged:
		for id, h := range o.held {
			if _, gone := slices.BinarySearch(e.Seqs, h.Seq); gone {
				delete(o.held, id)
			}
		}
		for id := range o.waiting {
			o.outdate(id) // which sequence they have is not known yet
		}
	default:
		id, ok := chat.ChangedMessage(rec.Event)
		if h := o.held[id]; ok && h != nil {
			h.Apply(rec)
		}
		o.outdate(id)
	}
}

func (o *oldMessages) outdate(id chat.MessageID) {
	if w := o.waiting[id]; w != nil {
		w.stale = true
	}
}

// fetched is the read model's answer for one message.
type fetched struct {
	id      chat.MessageID
	message chat.Message
	err     error // chat.NotFound: there is none
}

// park puts a call aside until its message has been fetched, while the channel
// goes on.
func (c *channel) park(call *cluster.Call, id chat.MessageID) {
	w := c.old.waiting[id]
	if w == nil {
		w = &waiting{}
		c.old.waiting[id] = w
		c.fetch(id)
	}
	w.calls = append(w.calls, call)
}

// fetch asks for a message in the background. The calls that wait for it keep
// the actor alive until the answer comes.
func (c *channel) fetch(id chat.MessageID) {
	archive, cell, ch, must := c.a.cfg.Archive, c.a.cell, c.id, c.st.Evicted
	go func() {
		m, err := fetch(archive, ch, id, must)
		cell.Send(&fetched{id, m, err})
	}()
}

// fetch asks the read model for a message, and waits a little while it has not
// come as far as record must. The error NotFound says for certain that there is
// none.
func fetch(archive Archive, ch chat.ChannelID, id chat.MessageID, must uint64) (chat.Message, error) {
	ctx, cancel := context.WithTimeout(context.Background(), archiveTimeout)
	defer cancel()
	for range archiveAttempts {
		m, applied, err := archive.Message(ctx, ch, id)
		if err != nil && !chat.Is(err, chat.NotFound) || applied >= must {
			return m, err
		}
		select {
		case <-ctx.Done():
		case <-time.After(archivePause):
		}
	}
	return chat.Message{}, chat.Errorf(chat.Unavailable, "read message", "older messages are temporarily unavailable")
}

// onFetched queues the calls again that waited for a message.
func (a *shell) onFetched(m *fetched) {
	c, ok := a.b.(*channel)
	if !ok {
		return // only channels fetch
	}
	w := c.old.waiting[m.id]
	if w.stale && a.dead == nil {
		w.stale = false
		c.fetch(m.id)
		return
	}
	delete(c.old.waiting, m.id)
	if m.err == nil {
		c.old.hold(m.message)
	}
	for _, call := range w.calls {
		if a.dead != nil {
			call.Reply(nil, a.dead)
			continue
		}
		if m.err != nil {
			c.old.outcomes[call] = m.err
		}
		a.queue = append(a.queue, call)
	}
	if a.dead == nil && !a.flying {
		a.commit()
	}
}
