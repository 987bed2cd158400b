package bench

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// IdleParams is the workload idle: Connections identified sockets that do
// nothing but their heartbeats.
type IdleParams struct {
	Connections int
	PerServer   int           // members of each server they are in; 0: they are in none
	Settle      time.Duration // how long memory is given to settle at most
	Hold        time.Duration // how long the CPU of doing nothing is measured
}

// DefaultIdleParams are those of a small, quick run.
func DefaultIdleParams() IdleParams {
	return IdleParams{Connections: 1000, Settle: 20 * time.Second, Hold: 5 * time.Second}
}

// Check names the first parameter that makes no sense.
func (p IdleParams) Check() error {
	var c checks
	c.between("connections", p.Connections, 1, maxSockets)
	c.between("per-server", p.PerServer, 0, maxSockets)
	c.duration("settle", p.Settle, 0)
	c.duration("hold", p.Hold, 0)
	return c.err
}

// Idle measures the server's memory per connection: what it has when it has
// settled, less what it had before, by the connections. Its operations are
// connections opened, its latencies how long one took to be ready.
func Idle(ctx context.Context, t *Target, p IdleParams) (*Result, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	servers := groups(p.Connections, p.PerServer)
	if err := t.needFiles(p.Connections + servers); err != nil {
		return nil, err
	}
	f := t.newFleet()
	defer f.close()
	accs, err := t.accounts(ctx, p.Connections+servers)
	if err != nil {
		return nil, err
	}
	h, err := t.buildHomes(ctx, f, accs[:servers])
	if err != nil {
		return nil, err
	}
	accs = accs[servers:]
	before := t.settledRSS(ctx, p.Settle)
	m := t.startMeter()
	var took histogram
	began := time.Now()
	err = t.each(ctx, "connected", p.Connections, t.parallel, func(ctx context.Context, i int) error {
		start := time.Now()
		s, err := f.open(ctx, accs[i], sockOptions{}, nil)
		if err != nil {
			return err
		}
		took.record(i, time.Since(start))
		if servers > 0 {
			err = join(ctx, s, h.chans[i%servers].server)
		}
		return err
	})
	wall := time.Since(began)
	if err != nil {
		return nil, err
	}
	use := m.stop()
	after := t.settledRSS(ctx, p.Settle)
	quiet := t.startMeter()
	if err := pause(ctx, p.Hold); err != nil {
		return nil, err
	}
	still := quiet.stop()

	res := newResult(t, "idle", "connections", map[string]any{
		"connections": p.Connections, "per_server": p.PerServer, "settle_s": p.Settle.Seconds(), "hold_s": p.Hold.Seconds(), "parallel": t.parallel,
	})
	res.rate(uint64(p.Connections), wall)
	res.latencies(took.summary())
	res.usage(use)
	for _, s := range f.snapshot() {
		if !s.alive() {
			res.Errors++
		}
	}
	res.Extras["connect_retries"] = f.retries.Load()
	if before != nil && after != nil {
		res.Extras["server_rss_before_bytes"], res.Extras["server_rss_after_bytes"] = *before, *after
		per := (float64(*after) - float64(*before)) / float64(p.Connections)
		res.Extras["bytes_per_connection"] = round(per, 0)
		res.Extras["kib_per_connection"] = round(per/1024, 2)
	}
	if still.server != nil && p.Hold > 0 {
		res.Extras["server_cpu_cores_while_idle"] = round(still.server.Seconds()/still.wall.Seconds(), 4)
	}
	return res, nil
}

// settledRSS is the server's memory when it has not changed by more than 1 %
// for ten seconds (a server that has become quiet gives memory back after a few),
// or when patience ends.
func (t *Target) settledRSS(ctx context.Context, patience time.Duration) *uint64 {
	const poll, calm = 250 * time.Millisecond, 40
	last := t.rss()
	if last == nil {
		return nil
	}
	for still, end := 0, time.Now().Add(patience); still < calm && time.Now().Before(end); {
		if pause(ctx, poll) != nil {
			break
		}
		now := t.rss()
		if now == nil {
			return nil
		}
		if diff := max(*now, *last) - min(*now, *last); diff*100 <= *last {
			still++
			continue
		}
		still, last = 0, now
	}
	if now := t.rss(); now != nil {
		return now
	}
	return last
}

// homes is servers of one channel each, with their owners.
type homes struct {
	owners []*sender
	stats  *sendStats
	chans  []channel
}

// groups is how many servers n sockets need at so many each.
func groups(n, per int) int {
	if per <= 0 {
		return 0
	}
	return (n + per - 1) / per
}

// buildHomes makes a server for each account, whose socket stays open to send.
func (t *Target) buildHomes(ctx context.Context, f *fleet, accs []account) (*homes, error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	h := &homes{stats: &sendStats{clock: t.clock, size: DefaultSendParams().Size, fail: fail}, chans: make([]channel, len(accs)), owners: make([]*sender, len(accs))}
	quiet, err := intentsOf(intentsNone)
	if err != nil {
		return nil, err
	}
	return h, t.each(ctx, "servers made", len(accs), t.parallel, func(ctx context.Context, i int) error {
		s := newSender(i, h.stats, channel{})
		var err error
		if s.sock, err = f.open(ctx, accs[i], sockOptions{intents: quiet, readBuffer: senderBuffer}, s); err != nil {
			return err
		}
		srv, err := createServer(ctx, s.sock, fmt.Sprintf("bench %d", i))
		if err != nil {
			return err
		}
		h.chans[i] = firstChannel(srv)
		s.chans[0] = h.chans[i]
		h.owners[i] = s
		return nil
	})
}

// fill lets every owner send n messages into its channel, as fast as the
// answers allow, and waits until all are acknowledged.
func (h *homes) fill(ctx context.Context, t *Target, n int) error {
	if n == 0 {
		return nil
	}
	before := h.stats.errors.total.Load()
	err := t.each(ctx, "channels filled", len(h.owners), t.parallel, func(ctx context.Context, i int) error {
		s := h.owners[i]
		var buf []byte
		for range n {
			for s.unanswered() >= maxInFlight {
				if !s.sock.alive() {
					return fmt.Errorf("fill a channel: %w", s.sock.err)
				}
				if err := pause(ctx, fillPoll); err != nil {
					return err
				}
			}
			buf = s.submit(buf, t.clock.now())
		}
		drain(ctx, h.stats, []*sender{s})
		return nil
	})
	if err != nil {
		return err
	}
	if h.stats.errors.total.Load() != before {
		return errors.Join(errors.New("fill channels: some sends failed"), fmt.Errorf("%v", h.stats.errors.byKind()))
	}
	return nil
}

// fillPoll is how often a fill looks for free slots; about a commit's time.
const fillPoll = time.Millisecond

// top is the newest number of the owner's channel.
func (s *sender) top() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.heads[0]
}
