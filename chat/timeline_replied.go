package chat

// GetReplied asks for messages that others reply to; the reply is a *Replied.
// Without Messages it asks how far the channel has come.
type GetReplied struct {
	By       UserID
	Channel  ChannelID
	Messages []MessageID
}

// Replied answers GetReplied. What is neither in Messages nor in Missing was
// deleted.
type Replied struct {
	Number   uint64    // of the channel's last record
	Messages []Message // those in memory
	// Missing are those out of memory, which the read model has once it has come
	// as far as Evicted, if they are not deleted.
	Missing []MessageID
	Evicted uint64
}

// CommandName is the act.
func (*GetReplied) CommandName() string { return "read replies" }

// Asker is the user who asks.
func (c *GetReplied) Asker() UserID { return c.By }

func (st *Timeline) replied(c *GetReplied) *Replied {
	r := &Replied{Number: st.Number, Evicted: st.Evicted}
	for _, id := range c.Messages[:min(len(c.Messages), MaxHistoryPage)] {
		switch m := st.find(id); {
		case m == nil && st.EvictedSeq != 0:
			r.Missing = append(r.Missing, id)
		case m != nil && !m.Deleted:
			r.Messages = append(r.Messages, m.Message)
		}
	}
	return r
}
