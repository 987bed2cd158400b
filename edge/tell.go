package edge

import (
	"runtime"
	"sync"
)

// largeGroup is how many sessions are worth a second core: writing to them
// takes about a millisecond.
const largeGroup = 256

// telling is a part of a group that a teller writes to.
type telling struct {
	sessions []*session
	message  []byte
	done     *sync.WaitGroup
}

// tellers is how many goroutines help workers with large groups: one for each
// core but the worker's own.
func tellers() int { return max(1, runtime.NumCPU()-1) }

// runTeller writes what workers hand over until the gateway ends.
func (g *Gateway) runTeller() {
	for {
		select {
		case t := <-g.tellers:
			g.runTelling(t)
		case <-g.ctx.Done():
			return
		}
	}
}

func (g *Gateway) runTelling(t telling) {
	defer t.done.Done()
	defer g.caught("telling", func() { closeEach(t.sessions) })
	tellEach(t.sessions, t.message)
}

// tell gives a message to all of a group and returns when everybody has it, so
// that the next message follows on it. Parts that no teller is free for the
// caller writes itself.
func (g *Gateway) tell(sessions []*session, m []byte) {
	var done sync.WaitGroup
	for parts := tellers() + 1; parts > 1 && len(sessions) >= largeGroup; parts-- {
		n := len(sessions) / parts
		done.Add(1)
		select {
		case g.tellers <- telling{sessions[:n], m, &done}:
			sessions = sessions[n:]
		default:
			done.Done()
		}
	}
	tellEach(sessions, m)
	done.Wait()
}

func tellEach(sessions []*session, m []byte) {
	for _, s := range sessions {
		s.conn.tell(m)
	}
}

// closeEach sends sessions away of whom nobody knows what they were told.
func closeEach(sessions []*session) {
	for _, s := range sessions {
		s.close(closeFault)
	}
}
