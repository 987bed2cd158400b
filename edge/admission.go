package edge

import "sync/atomic"

const (
	// maxStarts bounds the sessions that start at a time: enough to keep the
	// log and the workers busy, few enough that each is quick.
	maxStarts = 64
	// maxWaiting bounds those that wait for their turn, eight seconds of work;
	// beyond it they are refused with 4100.
	maxWaiting = 20_000
	// maxTrickling bounds the starts that gave their turn to others because
	// their client takes what it missed slowly; beyond it such a client is
	// closed with 4001.
	maxTrickling = 1_000
)

// admission lets a bounded number of sessions start at a time.
type admission struct {
	queue     chan *start
	running   chan struct{}
	trickling atomic.Int32
	waiting   atomic.Int32
}

func newAdmission(running, waiting int) *admission {
	return &admission{queue: make(chan *start, waiting), running: make(chan struct{}, running)}
}

// offer queues a start; false means that there is no room.
func (a *admission) offer(st *start) bool {
	a.waiting.Add(1)
	select {
	case a.queue <- st:
		return true
	default:
		a.waiting.Add(-1)
		return false
	}
}

func (a *admission) size() int { return int(a.waiting.Load()) }

// run starts sessions in the order they came, until the gateway stops.
func (a *admission) run(g *Gateway) {
	for {
		select {
		case <-g.ctx.Done():
			return
		case a.running <- struct{}{}:
		}
		select {
		case <-g.ctx.Done():
			return
		case st := <-a.queue:
			st.turn = a
			if !g.spawn(func() {
				defer a.waiting.Add(-1)
				defer st.yield()
				st.run()
			}) {
				return
			}
		}
	}
}

// yield gives the turn back, once.
func (st *start) yield() {
	if st.turn != nil {
		<-st.turn.running
		st.turn = nil
	}
}
