package projector

import (
	"beep/chat"
	"beep/store"
)

func (c *changes) addToUser(id chat.UserID, rec chat.Record) error {
	switch e := rec.Event.(type) {
	case *chat.UserRegistered:
		c.do(func(tx *store.Tx) error {
			return tx.PutUser(store.Profile{ID: id, Username: e.Username, FirstName: e.FirstName, LastName: e.LastName})
		})
	case *chat.ChannelRead:
		c.do(func(tx *store.Tx) error { return tx.SetRead(id, e.ChannelID, e.ServerID, e.Seq) })
	case *chat.ServerLeft:
		c.do(func(tx *store.Tx) error { return tx.DeleteReads(id, e.ServerID) })
	case *chat.DirectLeft:
		c.do(func(tx *store.Tx) error { return tx.DeleteReads(id, e.ServerID) })
	case *chat.RelationChanged:
		r := store.Relation{OtherID: e.UserID, Username: e.Username, State: e.State, Since: rec.Time}
		c.do(func(tx *store.Tx) error { return tx.PutRelation(id, r) })
	case *chat.ServerJoinStarted, *chat.ServerJoined, *chat.ServerJoinFailed, *chat.DirectJoined:
		// Membership stands in the server's log.
	case *chat.PairDecided:
		// What each of the two may know of it, his own log tells.
	case *chat.ServerInvited, *chat.ServerInvitationEnded, *chat.NotificationLevelSet, *chat.NotificationsSnoozed:
		// The user's actor knows; no query asks for it.
	default:
		return errMisplaced
	}
	return nil
}
