package chat

// HistoryPage is what a channel's memory knows of a page of history: Messages
// in the order of the channel, and what is missing for the read model to add.
type HistoryPage struct {
	Messages []Message
	// OlderThan asks the read model for up to Missing messages with a sequence
	// below it, to stand in front of Messages; 0 asks for nothing.
	OlderThan uint64
	Missing   int
	// Newer asks the read model for up to Missing messages with a sequence above
	// NewerThan and at most EvictedSeq; memory holds everything after that.
	Newer     bool
	NewerThan uint64
	// Around asks the read model for a page round a message out of memory.
	Around MessageID
	// EvictedSeq is the sequence of the newest message that is not in memory.
	EvictedSeq uint64
	// Evicted is the record up to which the read model must have come.
	Evicted uint64
}

// Complete reports whether nothing is missing.
func (p *HistoryPage) Complete() bool {
	return p.OlderThan == 0 && !p.Newer && p.Around == 0
}

func (st *Timeline) history(c *ReadHistory) (*HistoryPage, error) {
	op := c.CommandName()
	if err := ValidateHistory(c); err != nil {
		return nil, err
	}
	page := &HistoryPage{EvictedSeq: st.EvictedSeq, Evicted: st.Evicted}
	switch {
	case c.After != 0 || c.FromStart:
		st.pageAfter(page, c.After, c.Limit)
	case c.Around != 0:
		m := st.find(c.Around)
		if m == nil && st.EvictedSeq != 0 {
			page.Around, page.Missing = c.Around, c.Limit
			return page, nil
		}
		if m == nil || m.Deleted {
			return nil, Errorf(NotFound, op, "there is no such message")
		}
		newer := &HistoryPage{}
		st.pageAfter(newer, m.Seq, c.Limit/2)
		st.pageBefore(page, m.Seq+1, c.Limit-len(newer.Messages))
		page.Messages = append(page.Messages, newer.Messages...)
	default:
		before := c.Before
		if before == 0 {
			before = st.Number + 1
		}
		st.pageBefore(page, before, c.Limit)
	}
	return page, nil
}

// ValidateHistory checks what can be checked of a ReadHistory without any state.
func ValidateHistory(c *ReadHistory) error {
	op := c.CommandName()
	if c.Limit < 1 || c.Limit > MaxHistoryPage {
		return Errorf(Invalid, op, "limit must be 1 to %d", MaxHistoryPage)
	}
	set := 0
	for _, v := range []bool{c.Before != 0, c.After != 0 || c.FromStart, c.Around != 0} {
		if v {
			set++
		}
	}
	if set > 1 {
		return Errorf(Invalid, op, "at most one of before, after and around may be given")
	}
	return nil
}

// pageBefore collects the newest limit messages below seq.
func (st *Timeline) pageBefore(p *HistoryPage, seq uint64, limit int) {
	i := len(st.Recent)
	for i > 0 && st.Recent[i-1].Seq >= seq {
		i--
	}
	p.Messages = make([]Message, 0, limit)
	first := i
	for n := 0; first > 0 && n < limit; {
		first--
		if !st.Recent[first].Deleted {
			n++
		}
	}
	for ; first < i; first++ {
		if !st.Recent[first].Deleted {
			p.Messages = append(p.Messages, st.Recent[first].Message)
		}
	}
	if missing := limit - len(p.Messages); missing > 0 && st.EvictedSeq != 0 {
		p.OlderThan, p.Missing = min(seq, st.EvictedSeq+1), missing
	}
}

// pageAfter collects the oldest limit messages above seq.
func (st *Timeline) pageAfter(p *HistoryPage, seq uint64, limit int) {
	if seq < st.EvictedSeq {
		p.Newer, p.NewerThan, p.Missing = true, seq, limit
		return
	}
	for i := range st.Recent {
		if len(p.Messages) == limit {
			return
		}
		if m := &st.Recent[i]; m.Seq > seq && !m.Deleted {
			p.Messages = append(p.Messages, m.Message)
		}
	}
}
