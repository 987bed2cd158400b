package actors

import (
	"sync"
	"time"

	"beep/chat"
)

// outcomeWithin is by when a send that was on its way when its user's actor
// ended has been accepted, if it will be: later than any commit that gets an
// answer at the first attempt.
const outcomeWithin = 2 * time.Second

// windows keeps the send windows of users' actors that ended against their will
// (a commit without an answer, a fence, a panic) for the activations that follow
// on this node, so that ending one does not open its window.
type windows struct {
	mu   sync.Mutex
	left map[chat.UserID]leftWindow
}

type leftWindow struct {
	times []int64
	until int64 // Unix milliseconds; afterwards nothing of it counts
}

// leave keeps what counts at time now, and forgets what has ended.
func (w *windows) leave(id chat.UserID, sw *chat.SendWindow, now time.Time) {
	if sw.Empty(now.UnixMilli()) {
		return
	}
	unknown := now.Add(outcomeWithin).UnixMilli()
	w.mu.Lock()
	defer w.mu.Unlock()
	for other, l := range w.left {
		if l.until < now.UnixMilli() {
			delete(w.left, other)
		}
	}
	if w.left == nil {
		w.left = map[chat.UserID]leftWindow{}
	}
	w.left[id] = leftWindow{sw.Times(unknown), unknown + chat.SendWindowMillis}
}

// take hands over what was left of a user's window.
func (w *windows) take(id chat.UserID) []int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	times := w.left[id].times
	delete(w.left, id)
	return times
}
