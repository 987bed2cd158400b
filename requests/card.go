package requests

import (
	"context"
	"slices"

	"beep/chat"
	"beep/wire"
)

// serverCard is a server as a member sees it; the shape is that of ready, without
// what changes with every message.
type serverCard struct {
	ID          chat.ServerID      `json:"id"`
	Kind        string             `json:"kind"`
	Name        string             `json:"name"`
	Description string             `json:"description"`
	Visibility  chat.Visibility    `json:"visibility"`
	Picture     string             `json:"picture"`
	Banner      string             `json:"banner"`
	OwnerID     chat.UserID        `json:"owner_id"`
	Version     uint64             `json:"version"`
	Members     int                `json:"members"`
	Member      memberCard         `json:"member"`
	Permissions []string           `json:"permissions"`
	Recipients  []chat.Recipient   `json:"recipients,omitempty"`
	Roles       []wire.RoleCard    `json:"roles,omitempty"`
	Channels    []wire.ChannelCard `json:"channels"`
}

// memberCard is what a member knows of himself.
type memberCard struct {
	Nickname   string        `json:"nickname"`
	Roles      []chat.RoleID `json:"roles"`
	MutedUntil int64         `json:"muted_until"`
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
		Permissions: rights.Names(), Channels: []wire.ChannelCard{},
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
func (l *looking) channel(c *chat.Channel, members bool) wire.ChannelCard {
	card := wire.NewChannelCard(c, l.st.Kind != chat.ServerOfMembers, members)
	// A parent that he does not see is not named to him.
	if c.ParentID != 0 && !l.sees(c.ParentID) {
		card.ParentID = 0
	}
	here := chat.Can(l.st, l.who, c.ID, chat.Forever).Permissions
	if here != chat.Can(l.st, l.who, 0, chat.Forever).Permissions {
		card.Rights = here.Names()
	}
	return card
}

// roles lists the roles, highest first.
func (l *looking) roles() []wire.RoleCard {
	list := wire.NewRoleCards(l.st.Roles)
	slices.SortStableFunc(list, func(a, b wire.RoleCard) int { return b.Position - a.Position })
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
