package chat

// Visibility says who can find and join a server.
type Visibility string

// The visibilities.
const (
	Public  Visibility = "public"  // anyone may find and join it
	Private Visibility = "private" // by invitation only
)

// EveryoneName is the name of the role that every member has.
const EveryoneName = "everyone"

// ServerCreated begins the log of a server, or of a direct conversation.
type ServerCreated struct {
	ID          ServerID   `json:"id"`
	Kind        ServerKind `json:"kind,omitempty"`
	Name        string     `json:"name"`
	Description string     `json:"description,omitempty"`
	Visibility  Visibility `json:"visibility"`
	OwnerID     UserID     `json:"owner_id"`
	Everyone    Permission `json:"everyone"`
	Picture     string     `json:"picture,omitempty"`
	Banner      string     `json:"banner,omitempty"`
}

// ServerSettings are what people choose about a server.
type ServerSettings struct {
	Name        string     `json:"name"`
	Description string     `json:"description,omitempty"`
	Visibility  Visibility `json:"visibility"`
	Picture     string     `json:"picture,omitempty"`
	Banner      string     `json:"banner,omitempty"`
}

// ServerUpdated replaces the settings; Was are those before, for the audit log.
type ServerUpdated struct {
	ServerSettings
	Was ServerSettings `json:"was"`
}

// ServerDeleted ends a server, or a direct conversation.
type ServerDeleted struct {
	Name string `json:"name"`
}

// OwnershipTransferred makes another member the owner.
type OwnershipTransferred struct {
	From UserID `json:"from"`
	To   UserID `json:"to"`
}

// ChannelCreated adds a channel to a server.
type ChannelCreated struct {
	ID        ChannelID   `json:"id"`
	ServerID  ServerID    `json:"server_id"`
	Name      string      `json:"name"`
	Type      ChannelType `json:"type"`
	Position  int         `json:"position"`
	Topic     string      `json:"topic,omitempty"`
	ParentID  ChannelID   `json:"parent_id,omitempty"`
	MessageID MessageID   `json:"message_id,omitempty"`
	SlowMode  int         `json:"slow_mode,omitempty"`
	Overrides []Override  `json:"permissions,omitempty"`
}

// ChannelSettings are what people choose about a channel.
type ChannelSettings struct {
	Name     string    `json:"name"`
	Topic    string    `json:"topic,omitempty"`
	ParentID ChannelID `json:"parent_id,omitempty"`
	Position int       `json:"position"`
	SlowMode int       `json:"slow_mode,omitempty"` // seconds
	Archived bool      `json:"archived,omitempty"`
}

func (s *ChannelSettings) put(c *Channel) {
	c.Name, c.Topic, c.ParentID = s.Name, s.Topic, s.ParentID
	c.Position, c.SlowMode, c.Archived = s.Position, s.SlowMode, s.Archived
}

// Settings are the channel's settings.
func (c *Channel) Settings() ChannelSettings {
	return ChannelSettings{c.Name, c.Topic, c.ParentID, c.Position, c.SlowMode, c.Archived}
}

// ChannelUpdated replaces a channel's settings.
type ChannelUpdated struct {
	ID ChannelID `json:"id"`
	ChannelSettings
	Was ChannelSettings `json:"was"`
}

// ChannelDeleted removes a channel, and With it those below it.
type ChannelDeleted struct {
	ID   ChannelID   `json:"id"`
	Name string      `json:"name"`
	With []ChannelID `json:"with,omitempty"`
}

// OverrideSet puts an override in a channel in the place of that of the same
// role or member; Was is that one, nil if there was none.
type OverrideSet struct {
	Override
	Was *Override `json:"was,omitempty"`
}

// OverrideRemoved takes an override away; it is told as it was.
type OverrideRemoved struct {
	Override
}

// RoleSettings are what people choose about a role.
type RoleSettings struct {
	Name        string `json:"name"`
	Color       uint32 `json:"color,omitempty"`
	Permissions Rights `json:"permissions"`
	Mentionable bool   `json:"mentionable,omitempty"`
}

func (s *RoleSettings) put(r *Role) {
	r.Name, r.Color, r.Permissions, r.Mentionable = s.Name, s.Color, s.Permissions, s.Mentionable
}

// Settings are the role's settings.
func (r *Role) Settings() RoleSettings {
	return RoleSettings{r.Name, r.Color, r.Permissions, r.Mentionable}
}

// RoleCreated adds a role at Position; those at and above it move up by one.
type RoleCreated struct {
	ID       RoleID `json:"id"`
	Position int    `json:"position"`
	RoleSettings
}

// RoleUpdated replaces a role's settings.
type RoleUpdated struct {
	ID RoleID `json:"id"`
	RoleSettings
	Was RoleSettings `json:"was"`
}

// RoleDeleted removes a role from the server, from its members and from every
// channel's overrides; the roles above it move down by one.
type RoleDeleted struct {
	ID   RoleID `json:"id"`
	Name string `json:"name"`
}

// RolesOrdered gives all roles but everyone their positions, lowest first: 1, 2, …
type RolesOrdered struct {
	Order []RoleID `json:"order"`
	Was   []RoleID `json:"was"`
}

func (*ServerCreated) EventKind() EventKind        { return KindServerCreated }
func (*ServerUpdated) EventKind() EventKind        { return KindServerUpdated }
func (*ServerDeleted) EventKind() EventKind        { return KindServerDeleted }
func (*OwnershipTransferred) EventKind() EventKind { return KindOwnershipTransferred }
func (*ChannelCreated) EventKind() EventKind       { return KindChannelCreated }
func (*ChannelUpdated) EventKind() EventKind       { return KindChannelUpdated }
func (*ChannelDeleted) EventKind() EventKind       { return KindChannelDeleted }
func (*OverrideSet) EventKind() EventKind          { return KindOverrideSet }
func (*OverrideRemoved) EventKind() EventKind      { return KindOverrideRemoved }
func (*RoleCreated) EventKind() EventKind          { return KindRoleCreated }
func (*RoleUpdated) EventKind() EventKind          { return KindRoleUpdated }
func (*RoleDeleted) EventKind() EventKind          { return KindRoleDeleted }
func (*RolesOrdered) EventKind() EventKind         { return KindRolesOrdered }
