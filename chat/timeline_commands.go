package chat

// Commands of a channel's actor. By is who asks.

// SendMessage adds a message to a channel. ID is fresh; a repeat of a nonce is
// answered with the first message and its ID is not used.
type SendMessage struct {
	By      UserID
	Server  ServerID
	Channel ChannelID
	ID      MessageID
	Content string
	ReplyTo MessageID
	Nonce   string
	// Forwarded is a message that By sees elsewhere, as the caller has checked;
	// then Content may be empty.
	Forwarded *Forwarded
	// Poll asks a question; then Content may be empty.
	Poll *Poll
}

// EditMessage replaces the content of one's own message.
type EditMessage struct {
	By      UserID
	Channel ChannelID
	Message MessageID
	Content string
}

// DeleteMessage removes a message: one's own, or anybody's with manage_messages.
type DeleteMessage struct {
	By      UserID
	Channel ChannelID
	Message MessageID
}

// PinMessage pins a message or takes the pin out; By needs manage_messages, in a
// direct conversation everybody may.
type PinMessage struct {
	By      UserID
	Channel ChannelID
	Message MessageID
	Pinned  bool
	// SystemID is the identifier of the system message that reports a pin.
	SystemID MessageID
}

// React adds By's reaction, or removes one of User: one's own, or anybody's with
// manage_messages. Adding needs add_reactions.
type React struct {
	By      UserID
	Channel ChannelID
	Message MessageID
	Emoji   string
	Remove  bool
	User    UserID // whose, when it is removed; 0: By's
}

// VotePoll replaces what By has chosen; no options take the vote back. It needs
// send_messages, so a muted member cannot.
type VotePoll struct {
	By      UserID
	Channel ChannelID
	Message MessageID
	Options []int
}

// ClosePoll ends one's own poll, or with manage_messages anybody's.
type ClosePoll struct {
	By      UserID
	Channel ChannelID
	Message MessageID
}

// JoinConference and LeaveConference are By's coming and going in a conference
// channel; User, if not 0, is whom By (with move_members) takes out.
type JoinConference struct {
	By       UserID
	Channel  ChannelID
	SystemID MessageID // of the system message when he is the first
}

// LeaveConference is the end of a JoinConference.
type LeaveConference struct {
	By      UserID
	Channel ChannelID
	User    UserID
}

// GetConference asks who is in the conference; the reply is a []UserID.
type GetConference struct {
	By      UserID
	Channel ChannelID
}

// GetMessage asks for one message; the reply is a *Message.
type GetMessage struct {
	By      UserID
	Channel ChannelID
	Message MessageID
}

// ReadHistory asks for a page of messages. At most one of Before, After (both
// sequences) and Around (a message) is set; none asks for the newest page.
// FromStart is After 0: the oldest messages of all.
type ReadHistory struct {
	By      UserID
	Channel ChannelID
	Before  uint64
	After   uint64
	Around  MessageID
	Limit   int // 1 to MaxHistoryPage

	FromStart bool
}

// PostSystem adds a system message in the name of By. Servers' actors send it,
// after they have decided what it reports; By's rights in the channel are not
// asked for.
type PostSystem struct {
	By        UserID
	ID        MessageID
	Type      MessageType
	ThreadID  ChannelID
	Reference MessageID
}

// AttachThread ties a thread to its message, if it has one, and reports it as
// PostSystem does. Servers' actors send it.
type AttachThread struct {
	By       UserID
	Message  MessageID // 0: none
	ThreadID ChannelID
	SystemID MessageID
}

// PurgeMessages removes the messages of User since a time (Unix milliseconds):
// those in memory, and those of Seqs. Servers' actors send it after a ban.
type PurgeMessages struct {
	By    UserID
	User  UserID
	Since int64
	Seqs  []uint64
}

func (*SendMessage) CommandName() string     { return "send message" }
func (*EditMessage) CommandName() string     { return "edit message" }
func (*DeleteMessage) CommandName() string   { return "delete message" }
func (*PinMessage) CommandName() string      { return "pin message" }
func (*React) CommandName() string           { return "react" }
func (*VotePoll) CommandName() string        { return "vote" }
func (*ClosePoll) CommandName() string       { return "close poll" }
func (*JoinConference) CommandName() string  { return "join conference" }
func (*LeaveConference) CommandName() string { return "leave conference" }
func (*GetConference) CommandName() string   { return "list conference" }
func (*GetMessage) CommandName() string      { return "get message" }
func (*ReadHistory) CommandName() string     { return "read history" }
func (*PostSystem) CommandName() string      { return "post system message" }
func (*AttachThread) CommandName() string    { return "attach thread" }
func (*PurgeMessages) CommandName() string   { return "purge messages" }

// Sent answers a SendMessage: the message's place. Repeat says that the nonce
// was seen before and the place is that of the first time.
type Sent struct {
	ID        MessageID `json:"id"`
	ChannelID ChannelID `json:"channel_id"`
	Seq       uint64    `json:"seq"`
	CreatedAt int64     `json:"created_at"` // Unix milliseconds
	Repeat    bool      `json:"repeat,omitempty"`
}

// Asker is a channel command with its author.
type Asker interface {
	Command
	Asker() UserID
}

// Asker is the user who asks.
func (c *SendMessage) Asker() UserID { return c.By }

// Asker is the user who asks.
func (c *EditMessage) Asker() UserID { return c.By }

// Asker is the user who asks.
func (c *DeleteMessage) Asker() UserID { return c.By }

// Asker is the user who asks.
func (c *PinMessage) Asker() UserID { return c.By }

// Asker is the user who asks.
func (c *React) Asker() UserID { return c.By }

// Asker is the user who asks.
func (c *VotePoll) Asker() UserID { return c.By }

// Asker is the user who asks.
func (c *ClosePoll) Asker() UserID { return c.By }

// Asker is the user who asks.
func (c *JoinConference) Asker() UserID { return c.By }

// Asker is the user who asks.
func (c *LeaveConference) Asker() UserID { return c.By }

// Asker is the user who asks.
func (c *GetConference) Asker() UserID { return c.By }

// Asker is the user who asks.
func (c *GetMessage) Asker() UserID { return c.By }

// Asker is the user who asks.
func (c *ReadHistory) Asker() UserID { return c.By }

// Asker is in whose name it is done.
func (c *PostSystem) Asker() UserID { return c.By }

// Asker is in whose name it is done.
func (c *AttachThread) Asker() UserID { return c.By }

// Asker is in whose name it is done.
func (c *PurgeMessages) Asker() UserID { return c.By }
