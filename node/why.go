package node

import (
	"context"

	"beep/chat"
	"beep/requests"
)

// WhyAllowed asks why a user may or may not do something. User is a username or
// an identifier; Channel an identifier or, with Server, a name; without Channel
// the rights in the server as a whole are meant.
type WhyAllowed struct {
	User       string `json:"user"`
	Server     string `json:"server"`
	Channel    string `json:"channel"`
	Permission string `json:"permission"`
}

const opWhy = "explain permission"

func (n *Node) adminWhy(ctx context.Context, in WhyAllowed) (requests.Why, error) {
	want, err := chat.ParsePermission(opWhy, in.Permission)
	if err != nil {
		return requests.Why{}, err
	}
	user, err := n.findUser(ctx, in.User)
	if err != nil {
		return requests.Why{}, err
	}
	server, ch, err := n.findPlace(ctx, in)
	if err != nil {
		return requests.Why{}, err
	}
	return n.requests.Why(ctx, user.UserID, server, ch, want)
}

// findPlace is the server and the channel that are meant.
func (n *Node) findPlace(ctx context.Context, in WhyAllowed) (server chat.ServerID, ch chat.ChannelID, err error) {
	if in.Server == "" {
		if ch, err = chat.ParseChannelID(in.Channel); err != nil {
			return 0, 0, chat.Errorf(chat.Invalid, opWhy, "give a channel by its identifier, or a server and a channel's name")
		}
		server, err = n.store.ServerOf(ctx, ch)
		return server, ch, err
	}
	if server, err = chat.ParseServerID(in.Server); err != nil || in.Channel == "" {
		return server, 0, err
	}
	t, err := n.tenants.Acquire(ctx, server)
	if err != nil {
		return 0, 0, err
	}
	defer t.Release()
	id, perr := chat.ParseChannelID(in.Channel)
	err = chat.Errorf(chat.NotFound, opWhy, "there is no such channel in this server")
	t.Read(func(st *chat.Server) {
		for i := range st.Channels {
			if c := &st.Channels[i]; perr == nil && c.ID == id || c.Name == in.Channel && ch == 0 {
				ch, err = c.ID, nil
			}
		}
	})
	return server, ch, err
}
