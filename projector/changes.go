package projector

import (
	"errors"

	"beep/chat"
	"beep/store"
)

// errMisplaced says that an event stands in a log where it has no meaning.
var errMisplaced = errors.New("the event does not belong into this log")

// changes are the rows of some records. Messages are apart, because they are
// most and go in many at a time. They go in first: whatever edits or deletes one
// comes after it, and a deleted one's place is never used again.
type changes struct {
	messages []chat.Message
	rest     []func(*store.Tx) error // in the order of their records
}

func (c *changes) apply(tx *store.Tx) error {
	if err := tx.InsertMessages(c.messages); err != nil {
		return err
	}
	for _, do := range c.rest {
		if err := do(tx); err != nil {
			return err
		}
	}
	return nil
}

func (c *changes) do(fn func(*store.Tx) error) { c.rest = append(c.rest, fn) }

// add makes rows of a record of the log of k. An event that leaves no trace in
// the read model is no error; one in the wrong log is.
func (c *changes) add(k chat.Key, rec chat.Record) error {
	switch k.Kind {
	case chat.KindChannel:
		return c.addToChannel(chat.ChannelID(k.ID), rec)
	case chat.KindServer:
		return c.addToServer(chat.ServerID(k.ID), rec)
	case chat.KindUser:
		return c.addToUser(chat.UserID(k.ID), rec)
	}
	return errMisplaced
}

func (c *changes) addToChannel(id chat.ChannelID, rec chat.Record) error {
	switch e := rec.Event.(type) {
	case *chat.MessageSent:
		c.messages = append(c.messages, chat.NewMessage(id, rec, e))
	case *chat.MessageEdited:
		c.do(func(tx *store.Tx) error { return tx.EditMessage(id, e.Seq, e.Content, rec.Time) })
	case *chat.MessageDeleted:
		c.do(func(tx *store.Tx) error { return tx.DeleteMessage(id, e.Seq) })
	default:
		return errMisplaced
	}
	return nil
}

func (c *changes) addToServer(id chat.ServerID, rec chat.Record) error {
	switch e := rec.Event.(type) {
	case *chat.ServerCreated:
		c.do(func(tx *store.Tx) error {
			return tx.PutServer(store.Server{
				ID: id, Name: e.Name, Description: e.Description, Visibility: e.Visibility,
				OwnerID: e.OwnerID, CreatedAt: rec.Time,
			})
		})
	case *chat.ChannelCreated:
		c.do(func(tx *store.Tx) error {
			return tx.PutChannel(chat.Channel{
				ID: e.ID, ServerID: id, Name: e.Name, Type: e.Type, Position: e.Position, CreatedAt: rec.Time,
			})
		})
	case *chat.MemberJoined:
		c.do(func(tx *store.Tx) error {
			return tx.PutMember(id, store.Member{UserID: e.UserID, Username: e.Username, JoinedAt: rec.Time})
		})
	case *chat.MemberLeft:
		c.do(func(tx *store.Tx) error { return tx.DeleteMember(id, e.UserID) })
	default:
		return errMisplaced
	}
	return nil
}

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
	case *chat.ServerJoinStarted, *chat.ServerJoined, *chat.ServerJoinFailed:
		// Membership stands in the server's log.
	default:
		return errMisplaced
	}
	return nil
}
