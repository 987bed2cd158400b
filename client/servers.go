package client

import (
	"context"
	"strings"

	"beep/chat"
)

// NewServer is what a server is made with.
type NewServer struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Visibility  chat.Visibility `json:"visibility"`
}

// CreateServer makes a server with one channel. Its channels come with the
// ServerAvailable event.
func (c *Client) CreateServer(ctx context.Context, s NewServer) (chat.ServerID, error) {
	var out struct {
		ID chat.ServerID `json:"id"`
	}
	err := c.once(ctx, "server.create", s, &out)
	return out.ID, err
}

type serverRef struct {
	ServerID chat.ServerID `json:"server_id"`
}

// Join makes the user a member of a public server; ServerAvailable follows.
func (c *Client) Join(ctx context.Context, id chat.ServerID) error {
	_, err := c.do(ctx, "server.join", serverRef{id}, nil)
	return err
}

// Leave ends a membership.
func (c *Client) Leave(ctx context.Context, id chat.ServerID) error {
	repeated, err := c.do(ctx, "server.leave", serverRef{id}, nil)
	if repeated && chat.Is(err, chat.NotFound) {
		return nil // the first time did it
	}
	return err
}

// CreateChannel adds a text channel to a server.
func (c *Client) CreateChannel(ctx context.Context, server chat.ServerID, name string) (chat.ChannelID, error) {
	in := struct {
		ServerID chat.ServerID `json:"server_id"`
		Name     string        `json:"name"`
	}{server, name}
	var out struct {
		ID chat.ChannelID `json:"id"`
	}
	err := c.once(ctx, "channel.create", in, &out)
	return out.ID, err
}

// ServerListing is a public server as browsing shows it.
type ServerListing struct {
	ID          chat.ServerID `json:"id"`
	Name        string        `json:"name"`
	Description string        `json:"description"`
	OwnerID     chat.UserID   `json:"owner_id"`
	Members     int           `json:"members"`
	CreatedAt   int64         `json:"created_at"` // Unix milliseconds
}

// Browse lists public servers that match query, at most limit (0: 50, up to
// 100), after the server after (0: from the start).
func (c *Client) Browse(ctx context.Context, query string, after chat.ServerID, limit int) ([]ServerListing, error) {
	in := struct {
		Query string        `json:"query,omitempty"`
		After chat.ServerID `json:"after,omitempty"`
		Limit int           `json:"limit,omitempty"`
	}{query, after, limit}
	var out struct {
		Servers []ServerListing `json:"servers"`
	}
	_, err := c.do(ctx, "server.browse", in, &out)
	return out.Servers, err
}

// Member is a member of a server with his presence, "online" or "offline".
type Member struct {
	UserID     chat.UserID   `json:"user_id"`
	Username   string        `json:"username"`
	Nickname   string        `json:"nickname"`
	Roles      []chat.RoleID `json:"roles"`
	JoinedAt   int64         `json:"joined_at"`   // Unix milliseconds
	MutedUntil int64         `json:"muted_until"` // Unix milliseconds, 0: not
	Status     string        `json:"status"`
}

// Members lists members by rising id, at most limit (0: 100) after the user
// after, and remembers their names.
func (c *Client) Members(ctx context.Context, server chat.ServerID, after chat.UserID, limit int) ([]Member, error) {
	in := struct {
		ServerID chat.ServerID `json:"server_id"`
		After    chat.UserID   `json:"after,omitempty"`
		Limit    int           `json:"limit,omitempty"`
	}{server, after, limit}
	var out struct {
		Members []Member `json:"members"`
	}
	_, err := c.do(ctx, "member.list", in, &out)
	for _, m := range out.Members {
		c.state.learn(m.UserID, m.Username)
	}
	return out.Members, err
}

// Users asks who ids are (at most 100) and remembers their names.
func (c *Client) Users(ctx context.Context, ids ...chat.UserID) ([]User, error) {
	in := struct {
		UserIDs []chat.UserID `json:"user_ids"`
	}{ids}
	var out struct {
		Users []User `json:"users"`
	}
	_, err := c.do(ctx, "user.get", in, &out)
	for _, u := range out.Users {
		c.state.learn(u.ID, u.Username)
	}
	return out.Users, err
}

// FindUser finds who has a username, in any case of letters: among the names
// that were seen, else by asking.
func (c *Client) FindUser(ctx context.Context, name string) (chat.UserID, error) {
	if id, ok := c.state.UserNamed(name); ok {
		return id, nil
	}
	in := struct {
		Query string `json:"query"`
	}{name}
	var out struct {
		Users []User `json:"users"`
	}
	if _, err := c.do(ctx, "user.search", in, &out); err != nil {
		return 0, err
	}
	for _, u := range out.Users {
		if strings.EqualFold(u.Username, name) {
			c.state.learn(u.ID, u.Username)
			return u.ID, nil
		}
	}
	return 0, chat.Errorf(chat.NotFound, "find user", "there is no user %q", name)
}
