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
	at       int64 // Unix milliseconds, now
	messages []chat.Message
	rest     []func(*store.Tx) error // in the order of their records
	// gone lists what was deleted or erased, a channel or a server: rows of it are
	// swept, and later records of it leave none.
	gone []chat.Key
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
		return c.addToChannel(k, chat.ChannelID(k.ID), rec)
	case chat.KindServer:
		return c.addToServer(k, chat.ServerID(k.ID), rec)
	case chat.KindUser:
		return c.addToUser(chat.UserID(k.ID), rec)
	}
	return errMisplaced
}

// erase deletes all of a tenant: a server that was deleted, or a conversation
// whose key is gone.
func (c *changes) erase(tenant chat.ServerID) {
	c.gone = append(c.gone, chat.ServerKey(tenant))
	c.do(func(tx *store.Tx) error { return tx.DeleteServer(tenant, c.at) })
}

func (c *changes) deleteChannels(server chat.ServerID, ids ...chat.ChannelID) {
	for _, id := range ids {
		c.gone = append(c.gone, chat.ChannelKey(server, id))
		c.do(func(tx *store.Tx) error { return tx.DeleteChannel(server, id, c.at) })
	}
}
