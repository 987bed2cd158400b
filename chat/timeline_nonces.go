package chat

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

// restoreNonces rebuilds the index of Sent.
func (st *Timeline) restoreNonces() {
	st.nonces = make(map[nonceKey]SentNonce, len(st.Sent))
	st.authors = map[UserID]int{}
	for _, s := range st.Sent {
		st.nonces[nonceKey{s.Author, s.Nonce}] = s
		st.authors[s.Author]++
	}
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
	st.restoreNonces()
}
