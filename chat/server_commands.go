package chat

// Commands of a server's actor. By is who asks; every other field is what the
// caller wants. A pointer that is nil leaves the setting as it is. IfVersion, if
// not 0, is the Version that the caller has seen: another one is refused (Stale).

// CreateServer makes a server with one text channel and its owner as member.
type CreateServer struct {
	ID            ServerID
	Name          string
	Description   string
	Visibility    Visibility
	Picture       string
	Banner        string
	Owner         UserID
	OwnerName     string
	FirstChannel  ChannelID
	FirstChanName string
}

// CreateDirect makes a direct conversation with its one channel. Users' actors
// send it.
type CreateDirect struct {
	ID      ServerID
	Kind    ServerKind // DirectOfTwo or DirectOfGroup
	Name    string     // of a group, may be empty
	Channel ChannelID
	Owner   Recipient // who began it; of a group its owner
	Others  []Recipient
}

// AddRecipient adds a friend of By to a group conversation of his. That they are
// friends, By's own actor has checked.
type AddRecipient struct {
	By   UserID
	User Recipient
}

// EndDirect ends the conversation of two friends, for the erasure that follows.
// The keeper of the pair sends it.
type EndDirect struct {
	By UserID
}

// UpdateServer changes settings; By needs manage_server.
type UpdateServer struct {
	By          UserID
	Name        *string
	Description *string
	Visibility  *Visibility
	Picture     *string
	Banner      *string
	IfVersion   uint64
}

// DeleteServer destroys a server; By must be its owner.
type DeleteServer struct {
	By        UserID
	IfVersion uint64
}

// TransferOwnership makes another member the owner; By must be the owner.
type TransferOwnership struct {
	By UserID
	To UserID
}

// CreateChannel adds a channel. By needs manage_channels (in the category, if
// there is one), for a thread create_threads in its parent.
type CreateChannel struct {
	By        UserID
	ID        ChannelID
	Name      string
	Type      ChannelType // "" is a text channel
	Topic     string
	Parent    ChannelID // category, or the channel of a thread
	Message   MessageID // that a thread is tied to; the caller has checked that By sees it
	SlowMode  int
	Private   bool       // only By, and whom overrides allow, see it
	Overrides []Override // ChannelID and ID are filled in
	// SystemID is the identifier of the system message that reports a thread.
	SystemID MessageID
}

// UpdateChannel changes settings; By needs manage_channels there, or is the
// creator of the thread.
type UpdateChannel struct {
	By        UserID
	ID        ChannelID
	Name      *string
	Topic     *string
	Parent    *ChannelID // 0: none
	Position  *int
	SlowMode  *int
	Archived  *bool
	IfVersion uint64
}

// DeleteChannel removes a channel and what is below it; By needs manage_channels there.
type DeleteChannel struct {
	By        UserID
	ID        ChannelID
	IfVersion uint64
}

// AddToChannel lets a member into a private channel; By needs manage_permissions there.
type AddToChannel struct {
	By      UserID
	Channel ChannelID
	User    UserID
}

// LeaveChannel takes By's own override out of a private channel.
type LeaveChannel struct {
	By      UserID
	Channel ChannelID
}

// SetOverride puts an override into a channel; By needs manage_permissions
// there, a higher rank than the role or member, and the rights himself.
type SetOverride struct {
	By        UserID
	Override  Override // ID is filled in
	IfVersion uint64
}

// RemoveOverride takes it out again, by the same rules.
type RemoveOverride struct {
	By        UserID
	Channel   ChannelID
	RoleID    RoleID
	MemberID  UserID
	IfVersion uint64
}

// CreateRole adds a role at the lowest rank; By needs manage_roles.
type CreateRole struct {
	By UserID
	ID RoleID
	RoleSettings
}

// UpdateRole changes a role below By's rank; By needs manage_roles.
type UpdateRole struct {
	By          UserID
	ID          RoleID
	Name        *string
	Color       *uint32
	Permissions *Permission
	Mentionable *bool
	IfVersion   uint64
}

// DeleteRole removes a role below By's rank; By needs manage_roles.
type DeleteRole struct {
	By        UserID
	ID        RoleID
	IfVersion uint64
}

// OrderRoles gives all roles but everyone their ranks, lowest first. What is at
// or above By's rank must stay where it is.
type OrderRoles struct {
	By    UserID
	Order []RoleID
}

// ChangeMemberRoles gives and takes roles below By's rank; By needs manage_roles.
type ChangeMemberRoles struct {
	By     UserID
	User   UserID
	Add    []RoleID
	Remove []RoleID
}

// RenameMember sets a nickname: one's own with change_nickname, others' with
// manage_nicknames and a higher rank.
type RenameMember struct {
	By       UserID
	User     UserID
	Nickname string
}

// MuteMember silences a member until a time (Unix milliseconds), 0 gives his
// voice back; By needs manage_members and a higher rank.
type MuteMember struct {
	By     UserID
	User   UserID
	Until  int64
	Reason string
}

// KickMember removes a member; By needs manage_members and a higher rank. Of a
// group conversation the owner may.
type KickMember struct {
	By     UserID
	User   UserID
	Reason string
}

// BanMember removes a user and keeps him out; By needs manage_members and a
// higher rank. Purge are the messages that are to go with him.
type BanMember struct {
	By     UserID
	User   UserID
	Reason string
	Since  int64 // Unix milliseconds; 0: no messages are deleted
	// Purge are the channels where he wrote since then, with the sequences of
	// messages as the read model knows them.
	Purge map[ChannelID][]uint64
}

// UnbanMember lets a user come back; By needs manage_members.
type UnbanMember struct {
	By   UserID
	User UserID
}

// CreateInvitation opens an invitation; By needs manage_invitations.
type CreateInvitation struct {
	By        UserID
	Code      string // fresh, unguessable
	ExpiresAt int64  // Unix milliseconds, 0: never
	MaxUses   int    // 0: any number
}

// RevokeInvitation closes one's own invitation, or with manage_invitations or
// manage_server anybody's.
type RevokeInvitation struct {
	By   UserID
	Code string
}

// InviteUser invites one user in the application; By needs manage_invitations.
type InviteUser struct {
	By   UserID
	User UserID
	Code string
}

// RefuseInvitation closes an invitation in the application by the wish of the
// invited. His own actor sends it.
type RefuseInvitation struct {
	User UserID
	Code string
}

// AddMember makes a user a member: of a public server, or by an invitation. The
// user's own actor sends it, after it has reserved one of the user's places.
type AddMember struct {
	User       UserID
	Username   string
	Invitation string
	// SystemID is the identifier of the system message that reports it.
	SystemID MessageID
}

// RemoveMember ends a membership by the member's wish.
type RemoveMember struct {
	User UserID
}

// GetMembership asks whether User is a member; the reply is a *Membership.
type GetMembership struct {
	User UserID
}

// Membership answers GetMembership.
type Membership struct {
	Member bool
}

func (*CreateServer) CommandName() string      { return "create server" }
func (*CreateDirect) CommandName() string      { return "create conversation" }
func (*AddRecipient) CommandName() string      { return "add to conversation" }
func (*EndDirect) CommandName() string         { return "end conversation" }
func (*UpdateServer) CommandName() string      { return "update server" }
func (*DeleteServer) CommandName() string      { return "delete server" }
func (*TransferOwnership) CommandName() string { return "transfer ownership" }
func (*CreateChannel) CommandName() string     { return "create channel" }
func (*UpdateChannel) CommandName() string     { return "update channel" }
func (*DeleteChannel) CommandName() string     { return "delete channel" }
func (*AddToChannel) CommandName() string      { return "add to channel" }
func (*LeaveChannel) CommandName() string      { return "leave channel" }
func (*SetOverride) CommandName() string       { return "set override" }
func (*RemoveOverride) CommandName() string    { return "remove override" }
func (*CreateRole) CommandName() string        { return "create role" }
func (*UpdateRole) CommandName() string        { return "update role" }
func (*DeleteRole) CommandName() string        { return "delete role" }
func (*OrderRoles) CommandName() string        { return "order roles" }
func (*ChangeMemberRoles) CommandName() string { return "change roles of member" }
func (*RenameMember) CommandName() string      { return "rename member" }
func (*MuteMember) CommandName() string        { return "mute member" }
func (*KickMember) CommandName() string        { return "kick member" }
func (*BanMember) CommandName() string         { return "ban member" }
func (*UnbanMember) CommandName() string       { return "unban member" }
func (*CreateInvitation) CommandName() string  { return "create invitation" }
func (*RevokeInvitation) CommandName() string  { return "revoke invitation" }
func (*InviteUser) CommandName() string        { return "invite user" }
func (*RefuseInvitation) CommandName() string  { return "refuse invitation" }
func (*AddMember) CommandName() string         { return "join server" }
func (*RemoveMember) CommandName() string      { return "leave server" }
func (*GetMembership) CommandName() string     { return "get membership" }
