package chat

// SendWindow enforces MSG-7 for one user: at most SendWindowMessages accepted
// in any SendWindowMillis. It is an exact sliding window, not a bucket.
//
// A slot is reserved before the channel is asked and counts at once; when the
// channel has accepted, the slot ends SendWindowMillis after the time of
// acceptance; when it refused, the slot is free again. A slot whose outcome is
// not known yet does not end, so that a slow commit cannot let an eleventh by.
//
// It is never written: the times of acceptance are in the channels' logs, from
// which a new owner reads the last ten seconds.
type SendWindow struct {
	slots []sendSlot
	next  uint64
}

// sendSlot is one message. Several sends share it when they carry the same
// nonce: at most one of them is accepted, whichever it is.
type sendSlot struct {
	id       uint64
	channel  ChannelID
	nonce    string
	open     int   // sends whose outcome is not known
	accepted int64 // Unix milliseconds; 0: none of its sends was accepted so far
}

// Reserve takes a slot at time now for a send to ch. When there is none it
// returns how many milliseconds to wait. A repeat of a nonce shares the slot of
// the first. Each Reserve that is ok must be ended by one Settle or Release.
func (w *SendWindow) Reserve(now int64, ch ChannelID, nonce string) (slot uint64, wait int64, ok bool) {
	w.expire(now)
	if nonce != "" {
		for i := range w.slots {
			if w.slots[i].nonce == nonce && w.slots[i].channel == ch {
				w.slots[i].open++
				return w.slots[i].id, 0, true
			}
		}
	}
	if len(w.slots) >= SendWindowMessages {
		return 0, w.wait(now), false
	}
	w.next++
	w.slots = append(w.slots, sendSlot{id: w.next, channel: ch, nonce: nonce, open: 1})
	return w.next, 0, true
}

// wait is the time until the first slot ends; the whole window while all are open.
func (w *SendWindow) wait(now int64) int64 {
	wait := int64(SendWindowMillis)
	for i := range w.slots {
		if s := &w.slots[i]; s.open == 0 {
			wait = min(wait, s.accepted+SendWindowMillis-now)
		}
	}
	return max(wait, 1)
}

// Settle says that a send of slot was accepted at time at.
func (w *SendWindow) Settle(slot uint64, at int64) {
	for i := range w.slots {
		if s := &w.slots[i]; s.id == slot {
			s.open--
			s.accepted = max(s.accepted, at)
		}
	}
}

// Release says that a send of slot was not accepted, or was a repeat of one
// that had been.
func (w *SendWindow) Release(slot uint64) {
	for i := range w.slots {
		s := &w.slots[i]
		if s.id != slot {
			continue
		}
		if s.open--; s.open == 0 && s.accepted == 0 {
			w.slots = append(w.slots[:i], w.slots[i+1:]...)
		}
		return
	}
}

// Times are when the messages that count were accepted, for the owner that
// follows; one whose outcome is not known counts as accepted at time unknown.
func (w *SendWindow) Times(unknown int64) []int64 {
	times := make([]int64, len(w.slots))
	for i, s := range w.slots {
		times[i] = s.accepted
		if s.open > 0 {
			times[i] = unknown
		}
	}
	return times
}

// Seed puts in a message accepted before this window's owner began.
func (w *SendWindow) Seed(at int64) {
	w.next++
	w.slots = append(w.slots, sendSlot{id: w.next, accepted: at})
}

// Empty reports whether no slot counts at time now: the owner may be passivated.
func (w *SendWindow) Empty(now int64) bool {
	w.expire(now)
	return len(w.slots) == 0
}

func (w *SendWindow) expire(now int64) {
	kept := w.slots[:0]
	for _, s := range w.slots {
		if s.open > 0 || now < s.accepted+SendWindowMillis {
			kept = append(kept, s)
		}
	}
	w.slots = kept
}
