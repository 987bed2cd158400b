package wire

import "beep/chat"

// ChannelCard is a channel as clients see it, in ready and in replies alike.
type ChannelCard struct {
	ID        chat.ChannelID   `json:"id"`
	ServerID  *chat.ServerID   `json:"server_id"` // null in a direct conversation
	Name      string           `json:"name"`
	Type      chat.ChannelType `json:"type"`
	Topic     string           `json:"topic,omitempty"`
	ParentID  chat.ChannelID   `json:"parent_id,omitempty"`
	MessageID chat.MessageID   `json:"message_id,omitempty"`
	Position  int              `json:"position"`
	SlowMode  int              `json:"slow_mode,omitempty"`
	Archived  bool             `json:"archived,omitempty"`
	CreatedAt int64            `json:"created_at"` // Unix milliseconds
	CreatedBy chat.UserID      `json:"created_by,omitempty"`
	Version   uint64           `json:"version,omitempty"`
	Overrides []chat.Override  `json:"permissions,omitempty"`
	// Rights is what the viewer may do here, where that is not what he may do in the server.
	Rights []string `json:"rights,omitempty"`
}

// NewChannelCard is the card of c, which stands in a server or in a direct
// conversation. Overrides of members are for those to see who manage them: without
// members the card holds those of roles alone.
func NewChannelCard(c *chat.Channel, direct, members bool) ChannelCard {
	card := ChannelCard{
		ID: c.ID, Name: c.Name, Type: c.Type, Topic: c.Topic, ParentID: c.ParentID, MessageID: c.MessageID,
		Position: c.Position, SlowMode: c.SlowMode, Archived: c.Archived,
		CreatedAt: c.CreatedAt, CreatedBy: c.CreatedBy, Version: c.Version,
	}
	if !direct {
		id := c.ServerID
		card.ServerID = &id
	}
	for _, o := range c.Overrides {
		if members || o.MemberID == 0 {
			card.Overrides = append(card.Overrides, o)
		}
	}
	return card
}

// RoleCard is a role as clients see it.
type RoleCard struct {
	ID          chat.RoleID `json:"id"`
	Name        string      `json:"name"`
	Color       uint32      `json:"color,omitempty"` // 0xRRGGBB
	Position    int         `json:"position"`
	Permissions chat.Rights `json:"permissions"`
	Mentionable bool        `json:"mentionable,omitempty"`
	Version     uint64      `json:"version"`
}

// NewRoleCards are the cards of roles, in their order.
func NewRoleCards(roles []chat.Role) []RoleCard {
	cards := make([]RoleCard, len(roles))
	for i, r := range roles {
		cards[i] = RoleCard{r.ID, r.Name, r.Color, r.Position, r.Permissions, r.Mentionable, r.Version}
	}
	return cards
}
