package chat

import "strings"

// Permission is a set of rights, one bit each. The names are the API; the bits
// are Discord's where Discord has the right, so that a compatible door is a
// mask and not a table.
type Permission uint64

// The rights this version decides by. Later rights take their own bits.
const (
	Administrator  Permission = 1 << 3
	ManageChannels Permission = 1 << 4
	ManageServer   Permission = 1 << 5
	ViewChannels   Permission = 1 << 10
	SendMessages   Permission = 1 << 11
	ManageMessages Permission = 1 << 13
)

// AllPermissions is every right there is.
const AllPermissions = Administrator | ManageChannels | ManageServer | ViewChannels | SendMessages | ManageMessages

// DefaultEveryone is what a new server grants to each of its members.
const DefaultEveryone = ViewChannels | SendMessages

var permissionNames = []struct {
	bit  Permission
	name string
}{
	{Administrator, "administrator"},
	{ManageChannels, "manage_channels"},
	{ManageServer, "manage_server"},
	{ViewChannels, "view_channels"},
	{SendMessages, "send_messages"},
	{ManageMessages, "manage_messages"},
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

// Grant is the outcome of one evaluation of Can: what a user may do in one
// channel, and the number of the server record up to which that was known.
type Grant struct {
	Member       bool
	Permissions  Permission
	ServerNumber uint64
}
