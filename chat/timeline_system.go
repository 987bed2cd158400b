package chat

import "slices"

// What servers' actors have channels do, see FromServer. Each finds its work
// done when it comes again, and none writes in the name of somebody who is not
// a member any more: after a ban nothing of his may follow.

func (st *Timeline) postSystem(c *PostSystem, env *Environment) (Decision, error) {
	op := c.CommandName()
	if c.ID == 0 || c.Type == "" || c.Type == PlainMessage {
		return Decision{}, Errorf(Internal, op, "a system message has an identifier and a type of its own")
	}
	if !env.Channel.Type.HasMessages() {
		return Decision{}, Errorf(NotFound, op, "a category has no messages")
	}
	if st.find(c.ID) != nil || !env.Grant.Member {
		return Decision{}, nil
	}
	return Decision{Author: c.By, Events: []Event{&MessageSent{
		ID: c.ID, ChannelID: st.channel, Type: c.Type, ThreadID: c.ThreadID, Reference: c.Reference,
	}}}, nil
}

// attachThread ties a thread to its message, if that is still there, and
// reports the thread.
func (st *Timeline) attachThread(c *AttachThread, env *Environment) (Decision, error) {
	op := c.CommandName()
	if c.ThreadID == 0 || c.SystemID == 0 {
		return Decision{}, Errorf(Internal, op, "the thread or the message that reports it has no identifier")
	}
	if st.find(c.SystemID) != nil {
		return Decision{}, nil
	}
	d := Decision{Author: author(c.By, env)}
	report := &MessageSent{ID: c.SystemID, ChannelID: st.channel, Type: ThreadMessage, ThreadID: c.ThreadID}
	if c.Message != 0 {
		m, err := st.existing(op, c.Message, env)
		switch {
		case err != nil: // deleted meanwhile: the thread is there all the same
		case m.ThreadID == c.ThreadID:
			return Decision{}, nil
		case m.ThreadID != 0:
			return Decision{}, Errorf(Conflict, op, "the message has a thread")
		default:
			d.Events = append(d.Events, &ThreadAttached{ID: m.ID, Seq: m.Seq, ThreadID: c.ThreadID})
			report.Reference = m.ID
		}
	}
	if env.Grant.Member {
		d.Events = append(d.Events, report)
	}
	return d, nil
}

// purge removes a user's messages: those in memory by what they are, the others
// as the caller names them. Of more than fit one record the newest go.
func (st *Timeline) purge(c *PurgeMessages, env *Environment) (Decision, error) {
	var seqs []uint64
	for _, seq := range c.Seqs {
		if seq != 0 && seq <= st.EvictedSeq {
			seqs = append(seqs, seq)
		}
	}
	for i := range st.Recent {
		if m := &st.Recent[i]; m.SenderID == c.User && m.CreatedAt >= c.Since && !m.Deleted {
			seqs = append(seqs, m.Seq)
		}
	}
	slices.Sort(seqs)
	seqs = slices.Compact(seqs)
	if len(seqs) == 0 {
		return Decision{}, nil
	}
	seqs = seqs[max(0, len(seqs)-MaxPurgedMessages):]
	return Decision{Author: author(c.By, env), Events: []Event{&MessagesPurged{UserID: c.User, Seqs: seqs}}}, nil
}

// author is who stands in the record: by, or the system if he is not a member
// any more.
func author(by UserID, env *Environment) UserID {
	if env.Grant.Member {
		return by
	}
	return 0
}
