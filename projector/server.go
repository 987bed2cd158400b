package projector

import (
	"beep/chat"
	"beep/store"
)

func (c *changes) addToServer(k chat.Key, id chat.ServerID, rec chat.Record) error {
	switch e := rec.Event.(type) {
	case *chat.ServerCreated:
		c.do(func(tx *store.Tx) error {
			return tx.PutServer(store.Server{
				ID: id, Name: e.Name, Description: e.Description, Visibility: e.Visibility,
				OwnerID: e.OwnerID, CreatedAt: rec.Time, Kind: e.Kind, Picture: e.Picture, Banner: e.Banner,
			})
		})
	case *chat.ServerUpdated:
		c.do(func(tx *store.Tx) error { return tx.UpdateServer(id, e.ServerSettings) })
	case *chat.ServerDeleted:
		c.erase(id)
	case *chat.OwnershipTransferred:
		c.do(func(tx *store.Tx) error { return tx.SetOwner(id, e.To) })
	case *chat.ChannelCreated:
		c.do(func(tx *store.Tx) error {
			return tx.PutChannel(chat.Channel{
				ID: e.ID, ServerID: id, Name: e.Name, Type: e.Type, Position: e.Position, CreatedAt: rec.Time,
				Topic: e.Topic, ParentID: e.ParentID, MessageID: e.MessageID, SlowMode: e.SlowMode, CreatedBy: rec.Author,
			})
		})
	case *chat.ChannelUpdated:
		c.do(func(tx *store.Tx) error { return tx.UpdateChannel(id, e.ID, e.ChannelSettings) })
	case *chat.ChannelDeleted:
		c.deleteChannels(id, e.ID)
		c.deleteChannels(id, e.With...)
	case *chat.OverrideSet, *chat.OverrideRemoved, *chat.RoleCreated, *chat.RoleUpdated, *chat.RoleDeleted, *chat.RolesOrdered,
		*chat.MemberRolesChanged, *chat.MemberMuted:
		// Rights are the nodes' live copies of the server alone: no query asks for them.
	default:
		if err := c.addPeople(id, rec); err != nil {
			return err
		}
	}
	if entry, ok := serverEntry(rec); ok {
		c.audit(k, rec, entry)
	}
	return nil
}

// addPeople makes rows of what concerns members, bans and invitations.
func (c *changes) addPeople(id chat.ServerID, rec chat.Record) error {
	switch e := rec.Event.(type) {
	case *chat.MemberJoined:
		c.do(func(tx *store.Tx) error {
			return tx.PutMember(id, store.Member{UserID: e.UserID, Username: e.Username, JoinedAt: rec.Time})
		})
	case *chat.MemberLeft:
		c.do(func(tx *store.Tx) error { return tx.DeleteMember(id, e.UserID) })
	case *chat.MemberKicked:
		c.do(func(tx *store.Tx) error { return tx.DeleteMember(id, e.UserID) })
	case *chat.MemberBanned:
		c.do(func(tx *store.Tx) error {
			if err := tx.PutBan(id, e.UserID, rec.Author, rec.Time, e.Reason); err != nil {
				return err
			}
			return tx.DeleteMember(id, e.UserID)
		})
	case *chat.MemberUnbanned:
		c.do(func(tx *store.Tx) error { return tx.DeleteBan(id, e.UserID) })
	case *chat.MemberRenamed:
		c.do(func(tx *store.Tx) error { return tx.RenameMember(id, e.UserID, e.Nickname) })
	case *chat.InvitationCreated:
		i := store.Invitation{Number: rec.Number, Invitation: chat.Invitation{
			Code: e.Code, By: rec.Author, UserID: e.UserID, CreatedAt: rec.Time, ExpiresAt: e.ExpiresAt, MaxUses: e.MaxUses,
		}}
		c.do(func(tx *store.Tx) error { return tx.PutInvitation(id, i) })
	case *chat.InvitationRevoked:
		c.do(func(tx *store.Tx) error { return revokeInvitation(tx, id, rec, e) })
	case *chat.InvitationUsed:
		c.do(func(tx *store.Tx) error { return tx.UseInvitation(id, e.Code) })
	default:
		return errMisplaced
	}
	return nil
}

// revokeInvitation also notes it: by its number, for the code is a secret.
func revokeInvitation(tx *store.Tx, id chat.ServerID, rec chat.Record, e *chat.InvitationRevoked) error {
	number, err := tx.RevokeInvitation(id, e.Code)
	if err != nil {
		return err
	}
	k := chat.ServerKey(id)
	return tx.PutAudit(k, rec.Number, complete(k, rec, store.AuditEntry{TargetKind: targetInvitation, TargetID: number}))
}
