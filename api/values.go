package api

import (
	"reflect"

	"beep/auth"
)

// What operations answer. Identifiers are decimal strings, times milliseconds since
// the Unix epoch, permissions lists of names, as in the gateway.

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

// Recorded is the number of the record that holds a change.
type Recorded struct {
	N uint64 `json:"n" doc:"The number of the record that holds the change; 0: nothing was to be changed"`
}

// Identified names what was made or joined.
type Identified struct {
	ID string `json:"id"`
}

// Users is who was asked for, as far as they exist.
type Users struct {
	Users []User `json:"users" nullable:"false"`
}

func (u Users) next(_ map[string]any, size int) (string, string) {
	return fullPage(u.Users, size, "after", func(u *User) string { return u.ID })
}

// UserIDs is a list of users.
type UserIDs struct {
	UserIDs []string `json:"user_ids" nullable:"false"`
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

// Parts of paths. Huma fills in embedded structs only where they are exported.

// ServerPath is a server in the path.
type ServerPath struct {
	ServerID ID `path:"server_id"`
}

// ChannelPath is a channel in the path.
type ChannelPath struct {
	ChannelID ID `path:"channel_id"`
}

// MessagePath is a message in the path.
type MessagePath struct {
	ChannelPath
	MessageID ID `path:"message_id"`
}

// MemberPath is a member in the path.
type MemberPath struct {
	ServerPath
	UserID Person `path:"user_id"`
}

// UserPath is a user in the path.
type UserPath struct {
	UserID ID `path:"user_id"`
}
