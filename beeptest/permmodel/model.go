package permmodel

// Set is a set of permissions by their names.
type Set map[string]bool

// Override says what a role or a member is allowed and denied in a channel.
type Override struct {
	Allow Set
	Deny  Set
}

// Role is a role of a server. Everyone is the one of rank 0.
type Role struct {
	Rank   int
	Rights Set
}

// Channel is a channel of a server.
type Channel struct {
	Type    string // text, conference, category, thread, direct
	Parent  uint64 // 0: none
	Creator uint64
	Roles   map[uint64]Override
	Members map[uint64]Override
}

// Member is a member of a server.
type Member struct {
	Nickname   string
	Roles      map[uint64]bool // without everyone
	MutedUntil int64           // Unix milliseconds
}

// Server is all that decides about permissions in one server.
type Server struct {
	ID       uint64 // also of the role everyone
	Direct   bool
	Owner    uint64
	Roles    map[uint64]*Role
	Channels map[uint64]*Channel
	Members  map[uint64]*Member
	Banned   map[uint64]bool
	Silenced map[uint64]int64 // mutes of who has left
}

// Names are the names of all permissions.
func Names() []string {
	return []string{
		"administrator", "manage_server", "manage_roles", "manage_channels", "view_channels", "manage_webhooks",
		"manage_nicknames", "change_nickname", "send_messages", "manage_messages", "attach_files", "manage_members",
		"manage_invitations", "manage_permissions", "add_reactions", "mention_everyone", "view_audit_log",
		"create_threads", "connect", "speak", "share_video", "mute_members", "move_members",
	}
}

// ChannelNames are the names of those that can be allowed and denied in a channel.
func ChannelNames() []string {
	return []string{
		"manage_channels", "view_channels", "manage_webhooks", "send_messages", "manage_messages", "attach_files",
		"manage_permissions", "add_reactions", "mention_everyone", "create_threads", "connect", "speak", "share_video",
		"mute_members", "move_members",
	}
}

// SetOf makes a set of names.
func SetOf(names ...string) Set {
	s := Set{}
	for _, n := range names {
		s[n] = true
	}
	return s
}

func (s Set) copy() Set {
	c := Set{}
	for n := range s {
		c[n] = true
	}
	return c
}

// within reports whether everything in s is in other.
func (s Set) within(other Set) bool {
	for n := range s {
		if !other[n] {
			return false
		}
	}
	return true
}

// differs is what is in one of two sets only.
func differs(a, b Set) Set {
	d := Set{}
	for _, n := range Names() {
		if a[n] != b[n] {
			d[n] = true
		}
	}
	return d
}

// Rights is everything a user may do in a channel, 0: in the server, at a time
// (Unix milliseconds).
func (s *Server) Rights(user, channel uint64, now int64) Set {
	member, ok := s.Members[user]
	if !ok {
		return Set{}
	}
	if channel != 0 && s.Channels[channel] == nil {
		return Set{}
	}
	if s.Direct {
		return SetOf("view_channels", "send_messages", "add_reactions", "attach_files", "connect", "speak", "share_video")
	}
	if user == s.Owner {
		return SetOf(Names()...)
	}
	rights := s.Roles[s.ID].Rights.copy()
	for id := range member.Roles {
		for n := range s.Roles[id].Rights {
			rights[n] = true
		}
	}
	if rights["administrator"] {
		return SetOf(Names()...)
	}
	if channel != 0 {
		s.override(rights, user, s.Channels[s.governing(channel)])
		if !rights["view_channels"] {
			return Set{}
		}
	}
	if now < member.MutedUntil {
		for _, n := range []string{
			"send_messages", "add_reactions", "attach_files", "create_threads", "mention_everyone", "speak", "share_video",
		} {
			delete(rights, n)
		}
	}
	return rights
}

// May reports whether a user may do one thing.
func (s *Server) May(user, channel uint64, permission string, now int64) bool {
	return s.Rights(user, channel, now)[permission]
}

// governing is the channel whose overrides hold in a channel.
func (s *Server) governing(channel uint64) uint64 {
	c := s.Channels[channel]
	if c.Type == "thread" {
		channel = c.Parent
		c = s.Channels[channel]
	}
	if len(c.Roles)+len(c.Members) == 0 && c.Parent != 0 {
		return c.Parent
	}
	return channel
}

func (s *Server) override(rights Set, user uint64, c *Channel) {
	everyone := c.Roles[s.ID]
	for n := range everyone.Deny {
		delete(rights, n)
	}
	for n := range everyone.Allow {
		rights[n] = true
	}
	for id := range s.Members[user].Roles {
		for n := range c.Roles[id].Deny {
			delete(rights, n)
		}
	}
	for id := range s.Members[user].Roles {
		for n := range c.Roles[id].Allow {
			rights[n] = true
		}
	}
	for n := range c.Members[user].Deny {
		delete(rights, n)
	}
	for n := range c.Members[user].Allow {
		rights[n] = true
	}
}
