package chat

// Visibility says who can find and join a server.
type Visibility string

// The visibilities.
const (
	Public  Visibility = "public"  // anyone may find and join it
	Private Visibility = "private" // by invitation only
)

// ChannelType is what a channel is for.
type ChannelType string

// The types of channel of this version.
const TextChannel ChannelType = "text"

// ServerCreated begins the log of a server.
type ServerCreated struct {
	ID          ServerID   `json:"id"`
	Name        string     `json:"name"`
	Description string     `json:"description,omitempty"`
	Visibility  Visibility `json:"visibility"`
	OwnerID     UserID     `json:"owner_id"`
	Everyone    Permission `json:"everyone"`
}

// ChannelCreated adds a channel to a server.
type ChannelCreated struct {
	ID       ChannelID   `json:"id"`
	ServerID ServerID    `json:"server_id"`
	Name     string      `json:"name"`
	Type     ChannelType `json:"type"`
	Position int         `json:"position"`
}

// MemberJoined makes a user a member.
type MemberJoined struct {
	UserID   UserID `json:"user_id"`
	Username string `json:"username"`
}

// MemberLeft ends a membership by the member's own wish.
type MemberLeft struct {
	UserID UserID `json:"user_id"`
}

func (*ServerCreated) EventKind() EventKind  { return KindServerCreated }
func (*ChannelCreated) EventKind() EventKind { return KindChannelCreated }
func (*MemberJoined) EventKind() EventKind   { return KindMemberJoined }
func (*MemberLeft) EventKind() EventKind     { return KindMemberLeft }
