package projector

import (
	"encoding/json"

	"beep/chat"
	"beep/store"
)

// The kinds of thing that something was done to.
const (
	targetServer     = "server"
	targetChannel    = "channel"
	targetRole       = "role"
	targetUser       = "user"
	targetMessage    = "message"
	targetInvitation = "invitation"
)

// audit notes who did it, in the server's audit log.
func (c *changes) audit(k chat.Key, rec chat.Record, e store.AuditEntry) {
	c.do(func(tx *store.Tx) error { return tx.PutAudit(k, rec.Number, complete(k, rec, e)) })
}

// complete adds what is the same for all entries.
func complete(k chat.Key, rec chat.Record, e store.AuditEntry) store.AuditEntry {
	e.At, e.ActorID, e.Action = rec.Time, rec.Author, rec.Event.EventKind().Name()
	if k.Kind == chat.KindChannel {
		e.ChannelID = chat.ChannelID(k.ID)
	}
	if e.TargetKind == targetServer {
		e.TargetID = k.Tenant
	}
	return e
}

// document is v as it stands in an entry.
func document(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		return nil // structs of strings, numbers and lists: never
	}
	return b
}

type fields map[string]any

// serverEntry is what an administrator wants to see of a record of the server's
// log; false: nothing. What people do to themselves (join, leave, choose a
// nickname) is not for him, and an invitation that is revoked is noted where its
// number is known.
func serverEntry(rec chat.Record) (store.AuditEntry, bool) {
	switch e := rec.Event.(type) {
	case *chat.ServerUpdated:
		return store.AuditEntry{TargetKind: targetServer, Before: document(e.Was), After: document(e.ServerSettings)}, true
	case *chat.OwnershipTransferred:
		return store.AuditEntry{
			TargetKind: targetUser, TargetID: uint64(e.To),
			Before: document(fields{"owner_id": e.From}), After: document(fields{"owner_id": e.To}),
		}, true
	case *chat.ChannelCreated:
		return channelEntry(e.ID, nil, document(e)), true
	case *chat.ChannelUpdated:
		return channelEntry(e.ID, document(e.Was), document(e.ChannelSettings)), true
	case *chat.ChannelDeleted:
		return channelEntry(e.ID, document(e), nil), true
	case *chat.OverrideSet:
		var was json.RawMessage
		if e.Was != nil {
			was = document(e.Was)
		}
		return overrideEntry(&e.Override, was, document(e.Override)), true
	case *chat.OverrideRemoved:
		return overrideEntry(&e.Override, document(e.Override), nil), true
	case *chat.RoleCreated:
		return roleEntry(e.ID, nil, document(e)), true
	case *chat.RoleUpdated:
		return roleEntry(e.ID, document(e.Was), document(e.RoleSettings)), true
	case *chat.RoleDeleted:
		return roleEntry(e.ID, document(fields{"name": e.Name}), nil), true
	case *chat.RolesOrdered:
		return store.AuditEntry{TargetKind: targetServer, Before: document(fields{"order": e.Was}), After: document(fields{"order": e.Order})}, true
	case *chat.InvitationCreated:
		// The code is a secret of those who may see invitations.
		return store.AuditEntry{
			TargetKind: targetInvitation, TargetID: rec.Number,
			After: document(chat.InvitationCreated{UserID: e.UserID, ExpiresAt: e.ExpiresAt, MaxUses: e.MaxUses}),
		}, true
	}
	return memberEntry(rec)
}

// memberEntry is what was done to a member, or to somebody who is none any more.
func memberEntry(rec chat.Record) (store.AuditEntry, bool) {
	switch e := rec.Event.(type) {
	case *chat.MemberKicked:
		return userEntry(e.UserID, e.Reason, nil, nil), true
	case *chat.MemberBanned:
		return userEntry(e.UserID, e.Reason, nil, nil), true
	case *chat.MemberUnbanned:
		return userEntry(e.UserID, "", nil, nil), true
	case *chat.MemberMuted:
		return userEntry(e.UserID, e.Reason, fields{"until": e.Was}, fields{"until": e.Until}), true
	case *chat.MemberRenamed:
		return userEntry(e.UserID, "", fields{"nickname": e.Was}, fields{"nickname": e.Nickname}), rec.Author != e.UserID
	case *chat.MemberRolesChanged:
		return userEntry(e.UserID, "", fields{"removed": e.Removed}, fields{"added": e.Added}), true
	}
	return store.AuditEntry{}, false
}

func channelEntry(id chat.ChannelID, before, after json.RawMessage) store.AuditEntry {
	return store.AuditEntry{TargetKind: targetChannel, TargetID: uint64(id), ChannelID: id, Before: before, After: after}
}

func overrideEntry(o *chat.Override, before, after json.RawMessage) store.AuditEntry {
	e := store.AuditEntry{TargetKind: targetRole, TargetID: uint64(o.RoleID), ChannelID: o.ChannelID, Before: before, After: after}
	if o.MemberID != 0 {
		e.TargetKind, e.TargetID = targetUser, uint64(o.MemberID)
	}
	return e
}

func roleEntry(id chat.RoleID, before, after json.RawMessage) store.AuditEntry {
	return store.AuditEntry{TargetKind: targetRole, TargetID: uint64(id), Before: before, After: after}
}

func userEntry(id chat.UserID, reason string, before, after fields) store.AuditEntry {
	e := store.AuditEntry{TargetKind: targetUser, TargetID: uint64(id), Reason: reason}
	if before != nil {
		e.Before = document(before)
	}
	if after != nil {
		e.After = document(after)
	}
	return e
}

func pinnedEntry(e *chat.MessagePinned) store.AuditEntry {
	return store.AuditEntry{
		TargetKind: targetMessage, TargetID: uint64(e.ID),
		Before: document(fields{"pinned": !e.Pinned}), After: document(fields{"pinned": e.Pinned}),
	}
}

// deletedEntry does not hold what the message said: that is gone.
func deletedEntry(e *chat.MessageDeleted, sender chat.UserID) store.AuditEntry {
	return store.AuditEntry{TargetKind: targetMessage, TargetID: uint64(e.ID), Before: document(fields{"sender_id": sender})}
}

func purgedEntry(e *chat.MessagesPurged) store.AuditEntry {
	return userEntry(e.UserID, "", fields{"messages": len(e.Seqs)}, nil)
}
