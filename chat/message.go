package chat

// MessageType is what a message reports; "message" is one somebody wrote, the
// others are said by the system in the name of who acted (MSG-6).
type MessageType string

// The types of message.
const (
	PlainMessage      MessageType = "message"
	PinningMessage    MessageType = "pinning"             // Reference is the message pinned
	ThreadMessage     MessageType = "thread_creation"     // ThreadID is the thread
	ConferenceMessage MessageType = "conference_creation" // the first has joined the conference
	JoinMessage       MessageType = "user_joined"         // the sender has joined the server
)

// Message is a message as clients see it. Seq is the number of the record that
// sent it: the order of the channel, and the cursor for history.
type Message struct {
	ID        MessageID   `json:"id"`
	ChannelID ChannelID   `json:"channel_id"`
	SenderID  UserID      `json:"sender_id"`
	Seq       uint64      `json:"seq"`
	Type      MessageType `json:"type"`
	Content   string      `json:"content"`
	CreatedAt int64       `json:"created_at"`          // Unix milliseconds
	EditedAt  int64       `json:"edited_at,omitempty"` // Unix milliseconds, 0 if never
	ReplyTo   MessageID   `json:"reply_to,omitempty"`
	Mentions
	Pinned    bool       `json:"pinned,omitempty"`
	ThreadID  ChannelID  `json:"thread_id,omitempty"` // that is tied to it, or that it reports
	Reference MessageID  `json:"reference,omitempty"` // that it reports
	Forwarded *Forwarded `json:"forwarded,omitempty"`
	Poll      *Poll      `json:"poll,omitempty"`
	// Reactions in the order of their first use.
	Reactions []Reaction `json:"reactions,omitempty"`
}

// Mentions is whom a message addresses, read from its content by the server:
// <@id> a user, <@&id> a role, @everyone. What the sender may not address is not here.
type Mentions struct {
	Users    []UserID `json:"mentions,omitempty"`
	Roles    []RoleID `json:"mention_roles,omitempty"`
	Everyone bool     `json:"mention_everyone,omitempty"`
}

// Empty reports whether nobody is mentioned.
func (m *Mentions) Empty() bool { return len(m.Users) == 0 && len(m.Roles) == 0 && !m.Everyone }

// Forwarded is a copy of a message from elsewhere. It does not name the place:
// those who read the copy may not see it.
type Forwarded struct {
	SenderID  UserID `json:"sender_id"`
	Content   string `json:"content"`
	CreatedAt int64  `json:"created_at"` // Unix milliseconds
}

// Reaction is one emoji under a message and who used it, oldest first.
type Reaction struct {
	Emoji string   `json:"emoji"`
	Users []UserID `json:"users"`
}

// Poll is a question with answers to choose from.
type Poll struct {
	Question string       `json:"question"`
	Options  []PollOption `json:"options"`
	Multiple bool         `json:"multiple,omitempty"` // more than one may be chosen
	EndsAt   int64        `json:"ends_at,omitempty"`  // Unix milliseconds, 0: until it is closed
	Closed   bool         `json:"closed,omitempty"`
}

// PollOption is an answer and who chose it.
type PollOption struct {
	Text   string   `json:"text"`
	Voters []UserID `json:"voters,omitempty"`
}

// MessageSent adds a message. Channel, sender, sequence and time stand in the
// record's own header as well; they are repeated here because this JSON is
// what clients receive.
type MessageSent struct {
	ID        MessageID   `json:"id"`
	ChannelID ChannelID   `json:"channel_id"`
	Type      MessageType `json:"type"`
	Content   string      `json:"content"`
	ReplyTo   MessageID   `json:"reply_to,omitempty"`
	Nonce     string      `json:"nonce,omitempty"`
	Mentions
	ThreadID  ChannelID  `json:"thread_id,omitempty"`
	Reference MessageID  `json:"reference,omitempty"`
	Forwarded *Forwarded `json:"forwarded,omitempty"`
	Poll      *Poll      `json:"poll,omitempty"`
}

// MessageEdited replaces a message's content and whom it mentions.
type MessageEdited struct {
	ID      MessageID `json:"id"`
	Seq     uint64    `json:"seq"` // of the message
	Content string    `json:"content"`
	Mentions
}

// MessageDeleted removes a message.
type MessageDeleted struct {
	ID  MessageID `json:"id"`
	Seq uint64    `json:"seq"` // of the message
}

// MessagesPurged removes messages of one user, after a ban.
type MessagesPurged struct {
	UserID UserID   `json:"user_id"`
	Seqs   []uint64 `json:"seqs"` // of the messages, ascending
}

// MessagePinned pins a message or, with Pinned false, takes the pin out.
type MessagePinned struct {
	ID     MessageID `json:"id"`
	Seq    uint64    `json:"seq"`
	Pinned bool      `json:"pinned"`
}

// ReactionAdded and ReactionRemoved change one user's reaction; UserID is whose,
// for a moderator may remove others'.
type ReactionAdded struct {
	ID     MessageID `json:"id"`
	Seq    uint64    `json:"seq"`
	Emoji  string    `json:"emoji"`
	UserID UserID    `json:"user_id"`
}

// ReactionRemoved is the end of a ReactionAdded.
type ReactionRemoved struct {
	ID     MessageID `json:"id"`
	Seq    uint64    `json:"seq"`
	Emoji  string    `json:"emoji"`
	UserID UserID    `json:"user_id"`
}

// PollVoted replaces what a user has chosen; none takes his vote back.
type PollVoted struct {
	ID      MessageID `json:"id"`
	Seq     uint64    `json:"seq"`
	UserID  UserID    `json:"user_id"`
	Options []int     `json:"options"` // indices, ascending
}

// PollClosed ends a poll before its time.
type PollClosed struct {
	ID  MessageID `json:"id"`
	Seq uint64    `json:"seq"`
}

// ThreadAttached ties a thread to a message.
type ThreadAttached struct {
	ID       MessageID `json:"id"`
	Seq      uint64    `json:"seq"`
	ThreadID ChannelID `json:"thread_id"`
}

// ConferenceJoined and ConferenceLeft say who is in a conference channel.
type ConferenceJoined struct {
	UserID UserID `json:"user_id"`
}

// ConferenceLeft is the end of a ConferenceJoined.
type ConferenceLeft struct {
	UserID UserID `json:"user_id"`
}

func (*MessageSent) EventKind() EventKind      { return KindMessageSent }
func (*MessageEdited) EventKind() EventKind    { return KindMessageEdited }
func (*MessageDeleted) EventKind() EventKind   { return KindMessageDeleted }
func (*MessagesPurged) EventKind() EventKind   { return KindMessagesPurged }
func (*MessagePinned) EventKind() EventKind    { return KindMessagePinned }
func (*ReactionAdded) EventKind() EventKind    { return KindReactionAdded }
func (*ReactionRemoved) EventKind() EventKind  { return KindReactionRemoved }
func (*PollVoted) EventKind() EventKind        { return KindPollVoted }
func (*PollClosed) EventKind() EventKind       { return KindPollClosed }
func (*ThreadAttached) EventKind() EventKind   { return KindThreadAttached }
func (*ConferenceJoined) EventKind() EventKind { return KindConferenceJoined }
func (*ConferenceLeft) EventKind() EventKind   { return KindConferenceLeft }

// NewMessage is the message that record rec of channel ch, holding e, sends.
func NewMessage(ch ChannelID, rec Record, e *MessageSent) Message {
	return Message{
		ID: e.ID, ChannelID: ch, SenderID: rec.Author, Seq: rec.Number, Type: e.Type,
		Content: e.Content, CreatedAt: rec.Time, ReplyTo: e.ReplyTo, Mentions: e.Mentions,
		ThreadID: e.ThreadID, Reference: e.Reference, Forwarded: e.Forwarded, Poll: e.Poll,
	}
}
