package projector

import (
	"beep/chat"
	"beep/store"
)

func (c *changes) addToChannel(k chat.Key, id chat.ChannelID, rec chat.Record) error {
	switch e := rec.Event.(type) {
	case *chat.MessageSent:
		c.messages = append(c.messages, chat.NewMessage(id, rec, e))
	case *chat.MessageEdited:
		edit := store.Edit{Seq: e.Seq, Number: rec.Number, At: rec.Time, Content: e.Content, Mentions: e.Mentions}
		c.do(func(tx *store.Tx) error { return tx.EditMessage(id, edit) })
	case *chat.MessageDeleted:
		c.do(func(tx *store.Tx) error { return deleteMessage(tx, k, rec, e) })
	case *chat.MessagesPurged:
		c.do(func(tx *store.Tx) error { return tx.DeleteMessages(id, e.Seqs) })
		c.audit(k, rec, purgedEntry(e))
	case *chat.ConferenceJoined, *chat.ConferenceLeft:
		// Who is in a conference, its actor knows.
	default:
		return c.addToMessage(k, id, rec)
	}
	return nil
}

// addToMessage makes rows of what hangs on a message.
func (c *changes) addToMessage(k chat.Key, id chat.ChannelID, rec chat.Record) error {
	switch e := rec.Event.(type) {
	case *chat.MessagePinned:
		c.do(func(tx *store.Tx) error { return tx.PinMessage(id, e.Seq, rec.Number, e.Pinned) })
		c.audit(k, rec, pinnedEntry(e))
	case *chat.ReactionAdded:
		r := store.Reaction{Seq: e.Seq, Emoji: e.Emoji, UserID: e.UserID, Number: rec.Number, At: rec.Time}
		c.do(func(tx *store.Tx) error { return tx.AddReaction(id, r) })
	case *chat.ReactionRemoved:
		c.do(func(tx *store.Tx) error { return tx.RemoveReaction(id, e.Seq, e.Emoji, e.UserID) })
	case *chat.PollVoted:
		c.do(func(tx *store.Tx) error { return tx.Vote(id, e.Seq, rec.Number, e.UserID, e.Options) })
	case *chat.PollClosed:
		c.do(func(tx *store.Tx) error { return tx.ClosePoll(id, e.Seq) })
	case *chat.ThreadAttached:
		c.do(func(tx *store.Tx) error { return tx.AttachThread(id, e.Seq, e.ThreadID) })
	default:
		return errMisplaced
	}
	return nil
}

// deleteMessage also notes it if it was another's: who that was, stands in the
// row that goes.
func deleteMessage(tx *store.Tx, k chat.Key, rec chat.Record, e *chat.MessageDeleted) error {
	sender, err := tx.DeleteMessage(chat.ChannelID(k.ID), e.Seq)
	if err != nil || sender == 0 || sender == rec.Author {
		return err
	}
	return tx.PutAudit(k, rec.Number, complete(k, rec, deletedEntry(e, sender)))
}
