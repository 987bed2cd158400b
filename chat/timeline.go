package chat

// Timeline is the state of one channel's log: its newest messages, and the
// nonces of sends that might be repeated. (The channel's name and rights belong
// to its server.) Everything older is the read model's.
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
	// was not in Recent any more: what was read of it before is out of date.
	OldTouched uint64 `json:"old_touched,omitempty"`
	// Sent holds the newest sends that carried a nonce, oldest first.
	Sent []SentNonce `json:"sent,omitempty"`

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

// SentNonce is the answer a send got, for its repeats.
type SentNonce struct {
	Author    UserID    `json:"author"`
	Nonce     string    `json:"nonce"`
	MessageID MessageID `json:"message_id"`
	Seq       uint64    `json:"seq"`
	CreatedAt int64     `json:"created_at"`
}

type nonceKey struct {
	author UserID
	nonce  string
}

// NewTimeline is the state of channel id before its first record.
func NewTimeline(id ChannelID) *Timeline {
	return &Timeline{channel: id, nonces: map[nonceKey]SentNonce{}, authors: map[UserID]int{}}
}

// Restore makes a state decoded from a snapshot whole again: it rebuilds what
// the snapshot leaves out.
func (st *Timeline) Restore(id ChannelID) {
	st.channel = id
	st.nonces = make(map[nonceKey]SentNonce, len(st.Sent))
	st.authors = map[UserID]int{}
	for _, s := range st.Sent {
		st.nonces[nonceKey{s.Author, s.Nonce}] = s
		st.authors[s.Author]++
	}
}

// Apply folds one record into the state.
func (st *Timeline) Apply(rec Record) {
	st.Number = rec.Number
	switch e := rec.Event.(type) {
	case *MessageSent:
		st.Recent = append(st.Recent, RecentMessage{Message: NewMessage(st.channel, rec, e), Touched: rec.Number})
		st.evict()
		st.remember(rec, e)
	case *MessageEdited:
		if m := st.find(e.ID); m != nil {
			m.Content, m.EditedAt, m.Touched = e.Content, rec.Time, rec.Number
		} else {
			st.Evicted, st.OldTouched = rec.Number, rec.Number
		}
	case *MessageDeleted:
		if m := st.find(e.ID); m != nil {
			m.Content, m.Deleted, m.Touched = "", true, rec.Number
		} else {
			st.Evicted, st.OldTouched = rec.Number, rec.Number
		}
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

// remember keeps at least the newest NoncesPerAuthor nonces of each author, as
// long as all authors together stay below NoncesPerChannel.
func (st *Timeline) remember(rec Record, e *MessageSent) {
	if e.Nonce == "" {
		return
	}
	s := SentNonce{Author: rec.Author, Nonce: e.Nonce, MessageID: e.ID, Seq: rec.Number, CreatedAt: rec.Time}
	st.Sent = append(st.Sent, s)
	st.nonces[nonceKey{s.Author, s.Nonce}] = s
	st.authors[s.Author]++
	// One pass now and then is cheaper than a removal per send: between sweeps
	// an author may have up to three times his share, never less than it.
	if st.authors[s.Author] > 3*NoncesPerAuthor || len(st.nonces) > 2*NoncesPerChannel {
		st.sweepNonces()
	}
}

func (st *Timeline) sweepNonces() {
	keep := make([]SentNonce, 0, len(st.Sent)/2+1)
	seen := map[UserID]int{}
	for i := len(st.Sent) - 1; i >= 0 && len(keep) < NoncesPerChannel; i-- {
		s := st.Sent[i]
		if seen[s.Author] < NoncesPerAuthor {
			seen[s.Author]++
			keep = append(keep, s)
		}
	}
	for i, j := 0, len(keep)-1; i < j; i, j = i+1, j-1 {
		keep[i], keep[j] = keep[j], keep[i]
	}
	st.Sent = keep
	st.Restore(st.channel)
}
