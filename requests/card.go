package requests

import (
	"context"
	"slices"

	"beep/chat"
)

// serverCard is a server as a member sees it; the shape is that of ready, without
// what changes with every message.
type serverCard struct {
	ID          chat.ServerID    `json:"id"`
	Kind        string           `json:"kind"`
	Name        string           `json:"name"`
	Description string           `json:"description"`
	Visibility  chat.Visibility  `json:"visibility"`
	Picture     string           `json:"picture"`
	Banner      string           `json:"banner"`
	OwnerID     chat.UserID      `json:"owner_id"`
	Version     uint64           `json:"version"`
	Members     int              `json:"members"`
	Member      memberCard       `json:"member"`
	Permissions []string         `json:"permissions"`
	Recipients  []chat.Recipient `json:"recipients,omitempty"`
	Roles       []roleCard       `json:"roles,omitempty"`
	Channels    []channelCard    `json:"channels"`
}

// memberCard is what a member knows of himself.
type memberCard struct {
	Nickname   string        `json:"nickname"`
	Roles      []chat.RoleID `json:"roles"`
	MutedUntil int64         `json:"muted_until"`
}

type roleCard struct {
	ID          chat.RoleID `json:"id"`
	Name        string      `json:"name"`
	Color       uint32      `json:"color,omitempty"`
	Position    int         `json:"position"`
	Permissions chat.Rights `json:"permissions"`
	Mentionable bool        `json:"mentionable,omitempty"`
	Version     uint64      `json:"version"`
}

// channelCard is a channel as somebody sees it. ServerID is null for the
// channel of a direct conversation.
type channelCard struct {
	ID          chat.ChannelID   `json:"id"`
	ServerID    *chat.ServerID   `json:"server_id"`
	Name        string           `json:"name"`
	Type        chat.ChannelType `json:"type"`
	Topic       string           `json:"topic,omitempty"`
	ParentID    chat.ChannelID   `json:"parent_id,omitempty"`
	MessageID   chat.MessageID   `json:"message_id,omitempty"`
	Position    int              `json:"position"`
	SlowMode    int              `json:"slow_mode,omitempty"`
	Archived    bool             `json:"archived,omitempty"`
	CreatedAt   int64            `json:"created_at"`
	CreatedBy   chat.UserID      `json:"created_by,omitempty"`
	Version     uint64           `json:"version"`
	Permissions []chat.Override  `json:"permissions,omitempty"`
	// Rights is what he may do here, where that is not what he may do in the server.
	Rights []string `json:"rights,omitempty"`
}

// The words for kinds of tenants.
const kindServer = "server"

func (s *Service) getServer(ctx context.Context, who chat.UserID, a serverArgs) (any, error) {
	var card serverCard
	err := s.inServer(ctx, "get server", who, a.ServerID, func(l *looking) error {
		card = l.card()
		return nil
	})
	return map[string]any{"server": card}, err
}

// card is the server as who looks sees it. It takes the lock for some hundred
// microseconds at 500 channels.
func (l *looking) card() serverCard {
	st, m := l.st, l.st.Members[l.who]
	rights := chat.Can(st, l.who, 0, chat.Forever).Permissions
	card := serverCard{
		ID: st.ID, Kind: kindServer, Name: st.Name, Description: st.Description, Visibility: st.Visibility,
		Picture: st.Picture, Banner: st.Banner, OwnerID: st.OwnerID, Version: st.Version, Members: len(st.Members),
		Member:      memberCard{m.Nickname, st.RolesOf(l.who), m.MutedUntil},
		Permissions: rights.Names(), Channels: []channelCard{},
	}
	if st.Kind == chat.ServerOfMembers {
		card.Roles = l.roles()
	} else {
		card.Kind, card.Recipients = string(st.Kind), l.recipients()
	}
	for i := range st.Channels {
		if c := &st.Channels[i]; l.sees(c.ID) {
			card.Channels = append(card.Channels, l.channel(c, false))
		}
	}
	return card
}

// channel is a channel as who looks sees it; with members it holds the overrides
// of members, too.
func (l *looking) channel(c *chat.Channel, members bool) channelCard {
	card := channelCard{
		ID: c.ID, Name: c.Name, Type: c.Type, Topic: c.Topic, ParentID: c.ParentID, MessageID: c.MessageID, Position: c.Position,
		SlowMode: c.SlowMode, Archived: c.Archived, CreatedAt: c.CreatedAt, CreatedBy: c.CreatedBy, Version: c.Version,
	}
	if l.st.Kind == chat.ServerOfMembers {
		id := l.st.ID
		card.ServerID = &id
	}
	// A parent that he does not see is not named to him.
	if c.ParentID != 0 && !l.sees(c.ParentID) {
		card.ParentID = 0
	}
	for _, o := range c.Overrides {
		if members || o.MemberID == 0 {
			card.Permissions = append(card.Permissions, o)
		}
	}
	here := chat.Can(l.st, l.who, c.ID, chat.Forever).Permissions
	if here != chat.Can(l.st, l.who, 0, chat.Forever).Permissions {
		card.Rights = here.Names()
	}
	return card
}

// roles lists the roles, highest first.
func (l *looking) roles() []roleCard {
	list := make([]roleCard, 0, len(l.st.Roles))
	for _, r := range l.st.Roles {
		list = append(list, roleCard{r.ID, r.Name, r.Color, r.Position, r.Permissions, r.Mentionable, r.Version})
	}
	slices.SortStableFunc(list, func(a, b roleCard) int { return b.Position - a.Position })
	return list
}

// recipients lists who is in a direct conversation, himself included, by identifier.
func (l *looking) recipients() []chat.Recipient {
	list := make([]chat.Recipient, 0, len(l.st.Members))
	for u, m := range l.st.Members {
		list = append(list, chat.Recipient{UserID: u, Username: m.Username})
	}
	slices.SortFunc(list, func(a, b chat.Recipient) int {
		if a.UserID < b.UserID {
			return -1
		}
		return 1
	})
	return list
}
