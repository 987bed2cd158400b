package chat

import "strconv"

// EntityKind says which of the three virtual actors owns a log. The letters are
// part of every subject and stored identifier: they never change.
type EntityKind byte

// The three kinds of entity.
const (
	KindServer  EntityKind = 'g'
	KindChannel EntityKind = 'c'
	KindUser    EntityKind = 'u'
)

// Key names an entity: one actor, one log subject, one dense numbering.
//
// Tenant is whose data it is: for a channel the server it stands in, for a
// server and a user the entity itself. It stands in the subject, so that one
// subscription hears a whole server.
type Key struct {
	Kind   EntityKind
	Tenant uint64
	ID     uint64
}

// ServerKey is the key of a server's own log: its settings, channels, members.
func ServerKey(id ServerID) Key { return Key{KindServer, uint64(id), uint64(id)} }

// ChannelKey is the key of a channel's log: its messages.
func ChannelKey(s ServerID, c ChannelID) Key { return Key{KindChannel, uint64(s), uint64(c)} }

// UserKey is the key of a user's log: memberships and read positions.
func UserKey(id UserID) Key { return Key{KindUser, uint64(id), uint64(id)} }

// Valid reports whether k can name an entity.
func (k Key) Valid() bool {
	switch k.Kind {
	case KindServer, KindUser:
		return k.ID != 0 && k.Tenant == k.ID
	case KindChannel:
		return k.ID != 0 && k.Tenant != 0
	}
	return false
}

// String is "c123" and the like; with the tenant's number in front for channels
// it is unique, and it is what logs and message ids carry.
func (k Key) String() string {
	return strconv.FormatUint(k.Tenant, 10) + "." + string(rune(k.Kind)) + strconv.FormatUint(k.ID, 10)
}

// Shards is the number of log streams. It is part of where stored data lies and
// can therefore not change without moving it.
const Shards = 16

// Shard is the number of the log stream that holds k, 0 to Shards-1. The
// finaliser of MurmurHash3 (public domain, Austin Appleby) spreads snowflakes,
// whose low bits are mostly zero.
func (k Key) Shard() int {
	h := k.ID
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	h ^= h >> 33
	return int(h % Shards)
}
