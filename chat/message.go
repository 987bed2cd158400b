package chat

// MessageType is what a message reports; "message" is one somebody wrote.
type MessageType string

// The types of message of this version.
const PlainMessage MessageType = "message"

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
}

// MessageEdited replaces a message's content.
type MessageEdited struct {
	ID      MessageID `json:"id"`
	Seq     uint64    `json:"seq"` // of the message
	Content string    `json:"content"`
}

// MessageDeleted removes a message.
type MessageDeleted struct {
	ID  MessageID `json:"id"`
	Seq uint64    `json:"seq"` // of the message
}

func (*MessageSent) EventKind() EventKind    { return KindMessageSent }
func (*MessageEdited) EventKind() EventKind  { return KindMessageEdited }
func (*MessageDeleted) EventKind() EventKind { return KindMessageDeleted }

// NewMessage is the message that record rec of channel ch, holding e, sends.
func NewMessage(ch ChannelID, rec Record, e *MessageSent) Message {
	return Message{
		ID: e.ID, ChannelID: ch, SenderID: rec.Author, Seq: rec.Number, Type: e.Type,
		Content: e.Content, CreatedAt: rec.Time, ReplyTo: e.ReplyTo,
	}
}
