package bench

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"beep/chat"
)

// StormParams is the workload storm: Connections sockets are cut at once, and
// all come back and resume; then they are cut again and connect anew.
type StormParams struct {
	Connections int
	PerServer   int           // members of each server; each socket's user is in one
	Missed      int           // messages sent to every channel while all are away
	Settle      time.Duration // how long memory is given to settle at most, before
}

// DefaultStormParams are those of a small, quick run.
func DefaultStormParams() StormParams {
	return StormParams{Connections: 1000, PerServer: 50, Missed: 1, Settle: 10 * time.Second}
}

// Check names the first parameter that makes no sense.
func (p StormParams) Check() error {
	var c checks
	c.between("connections", p.Connections, 1, maxSockets)
	c.between("per-server", p.PerServer, 1, maxSockets)
	c.between("missed", p.Missed, 0, maxSockets)
	c.duration("settle", p.Settle, 0)
	return c.err
}

// stormed is a socket that is cut and comes back.
type stormed struct {
	member
	acc  account
	home channel
	sock *sock
}

// Storm measures sessions resumed per second, and latency from the moment of
// the cut to the session's resumed: its maximum is when all were back.
func Storm(ctx context.Context, t *Target, p StormParams) (*Result, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	servers := groups(p.Connections, p.PerServer)
	if err := t.needFiles(p.Connections + servers); err != nil {
		return nil, err
	}
	f := t.newFleet()
	defer f.close()
	h, all, err := t.buildStorm(ctx, f, p, servers)
	if err != nil {
		return nil, err
	}
	res := newResult(t, "storm", "sessions", map[string]any{
		"connections": p.Connections, "per_server": p.PerServer, "missed": p.Missed, "parallel": t.parallel,
	})
	before := t.settledRSS(ctx, p.Settle)
	m := t.startMeter()

	var back, own histogram
	began := cutAll(f, all)
	filled := make(chan error, 1)
	go func() { filled <- h.fill(ctx, t, p.Missed) }()
	err = t.each(ctx, "resumed", len(all), t.parallel, func(ctx context.Context, i int) error {
		s, start := all[i], time.Now()
		var err error
		s.sock, err = f.open(ctx, s.acc, sockOptions{positions: s.positions()}, s)
		back.record(i, time.Since(began))
		own.record(i, time.Since(start))
		return err
	})
	wall := time.Since(began)
	if ferr := <-filled; err == nil {
		err = ferr
	}
	if err != nil {
		return nil, err
	}
	use := m.stop()
	res.rate(uint64(len(all)), wall)
	res.latencies(back.summary())
	res.usage(use)
	res.Extras["all_resumed_ms"] = millis(wall)
	res.Extras["resume_own_p50_ms"], res.Extras["resume_own_p99_ms"] = millis(own.summary().quantile(0.5)), millis(own.summary().quantile(0.99))
	if before != nil && use.peakRSS != nil && *before > 0 {
		res.Extras["server_rss_before_bytes"], res.Extras["server_rss_peak_ratio"] = *before, round(float64(*use.peakRSS)/float64(*before), 3)
	}
	checkStorm(ctx, h, all, servers, res)

	began = cutAll(f, all)
	err = t.each(ctx, "connected anew", len(all), t.parallel, func(ctx context.Context, i int) error {
		var err error
		all[i].sock, err = f.open(ctx, all[i].acc, sockOptions{}, all[i])
		return err
	})
	if err != nil {
		return nil, err
	}
	res.Extras["connect_anew_per_s"] = perSecond(uint64(len(all)), time.Since(began))
	res.Extras["connect_retries"] = f.retries.Load()
	return res, nil
}

func (t *Target) buildStorm(ctx context.Context, f *fleet, p StormParams, servers int) (*homes, []*stormed, error) {
	accs, err := t.accounts(ctx, p.Connections+servers)
	if err != nil {
		return nil, nil, err
	}
	h, err := t.buildHomes(ctx, f, accs[:servers])
	if err != nil {
		return nil, nil, err
	}
	all := make([]*stormed, p.Connections)
	err = t.each(ctx, "sessions begun", p.Connections, t.parallel, func(ctx context.Context, i int) error {
		s := &stormed{member: member{id: i}, acc: accs[servers+i], home: h.chans[i%servers]}
		all[i] = s
		var err error
		if s.sock, err = f.open(ctx, s.acc, sockOptions{}, s); err != nil {
			return err
		}
		err = join(ctx, s.sock, s.home.server)
		return err
	})
	return h, all, err
}

// cutAll cuts every socket, as quickly as that goes, and forgets them. It says
// when it began.
func cutAll(f *fleet, all []*stormed) time.Time {
	began := time.Now()
	var wg sync.WaitGroup
	var next atomic.Int64
	for range 4 { // a cut is two system calls
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(all)); i = next.Add(1) - 1 {
				all[i].sock.cut()
			}
		})
	}
	wg.Wait()
	for _, s := range all {
		f.drop(s.sock)
	}
	return began
}

// checkStorm waits until everybody has what was sent while they were away, and
// counts what is missing, came twice, or was given up.
func checkStorm(ctx context.Context, h *homes, all []*stormed, servers int, res *Result) {
	tops := map[chat.ChannelID]uint64{}
	for i := range servers {
		tops[h.chans[i].id] = h.owners[i].top()
	}
	end := time.Now().Add(catchUp)
	for _, s := range all {
		for s.behind(s.home.id, tops[s.home.id]) > 0 && s.sock.alive() && time.Now().Before(end) && ctx.Err() == nil {
			_ = pause(ctx, catchUpPoll) // the loop looks at ctx
		}
		res.Lost += s.missed.Load() + s.behind(s.home.id, tops[s.home.id])
		res.Duplicated += s.duplicated.Load()
		res.Errors += s.resyncs.Load()
		if !s.sock.alive() {
			res.Errors++
		}
	}
}
