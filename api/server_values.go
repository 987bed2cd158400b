package api

// Listing is a server as those see it who browse.
type Listing struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	OwnerID     string `json:"owner_id"`
	Members     int    `json:"members"`
	CreatedAt   int64  `json:"created_at"`
	Picture     string `json:"picture,omitempty"`
	Banner      string `json:"banner,omitempty"`
}

// Listings is a page of public servers.
type Listings struct {
	Servers []Listing `json:"servers" nullable:"false"`
}

func (l Listings) next(_ map[string]any, size int) (string, string) {
	return fullPage(l.Servers, size, "after", func(s *Listing) string { return s.ID })
}

// Server is a server, or a direct conversation, as those see it who are in it.
type Server struct {
	ID          string      `json:"id"`
	Kind        string      `json:"kind" doc:"server, direct (two friends) or group"`
	Name        string      `json:"name"`
	Description string      `json:"description,omitempty"`
	Visibility  string      `json:"visibility,omitempty" doc:"public or private"`
	Picture     string      `json:"picture,omitempty" doc:"The identifier of an image"`
	Banner      string      `json:"banner,omitempty"`
	OwnerID     string      `json:"owner_id,omitempty"`
	Version     uint64      `json:"version,omitempty"`
	Members     int         `json:"members,omitempty"`
	Member      *Membership `json:"member,omitempty" doc:"Who asks, as a member"`
	Permissions []string    `json:"permissions,omitempty" nullable:"false" doc:"What who asks may do in the server as a whole"`
	Roles       []Role      `json:"roles,omitempty" nullable:"false"`
	Channels    []Channel   `json:"channels,omitempty" nullable:"false" doc:"Those that who asks may see"`
	Recipients  []Recipient `json:"recipients,omitempty" nullable:"false" doc:"Who is in a direct conversation"`
}

func (s Server) version() uint64 { return s.Version }

// Membership is what a member is in one server.
type Membership struct {
	Nickname   string   `json:"nickname,omitempty"`
	Roles      []string `json:"roles,omitempty" nullable:"false"`
	MutedUntil int64    `json:"muted_until,omitempty"`
}

// Recipient is somebody in a direct conversation.
type Recipient struct {
	UserID   string `json:"user_id"`
	Username string `json:"username"`
}

// Role is a named set of permissions.
type Role struct {
	ID          string   `json:"id" doc:"That of everyone is the server's"`
	Name        string   `json:"name"`
	Color       uint32   `json:"color,omitempty" doc:"0xRRGGBB, 0 for none"`
	Position    int      `json:"position" doc:"The rank; everyone has 0"`
	Permissions []string `json:"permissions" nullable:"false"`
	Mentionable bool     `json:"mentionable,omitempty"`
	Version     uint64   `json:"version,omitempty"`
}

func (r Role) version() uint64 { return r.Version }

// Roles is the roles of a server, highest first.
type Roles struct {
	Roles []Role `json:"roles" nullable:"false"`
}

// version of a list is that of the newest in it.
func (r Roles) version() (newest uint64) {
	for _, role := range r.Roles {
		newest = max(newest, role.Version)
	}
	return newest
}

// Channel is a channel as those see it who may.
type Channel struct {
	ID          string     `json:"id"`
	ServerID    *string    `json:"server_id" doc:"null in a direct conversation"`
	Name        string     `json:"name"`
	Type        string     `json:"type" doc:"text, conference, thread, category or direct"`
	Topic       string     `json:"topic,omitempty"`
	ParentID    string     `json:"parent_id,omitempty" doc:"The category, or the channel of a thread"`
	MessageID   string     `json:"message_id,omitempty" doc:"The message that a thread is tied to"`
	Position    int        `json:"position"`
	SlowMode    int        `json:"slow_mode,omitempty" doc:"Seconds between two messages of a member"`
	Archived    bool       `json:"archived,omitempty"`
	CreatedAt   int64      `json:"created_at"`
	CreatedBy   string     `json:"created_by,omitempty"`
	Version     uint64     `json:"version,omitempty"`
	Permissions []Override `json:"permissions,omitempty" nullable:"false" doc:"The overrides of roles; those of members for who may manage them"`
	Rights      []string   `json:"rights,omitempty" doc:"What who asks may do here, where that differs from the server"`
}

func (c Channel) version() uint64 { return c.Version }

// Override changes what a role or a member may do in one channel.
type Override struct {
	ID        string   `json:"id"`
	ChannelID string   `json:"channel_id"`
	RoleID    string   `json:"role_id,omitempty"`
	MemberID  string   `json:"member_id,omitempty"`
	Allow     []string `json:"allow" nullable:"false"`
	Deny      []string `json:"deny" nullable:"false"`
}

// Explanation says step by step why somebody may do something, or not.
type Explanation struct {
	Allowed bool   `json:"allowed"`
	Steps   []Step `json:"steps" nullable:"false"`
}

// Step is one step of an evaluation.
type Step struct {
	Rule   string `json:"rule" doc:"Such as: role, override of role"`
	RoleID string `json:"role_id,omitempty"`
	Name   string `json:"name,omitempty" doc:"Of the role"`
	Effect string `json:"effect" doc:"allows, denies, or nothing"`
	Holds  bool   `json:"holds" doc:"Whether the right held after this step"`
}
