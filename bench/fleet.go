package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"beep/client"
	"beep/wire"
)

const (
	// heartbeatEvery is below the 30 s that the server asks for.
	heartbeatEvery = 25 * time.Second
	heartbeatSlots = 250 // the fleet's heartbeats are spread over as many moments

	// connectAttempts is how often a socket is tried before the load gives up:
	// a server that takes sockets in small numbers refuses many at first.
	connectAttempts = 40
	progressEvery   = 2 * time.Second
)

// fleet is the sockets of a workload and what keeps them alive.
type fleet struct {
	t       *Target
	retries atomic.Uint64 // connections that had to be tried again
	stop    context.CancelFunc
	wg      sync.WaitGroup

	mu    sync.Mutex
	socks map[*sock]struct{}
	polls []*poller // made with the first socket that listens
	turn  int       // which of them takes the next one
}

func (t *Target) newFleet() *fleet {
	ctx, cancel := context.WithCancel(context.Background())
	f := &fleet{t: t, stop: cancel, socks: map[*sock]struct{}{}}
	f.wg.Go(func() { f.pulse(ctx) })
	return f
}

// close ends all sockets and waits for everything.
func (f *fleet) close() {
	f.stop()
	all := f.snapshot()
	for _, s := range all {
		s.cut()
	}
	for _, s := range all {
		<-s.done
	}
	f.mu.Lock()
	for _, p := range f.polls {
		p.stop()
	}
	f.mu.Unlock()
	f.wg.Wait()
}

// poller is the loop for one more socket that listens, nil where the system has
// none.
func (f *fleet) poller() (*poller, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.polls) < pollLoops(runtime.GOMAXPROCS(0)) {
		p, err := newPoller()
		if errors.Is(err, errors.ErrUnsupported) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		f.polls = append(f.polls, p)
		f.wg.Go(p.loop)
	}
	f.turn++
	return f.polls[f.turn%len(f.polls)], nil
}

// pollLoops leaves most cores to the server, where it runs on this machine.
func pollLoops(cores int) int {
	if cores < 4 {
		return 1
	}
	return 2
}

func (f *fleet) snapshot() []*sock {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := make([]*sock, 0, len(f.socks))
	for s := range f.socks {
		all = append(all, s)
	}
	return all
}

// drop ends s and forgets it.
func (f *fleet) drop(s *sock) {
	f.mu.Lock()
	delete(f.socks, s)
	f.mu.Unlock()
	s.end()
}

// pulse sends every socket's heartbeats, a part of them at a time.
func (f *fleet) pulse(ctx context.Context) {
	beat := client.HeartbeatFrame()
	tick := time.NewTicker(heartbeatEvery / heartbeatSlots)
	defer tick.Stop()
	var all []*sock
	for i := 0; ; i++ {
		slot := i % heartbeatSlots
		if slot == 0 {
			all = f.snapshot()
		}
		for _, s := range all[len(all)*slot/heartbeatSlots : len(all)*(slot+1)/heartbeatSlots] {
			if s.alive() {
				_ = s.raw.WriteFrame(beat) // its reader sees what is wrong
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// open opens a socket and waits until it is ready, or resumed when there are
// positions. It tries again as the protocol's table of close codes says.
func (f *fleet) open(ctx context.Context, acc account, opt sockOptions, h handler) (*sock, error) {
	want := wire.OpReady
	if opt.positions != nil {
		want = wire.OpResumed
	}
	var p *poller
	if opt.listens {
		var err error
		if p, err = f.poller(); err != nil {
			return nil, err
		}
	}
	for attempt := 1; ; attempt++ {
		s, err := f.t.dial(ctx, acc, opt, h, p)
		if err == nil {
			if _, err = s.await(ctx, want, isOp(want)); err == nil {
				f.mu.Lock()
				f.socks[s] = struct{}{}
				f.mu.Unlock()
				return s, nil
			}
			s.end()
		}
		wait, again := reconnectAfter(err, attempt)
		if !again || attempt >= connectAttempts || ctx.Err() != nil {
			return nil, fmt.Errorf("open a socket (attempt %d): %w", attempt, err)
		}
		f.retries.Add(1)
		if err := pause(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// reconnectAfter says how long to wait after err, and whether to come back.
func reconnectAfter(err error, attempt int) (time.Duration, bool) {
	later := time.Second + rand.N(4*time.Second)
	var shake *client.HandshakeError
	if errors.As(err, &shake) {
		return later, shake.Status == http.StatusTooManyRequests || shake.Status >= http.StatusInternalServerError
	}
	var ce *client.CloseError
	if !errors.As(err, &ce) {
		return 0, false
	}
	switch ce.Advice() {
	case client.AdviceLater:
		return later, true
	case client.AdviceResume:
		base := 100*time.Millisecond + rand.N(900*time.Millisecond)
		return min(base<<min(attempt-1, 5), 30*time.Second), true
	}
	return 0, false
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// each calls fn for 0 to n-1, so many at a time, and says how far it is. The
// first error ends it; all calls have returned when it does.
func (t *Target) each(ctx context.Context, what string, n, parallel int, fn func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next, done atomic.Int64
	var wg sync.WaitGroup
	for range min(parallel, n) {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := fn(ctx, i); err != nil {
					cancel(fmt.Errorf("%s: %w", what, err)) // the first one counts
					return
				}
				done.Add(1)
			}
		})
	}
	began := time.Now()
	stop := t.watch(func() string { return fmt.Sprintf("%s: %d of %d", what, done.Load(), n) })
	wg.Wait()
	stop()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if took := time.Since(began); took > progressEvery {
		t.say("%s: %d in %s", what, n, took.Round(time.Millisecond))
	}
	return nil
}

// watch says line every now and then until the function it returns is called.
func (t *Target) watch(line func() string) (stop func()) {
	if t.progress == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(progressEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				t.say("%s", line())
			case <-ctx.Done():
				return
			}
		}
	})
	return func() {
		cancel()
		wg.Wait()
	}
}
