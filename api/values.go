package api

import (
	"reflect"

	"beep/auth"
	"beep/chat"
)

// What operations answer. Identifiers are decimal strings, as in the gateway.

// User is a person as others see him.
type User struct {
	ID        string `json:"id" example:"1437500000000000000"`
	Username  string `json:"username" example:"ada"`
	FirstName string `json:"first_name,omitempty"`
	LastName  string `json:"last_name,omitempty"`
}

// SignedIn is a new session.
type SignedIn struct {
	Token     string `json:"token" doc:"Keep it secret; send it as: Authorization: Bearer TOKEN"`
	User      User   `json:"user"`
	ExpiresAt int64  `json:"expires_at" doc:"Milliseconds since the Unix epoch"`
}

// GatewayInfo tells where the gateway is.
type GatewayInfo struct {
	URL      string `json:"url" example:"ws://127.0.0.1:8080/gateway"`
	Protocol int    `json:"protocol" example:"1"`
}

// Sent is what became of a message that was sent.
type Sent struct {
	ID        string `json:"id"`
	ChannelID string `json:"channel_id"`
	Seq       uint64 `json:"seq" doc:"Its place in the order of the channel"`
	CreatedAt int64  `json:"created_at" doc:"Milliseconds since the Unix epoch"`
	Repeat    bool   `json:"repeat,omitempty" doc:"It was sent before with the same key; this is the first answer"`
}

// Recorded is the number of the record that holds a change.
type Recorded struct {
	N uint64 `json:"n"`
}

// Message is one message of a channel.
type Message struct {
	ID        string `json:"id"`
	ChannelID string `json:"channel_id"`
	SenderID  string `json:"sender_id"`
	Seq       uint64 `json:"seq"`
	Type      string `json:"type" example:"message"`
	Content   string `json:"content"`
	CreatedAt int64  `json:"created_at"`
	EditedAt  int64  `json:"edited_at,omitempty"`
	ReplyTo   string `json:"reply_to,omitempty"`
}

// Messages is a page of history, oldest first.
type Messages struct {
	Messages []Message `json:"messages" nullable:"false"`
}

// Identified names what was made or joined.
type Identified struct {
	ID string `json:"id"`
}

// Server is a public server as those see it who browse.
type Server struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	OwnerID     string `json:"owner_id"`
	Members     int    `json:"members"`
	CreatedAt   int64  `json:"created_at"`
}

// Servers is a page of public servers.
type Servers struct {
	Servers []Server `json:"servers" nullable:"false"`
}

// Member is somebody in a server.
type Member struct {
	UserID   string `json:"user_id"`
	Username string `json:"username"`
	JoinedAt int64  `json:"joined_at"`
	Status   string `json:"status" example:"online"`
}

// Members is a page of members.
type Members struct {
	Members []Member `json:"members" nullable:"false"`
}

// Users is who was asked for, as far as they exist.
type Users struct {
	Users []User `json:"users" nullable:"false"`
}

// body wraps a value as the body of a response.
type body[T any] struct {
	Body T
}

// none is a response without a body.
type none struct{}

func userOf(a auth.Account) User {
	return User{ID: a.ID.String(), Username: a.Username, FirstName: a.FirstName, LastName: a.LastName}
}

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

// ServerPath is a server in the path. Of all such values huma sees the text (it
// fills in embedded structs only where they are exported); they
// are read with chat.Parse, which is the only way in.
type ServerPath struct {
	ServerID string `path:"server_id" maxLength:"20" example:"1437500000000000000"`
}

func (p ServerPath) server() (chat.ServerID, error) { return chat.ParseServerID(p.ServerID) }

// ChannelPath is a channel in the path.
type ChannelPath struct {
	ChannelID string `path:"channel_id" maxLength:"20" example:"1437500000000000000"`
}

func (p ChannelPath) channel() (chat.ChannelID, error) { return chat.ParseChannelID(p.ChannelID) }

// MessagePath is a message in the path.
type MessagePath struct {
	ChannelPath
	MessageID string `path:"message_id" maxLength:"20" example:"1437500000000000000"`
}

func (p MessagePath) message() (chat.ChannelID, chat.MessageID, error) {
	ch, err := p.channel()
	if err != nil {
		return 0, 0, err
	}
	m, err := chat.ParseMessageID(p.MessageID)
	return ch, m, err
}
