package jetstream

import "time"

const (
	// wheelTick is how exact back-offs and time-outs of appends are.
	wheelTick = 10 * time.Millisecond
	// wheelSlots times wheelTick is the horizon; what is due later is looked at
	// once per turn.
	wheelSlots = 256
)

// wheel sorts tokens by when they are due. A token may stand in it more than
// once and long after it is of no use: who takes it out checks. So each append
// costs one short slice entry, and none has to be removed.
type wheel struct {
	slots [wheelSlots][]uint64
	at    time.Time // the time of slot now
	now   int
}

func (w *wheel) start(at time.Time) { w.at = at }

func (w *wheel) add(token uint64, due time.Time) {
	n := int(due.Sub(w.at)/wheelTick) + 1
	n = min(max(n, 1), wheelSlots-1)
	i := (w.now + n) % wheelSlots
	w.slots[i] = append(w.slots[i], token)
}

// advance takes out all tokens of the slots that time has passed.
func (w *wheel) advance(now time.Time) []uint64 {
	var out []uint64
	for range wheelSlots {
		if w.at.Add(wheelTick).After(now) {
			return out
		}
		w.at = w.at.Add(wheelTick)
		w.now = (w.now + 1) % wheelSlots
		out = append(out, w.slots[w.now]...)
		w.slots[w.now] = w.slots[w.now][:0]
	}
	w.at = now // the process slept for longer than a turn
	return out
}
