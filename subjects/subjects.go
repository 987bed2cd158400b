package subjects

import (
	"strconv"
	"strings"

	"beep/chat"
)

const hexDigits = "0123456789abcdef"

// Stream is the name of log stream shard (0 to chat.Shards-1): EV_0 to EV_F.
func Stream(shard int) string { return "EV_" + strings.ToUpper(hexDigits[shard:shard+1]) }

// StreamFilter is what log stream shard stores.
func StreamFilter(shard int) string { return "ev." + hexDigits[shard:shard+1] + ".*.*" }

// Log is the subject of the log of k: one commit, one message.
func Log(k chat.Key) string {
	shard := k.Shard()
	return "ev." + hexDigits[shard:shard+1] + "." + tenant(k) + "." + entity(k)
}

// TenantLogs matches the logs of all entities of a tenant in one stream.
func TenantLogs(shard int, tenantID uint64) string {
	return "ev." + hexDigits[shard:shard+1] + "." + strconv.FormatUint(tenantID, 10) + ".*"
}

// RepublishSource and RepublishTarget are the streams' republishing: what was
// stored in the log of k is published on Live(k).
const (
	RepublishSource = "ev.*.*.*"
	RepublishTarget = "live.{{wildcard(2)}}.{{wildcard(3)}}"
)

// Live is where the stored commits of k, and its tips, are heard.
func Live(k chat.Key) string { return "live." + tenant(k) + "." + entity(k) }

// LiveTenant matches everything live of a tenant: the logs of its entities,
// typing and presence.
func LiveTenant(tenantID uint64) string { return "live." + strconv.FormatUint(tenantID, 10) + ".*" }

// Typing is where it is said that somebody is typing in a channel; never stored.
func Typing(s chat.ServerID, c chat.ChannelID) string {
	return "live." + s.String() + ".t" + c.String()
}

// Presence is where edges tell each other who is connected; never stored.
func Presence(s chat.ServerID) string { return "live." + s.String() + ".p" }

// DeadStream stores records nobody could read, with the reason.
const DeadStream = "DEAD"

// DeadFilter is what DeadStream stores.
const DeadFilter = "dead.*"

// Dead is where an unreadable record of stream shard is put.
func Dead(shard int) string { return "dead." + hexDigits[shard:shard+1] }

// KeyStream holds the keys of tenants whose logs are sealed, and nothing else.
const KeyStream = "KEYS"

// KeyFilter is what KeyStream stores.
const KeyFilter = "key.*"

// TenantKey is where the key of a tenant lies, and behind it the tombstone of one
// that was erased.
func TenantKey(tenantID uint64) string { return "key." + strconv.FormatUint(tenantID, 10) }

// ParseTenantKey is the inverse of TenantKey.
func ParseTenantKey(subject string) (uint64, bool) {
	id, ok := strings.CutPrefix(subject, "key.")
	if !ok {
		return 0, false
	}
	tenantID, err := chat.ParseServerID(id)
	return uint64(tenantID), err == nil && tenantID != 0
}

// SnapshotBucket is the key-value bucket of the actors' snapshots.
const SnapshotBucket = "SNAPSHOTS"

// SnapshotKey is the key of k's snapshot.
func SnapshotKey(k chat.Key) string { return tenant(k) + "." + entity(k) }

// SnapshotPart is the key of a part of k's snapshot, where that is too large for
// one message: part i (from 0) of set 0 or 1.
func SnapshotPart(k chat.Key, set, i int) string {
	return SnapshotKey(k) + "." + strconv.Itoa(set) + "." + strconv.Itoa(i)
}

func tenant(k chat.Key) string { return strconv.FormatUint(k.Tenant, 10) }
func entity(k chat.Key) string { return string(rune(k.Kind)) + strconv.FormatUint(k.ID, 10) }

// ParseLog reads the key out of a log subject.
func ParseLog(subject string) (chat.Key, bool) {
	p := strings.Split(subject, ".")
	if len(p) != 4 || p[0] != "ev" {
		return chat.Key{}, false
	}
	k, ok := parseKey(p[2], p[3])
	return k, ok && p[1] == hexDigits[k.Shard():k.Shard()+1]
}

// LiveKind says what came in on a live subject.
type LiveKind byte

// What can come in on a live subject.
const (
	LiveCommit   LiveKind = 'e' // a stored commit, or a tip of an entity
	LiveTyping   LiveKind = 't'
	LivePresence LiveKind = 'p'
)

// ParseLive reads a live subject. For LiveCommit the key is the entity's, for
// LiveTyping the channel's, for LivePresence the server's.
func ParseLive(subject string) (LiveKind, chat.Key, bool) {
	rest, ok := strings.CutPrefix(subject, "live.")
	if !ok {
		return 0, chat.Key{}, false
	}
	ten, ent, ok := strings.Cut(rest, ".")
	if !ok || ent == "" {
		return 0, chat.Key{}, false
	}
	switch ent[0] {
	case 't':
		k, ok := parseKey(ten, "c"+ent[1:])
		return LiveTyping, k, ok
	case 'p':
		k, ok := parseKey(ten, "g"+ten)
		return LivePresence, k, ok && ent == "p"
	}
	k, ok := parseKey(ten, ent)
	return LiveCommit, k, ok
}

func parseKey(ten, ent string) (chat.Key, bool) {
	if len(ent) < 2 {
		return chat.Key{}, false
	}
	t, err1 := chat.ParseServerID(ten)
	id, err2 := chat.ParseServerID(ent[1:])
	k := chat.Key{Kind: chat.EntityKind(ent[0]), Tenant: uint64(t), ID: uint64(id)}
	return k, err1 == nil && err2 == nil && k.Valid()
}
