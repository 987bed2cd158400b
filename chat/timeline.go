package chat

import (
	"slices"
	"sort"
)

// Timeline is the state of one channel's log: its newest messages, the nonces of
// sends that might be repeated, who sent last when, what is pinned, and who is in
// the conference. (The channel's name and rights belong to its server.)
// Everything older is the read model's.
//
// Apply never changes what a Message that was handed out shares: it replaces
// slices, or writes behind their end.
type Timeline struct {
	Number uint64 `json:"number"` // of the last record applied
	// Recent holds the newest messages in order, deleted ones included.
	Recent []RecentMessage `json:"recent,omitempty"`
	// EvictedSeq is the sequence of the newest message not in Recent any more.
	EvictedSeq uint64 `json:"evicted_seq,omitempty"`
	// Evicted is the number of the last record that touched any message not in
	// Recent: the read model answers for them once it has come that far.
	Evicted uint64 `json:"evicted,omitempty"`
	// OldTouched is the number of the last record that changed a message when it
	// was not in Recent any more.
	OldTouched uint64 `json:"old_touched,omitempty"`
	// Sent holds the newest sends that carried a nonce, oldest first.
	Sent []SentNonce `json:"sent,omitempty"`
	// Senders says when who sent last, for slow mode.
	Senders Senders `json:"senders"`
	// Pins are the sequences of the pinned messages, in the order of pinning.
	Pins []uint64 `json:"pins,omitempty"`
	// Conference lists who is in the conference, in the order of coming.
	Conference []UserID `json:"conference,omitempty"`

	channel ChannelID
	nonces  map[nonceKey]SentNonce
	authors map[UserID]int // how many of Sent each author has
}

// RecentMessage is a message in memory; Touched is the number of the last
// record that changed it.
type RecentMessage struct {
	Message
	Touched uint64 `json:"touched"`
	Deleted bool   `json:"deleted,omitempty"`
}

// NewTimeline is the state of channel id before its first record.
func NewTimeline(id ChannelID) *Timeline {
	return &Timeline{channel: id, nonces: map[nonceKey]SentNonce{}, authors: map[UserID]int{}}
}

// Restore makes a state decoded from a snapshot whole again: it rebuilds what
// the snapshot leaves out.
func (st *Timeline) Restore(id ChannelID) {
	st.channel = id
	st.restoreNonces()
}

// Apply folds one record into the state. Records come in order; unknown events
// only advance the number.
func (st *Timeline) Apply(rec Record) {
	st.Number = rec.Number
	switch e := rec.Event.(type) {
	case *MessageSent:
		st.Recent = append(st.Recent, RecentMessage{Message: NewMessage(st.channel, rec, e), Touched: rec.Number})
		st.evict()
		st.remember(rec, e)
		if e.Type == PlainMessage {
			st.Senders.note(rec.Author, rec.Time)
		}
	case *MessageDeleted:
		st.drop(rec, e.Seq)
	case *MessagesPurged:
		for _, seq := range e.Seqs {
			st.drop(rec, seq)
		}
	case *ConferenceJoined:
		if !slices.Contains(st.Conference, e.UserID) {
			st.Conference = append(st.Conference, e.UserID)
		}
	case *ConferenceLeft:
		st.Conference = slices.DeleteFunc(st.Conference, func(u UserID) bool { return u == e.UserID })
	default:
		st.change(rec)
	}
}

// change folds what happened to one message: see Message.Apply.
func (st *Timeline) change(rec Record) {
	id, ok := ChangedMessage(rec.Event)
	if !ok {
		return
	}
	if e, ok := rec.Event.(*MessagePinned); ok {
		st.pin(e.Seq, e.Pinned)
	}
	if m := st.find(id); m != nil {
		m.Message.Apply(rec)
		m.Touched = rec.Number
	} else {
		st.Evicted, st.OldTouched = rec.Number, rec.Number
	}
}

// drop removes a message: what is left of it in memory says only where it was.
func (st *Timeline) drop(rec Record, seq uint64) {
	st.pin(seq, false)
	m := st.at(seq)
	if m == nil {
		st.Evicted, st.OldTouched = rec.Number, rec.Number
		return
	}
	m.Message = Message{
		ID: m.ID, ChannelID: m.ChannelID, SenderID: m.SenderID, Seq: m.Seq, Type: m.Type, CreatedAt: m.CreatedAt,
	}
	m.Deleted, m.Touched = true, rec.Number
}

// pin keeps Pins, which knows also of pinned messages out of memory.
func (st *Timeline) pin(seq uint64, pinned bool) {
	i := slices.Index(st.Pins, seq)
	switch {
	case pinned && i < 0:
		st.Pins = append(st.Pins, seq)
	case !pinned && i >= 0:
		st.Pins = slices.Delete(st.Pins, i, i+1)
	}
}

// evict keeps between one and two windows of messages, so that the cost of
// moving them is spread.
func (st *Timeline) evict() {
	if len(st.Recent) < 2*RecentMessages {
		return
	}
	gone := st.Recent[:len(st.Recent)-RecentMessages]
	for i := range gone {
		st.EvictedSeq = gone[i].Seq
		st.Evicted = max(st.Evicted, gone[i].Touched)
	}
	st.Recent = append(make([]RecentMessage, 0, 2*RecentMessages), st.Recent[len(gone):]...)
}

func (st *Timeline) find(id MessageID) *RecentMessage {
	// Edits and deletions mostly concern the newest messages.
	for i := len(st.Recent) - 1; i >= 0; i-- {
		if st.Recent[i].ID == id {
			return &st.Recent[i]
		}
	}
	return nil
}

// at is the message in memory that record seq sent.
func (st *Timeline) at(seq uint64) *RecentMessage {
	i := sort.Search(len(st.Recent), func(i int) bool { return st.Recent[i].Seq >= seq })
	if i == len(st.Recent) || st.Recent[i].Seq != seq {
		return nil
	}
	return &st.Recent[i]
}
