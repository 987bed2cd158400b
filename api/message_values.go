package api

// Sent is what became of a message that was sent.
type Sent struct {
	ID        string `json:"id"`
	ChannelID string `json:"channel_id"`
	Seq       uint64 `json:"seq" doc:"Its place in the order of the channel"`
	CreatedAt int64  `json:"created_at" doc:"Milliseconds since the Unix epoch"`
	Repeat    bool   `json:"repeat,omitempty" doc:"It was sent before with the same key; this is the first answer"`
}

// Message is one message of a channel.
type Message struct {
	ID              string     `json:"id"`
	ChannelID       string     `json:"channel_id"`
	SenderID        string     `json:"sender_id"`
	Seq             uint64     `json:"seq"`
	Type            string     `json:"type" example:"message"`
	Content         string     `json:"content"`
	CreatedAt       int64      `json:"created_at"`
	EditedAt        int64      `json:"edited_at,omitempty"`
	ReplyTo         string     `json:"reply_to,omitempty"`
	Reply           *Preview   `json:"reply,omitempty"`
	Mentions        []string   `json:"mentions,omitempty" nullable:"false"`
	MentionRoles    []string   `json:"mention_roles,omitempty" nullable:"false"`
	MentionEveryone bool       `json:"mention_everyone,omitempty"`
	Pinned          bool       `json:"pinned,omitempty"`
	ThreadID        string     `json:"thread_id,omitempty"`
	Reference       string     `json:"reference,omitempty" doc:"The message that a system message is about"`
	Forwarded       *Forwarded `json:"forwarded,omitempty"`
	Poll            *Poll      `json:"poll,omitempty"`
	Reactions       []Reaction `json:"reactions,omitempty" nullable:"false"`
}

// Preview is the beginning of the message that is replied to.
type Preview struct {
	ID       string `json:"id"`
	SenderID string `json:"sender_id,omitempty"`
	Content  string `json:"content,omitempty" doc:"Its first 200 characters"`
	Deleted  bool   `json:"deleted,omitempty"`
}

// Forwarded is a message that was said elsewhere.
type Forwarded struct {
	SenderID  string `json:"sender_id"`
	Content   string `json:"content"`
	CreatedAt int64  `json:"created_at"`
}

// Poll is a question and what was answered so far.
type Poll struct {
	Question string       `json:"question"`
	Options  []PollOption `json:"options" nullable:"false"`
	Multiple bool         `json:"multiple,omitempty"`
	EndsAt   int64        `json:"ends_at,omitempty"`
	Closed   bool         `json:"closed,omitempty"`
}

// PollOption is one answer to choose.
type PollOption struct {
	Text  string `json:"text"`
	Votes int    `json:"votes"`
	Me    bool   `json:"me,omitempty" doc:"Who asks has chosen it"`
}

// Reaction is an emoji under a message.
type Reaction struct {
	Emoji string `json:"emoji"`
	Count int    `json:"count"`
	Me    bool   `json:"me,omitempty"`
}

// Messages is a list of messages.
type Messages struct {
	Messages []Message `json:"messages" nullable:"false"`
}

// next goes on in the direction that was asked for. A page around a message has
// none.
func (m Messages) next(args map[string]any, size int) (string, string) {
	if _, around := args["around"]; around || len(m.Messages) == 0 {
		return "", ""
	}
	if _, after := args["after"]; after {
		return fullPage(m.Messages, size, "after", func(m *Message) string { return number(m.Seq) })
	}
	return fullPage(m.Messages, size, "before", func(*Message) string { return number(m.Messages[0].Seq) })
}

// Edits is what a message said before.
type Edits struct {
	Edits []Edit `json:"edits" nullable:"false"`
}

// Edit is what a message said until some time.
type Edit struct {
	Content string `json:"content"`
	At      int64  `json:"at" doc:"When it was replaced"`
}
