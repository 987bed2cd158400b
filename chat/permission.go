package chat

import (
	"encoding/json"
	"strings"
)

// Permission is a set of rights, one bit each. The names are the API; the bits
// are Discord's where Discord has the right, so that a compatible door is a
// mask and not a table. Bits are for ever: they stand in the log.
type Permission uint64

// The rights. Those in ChannelPermissions can be allowed and denied per channel;
// the others hold in the server as a whole.
const (
	ManageInvitations Permission = 1 << 0
	Administrator     Permission = 1 << 3 // every right, in every channel
	ManageChannels    Permission = 1 << 4
	ManageServer      Permission = 1 << 5
	AddReactions      Permission = 1 << 6
	ViewAuditLog      Permission = 1 << 7
	ShareVideo        Permission = 1 << 9
	ViewChannels      Permission = 1 << 10
	SendMessages      Permission = 1 << 11
	ManageMessages    Permission = 1 << 13 // delete others' messages, pin
	AttachFiles       Permission = 1 << 15
	MentionEveryone   Permission = 1 << 17 // @everyone, and roles that are not mentionable
	Connect           Permission = 1 << 20
	Speak             Permission = 1 << 21
	MuteMembers       Permission = 1 << 22 // in voice
	MoveMembers       Permission = 1 << 24
	ChangeNickname    Permission = 1 << 26
	ManageNicknames   Permission = 1 << 27
	ManageRoles       Permission = 1 << 28
	ManageWebhooks    Permission = 1 << 29
	CreateThreads     Permission = 1 << 35
	ManageMembers     Permission = 1 << 40 // mute, kick, ban
	ManagePermissions Permission = 1 << 60 // change a channel's overrides; Discord has no bit for it
)

// ChannelPermissions are the rights that an override may allow or deny.
const ChannelPermissions = ManageChannels | AddReactions | ShareVideo | ViewChannels | SendMessages | ManageMessages |
	AttachFiles | MentionEveryone | Connect | Speak | MuteMembers | MoveMembers | ManageWebhooks | CreateThreads | ManagePermissions

// AllPermissions is every right there is.
const AllPermissions = ChannelPermissions | ManageInvitations | Administrator | ManageServer | ViewAuditLog |
	ChangeNickname | ManageNicknames | ManageRoles | ManageMembers

// DefaultEveryone is what a new server grants to each of its members; a public
// one adds ManageInvitations (SRV-6).
const DefaultEveryone = ViewChannels | SendMessages | AddReactions | AttachFiles | CreateThreads | ChangeNickname |
	Connect | Speak | ShareVideo

// DirectPermissions is what both friends, or all of a group, may do in their
// direct channel: fixed and equal (SOC-4).
const DirectPermissions = ViewChannels | SendMessages | AddReactions | AttachFiles | Connect | Speak | ShareVideo

// Speaking is what a muted member may not do (SRV-8).
const Speaking = SendMessages | AddReactions | AttachFiles | CreateThreads | MentionEveryone | Speak | ShareVideo

var permissionNames = []struct {
	bit  Permission
	name string
}{
	{ManageInvitations, "manage_invitations"},
	{Administrator, "administrator"},
	{ManageChannels, "manage_channels"},
	{ManageServer, "manage_server"},
	{AddReactions, "add_reactions"},
	{ViewAuditLog, "view_audit_log"},
	{ShareVideo, "share_video"},
	{ViewChannels, "view_channels"},
	{SendMessages, "send_messages"},
	{ManageMessages, "manage_messages"},
	{AttachFiles, "attach_files"},
	{MentionEveryone, "mention_everyone"},
	{Connect, "connect"},
	{Speak, "speak"},
	{MuteMembers, "mute_members"},
	{MoveMembers, "move_members"},
	{ChangeNickname, "change_nickname"},
	{ManageNicknames, "manage_nicknames"},
	{ManageRoles, "manage_roles"},
	{ManageWebhooks, "manage_webhooks"},
	{CreateThreads, "create_threads"},
	{ManageMembers, "manage_members"},
	{ManagePermissions, "manage_permissions"},
}

// Has reports whether p holds every right of want.
func (p Permission) Has(want Permission) bool { return p&want == want }

// Names lists the names of the rights in p in the order of their bits.
func (p Permission) Names() []string {
	names := []string{}
	for _, n := range permissionNames {
		if p.Has(n.bit) {
			names = append(names, n.name)
		}
	}
	return names
}

func (p Permission) String() string { return strings.Join(p.Names(), ",") }

// ParsePermission is the right of a name; the error is of kind Invalid.
func ParsePermission(op, name string) (Permission, error) {
	for _, n := range permissionNames {
		if n.name == name {
			return n.bit, nil
		}
	}
	return 0, Errorf(Invalid, op, "there is no permission of the name %.40q", name)
}

// ParsePermissions is the set of the rights named; the error is of kind Invalid.
func ParsePermissions(op string, names []string) (Permission, error) {
	var p Permission
	for _, name := range names {
		bit, err := ParsePermission(op, name)
		if err != nil {
			return 0, err
		}
		p |= bit
	}
	return p, nil
}

// Rights is a Permission whose JSON is the list of its names, as clients know
// it. Reading passes over names it does not know: they are a later version's.
type Rights Permission

// MarshalJSON writes the names.
func (r Rights) MarshalJSON() ([]byte, error) { return json.Marshal(Permission(r).Names()) }

// UnmarshalJSON reads the names.
func (r *Rights) UnmarshalJSON(b []byte) error {
	var names []string
	if err := json.Unmarshal(b, &names); err != nil {
		return err
	}
	*r = 0
	for _, name := range names {
		if bit, err := ParsePermission("", name); err == nil {
			*r |= Rights(bit)
		}
	}
	return nil
}

// Grant is the outcome of one evaluation of Can: what a user may do in one
// channel, and the number of the server record up to which that was known.
type Grant struct {
	Member       bool
	Permissions  Permission
	ServerNumber uint64
}
