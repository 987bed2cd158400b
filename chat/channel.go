package chat

// ChannelType is what a channel is for.
type ChannelType string

// The types of channel.
const (
	TextChannel       ChannelType = "text"
	ConferenceChannel ChannelType = "conference"
	ThreadChannel     ChannelType = "thread"   // tied to a channel, and mostly to a message there
	CategoryChannel   ChannelType = "category" // holds channels; has no messages
	DirectChannel     ChannelType = "direct"   // the one channel of a direct conversation
)

// HasMessages reports whether a channel of this type has messages of its own.
func (t ChannelType) HasMessages() bool { return t != CategoryChannel }

// Channel is a channel as its server knows it. Its messages are a log of its own.
type Channel struct {
	ID        ChannelID   `json:"id"`
	ServerID  ServerID    `json:"server_id"`
	Name      string      `json:"name"`
	Type      ChannelType `json:"type"`
	Topic     string      `json:"topic,omitempty"`
	ParentID  ChannelID   `json:"parent_id,omitempty"`  // category, or the channel of a thread
	MessageID MessageID   `json:"message_id,omitempty"` // that a thread is tied to
	Position  int         `json:"position"`
	SlowMode  int         `json:"slow_mode,omitempty"` // seconds between two messages of a member, 0: none
	Archived  bool        `json:"archived,omitempty"`  // of a thread: nothing may be sent until it is opened again
	CreatedAt int64       `json:"created_at"`          // Unix milliseconds
	CreatedBy UserID      `json:"created_by,omitempty"`
	// Version is the number of the server's record that changed it, or its
	// overrides, last.
	Version   uint64     `json:"version,omitempty"`
	Overrides []Override `json:"permissions,omitempty"`
}

// Override changes what a role or a member may do in one channel: exactly one
// of RoleID and MemberID is set. Its ID is that one's.
type Override struct {
	ID        uint64    `json:"id,string"`
	ChannelID ChannelID `json:"channel_id"`
	RoleID    RoleID    `json:"role_id,omitempty"`
	MemberID  UserID    `json:"member_id,omitempty"`
	Allow     Rights    `json:"allow"`
	Deny      Rights    `json:"deny"`
}

// Override finds the override of a role or a member.
func (c *Channel) Override(r RoleID, m UserID) (Override, bool) {
	for _, o := range c.Overrides {
		if o.RoleID == r && o.MemberID == m {
			return o, true
		}
	}
	return Override{}, false
}

// Channel finds a channel of the server. The result is nobody's to change.
func (st *Server) Channel(id ChannelID) (Channel, bool) {
	if i, ok := st.index[id]; ok {
		return st.Channels[i], true
	}
	return Channel{}, false
}

// Below lists the channels that go with a channel when it is deleted: those of a
// category, and the threads of all of them, parents first. It ends whatever the
// log says: a channel is looked below once.
func (st *Server) Below(id ChannelID) []ChannelID {
	var ids []ChannelID
	seen := map[ChannelID]bool{id: true}
	for parents := []ChannelID{id}; len(parents) > 0; parents = parents[1:] {
		for i := range st.Channels {
			if c := &st.Channels[i]; c.ParentID == parents[0] && !seen[c.ID] {
				seen[c.ID] = true
				ids = append(ids, c.ID)
				parents = append(parents, c.ID)
			}
		}
	}
	return ids
}

// StandsIn says whether a channel of this type may stand in one of type in; "" is
// in none.
func (t ChannelType) StandsIn(in ChannelType) bool {
	switch t {
	case TextChannel, ConferenceChannel:
		return in == "" || in == CategoryChannel
	case CategoryChannel:
		return in == ""
	case ThreadChannel:
		return in == TextChannel
	}
	return false
}

// Private reports whether members see the channel only by an override of their
// own or of a role: the role everyone is denied view_channels in it.
func (st *Server) Private(id ChannelID) bool {
	i, ok := st.index[id]
	return ok && st.rules[i] != nil && st.rules[i].everyone.deny.Has(ViewChannels)
}
