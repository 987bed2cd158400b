package bench

import (
	"context"
	"fmt"
	"time"
)

const (
	// sweepGrowth raises the rate from step to step, until one fails; then
	// sweepHalvings steps look between the last good rate and the first bad one.
	sweepGrowth   = 1.5
	sweepHalvings = 2
	sweepMost     = 24 // steps: from 1 message a second to 10,000 and more
	// keptUp is the part of the deliveries due that a step must have made.
	keptUp = 0.95
	// catchUp is how long members may take for the last messages of a step, as
	// long as some arrive.
	catchUp     = 10 * time.Second
	catchUpPoll = 20 * time.Millisecond
)

// step is one measurement at one rate. Its exported fields are what a sweep's
// result lists.
type step struct {
	Rate       float64  `json:"rate_per_channel_s"`
	SentPerS   float64  `json:"sent_per_s"`
	PerS       float64  `json:"deliveries_per_s"`
	P50MS      float64  `json:"p50_ms"`
	P99MS      float64  `json:"p99_ms"`
	MaxMS      float64  `json:"max_ms"`
	AckP50MS   float64  `json:"send_ack_p50_ms"`
	AckP99MS   float64  `json:"send_ack_p99_ms"`
	Missed     uint64   `json:"missed"`
	Duplicated uint64   `json:"duplicated"`
	Errors     uint64   `json:"errors"`
	CPUUSPer   *float64 `json:"server_cpu_us_per_op"`
	LoadCores  float64  `json:"load_cpu_cores"`
	LoadBound  bool     `json:"load_bound"`
	OK         bool     `json:"ok"` // within the limit, kept up, nothing missed

	ops     uint64
	latency summary
	use     usage
}

// counts is what members and senders have counted so far.
type counts struct{ missed, duplicated, resyncs, dead, errors uint64 }

func (c *crowd) counts() counts {
	n := counts{errors: c.sends.errors.total.Load() + c.hears.unmarked.Load()}
	for _, m := range c.members {
		n.missed += m.missed.Load()
		n.duplicated += m.duplicated.Load()
		n.resyncs += m.resyncs.Load()
		if !m.sock.alive() {
			n.dead++
		}
	}
	return n
}

// step lets the senders send at one rate, measures, and waits until every
// member has everything, or nothing more comes.
func (c *crowd) step(ctx context.Context, rate float64) (*step, error) {
	before := c.counts()
	c.hears.latencies.reset()
	c.sends.acks.reset()
	from := c.t.clock.now() + int64(c.p.Warmup)
	to := from + int64(c.p.Duration)
	c.hears.window.set(from, to)
	c.sends.window.set(from, to)
	stop := c.t.watch(func() string {
		return fmt.Sprintf("fanout: %.1f messages/s per channel, %d sent, %d errors", rate, c.sends.acked.Load(), c.sends.errors.total.Load())
	})
	defer stop()
	pacing := make(chan struct{})
	go func() {
		defer close(pacing)
		// Senders share their channel's rate.
		paceSenders(ctx, c.t.clock, rate*float64(c.p.Channels), to, c.senders)
	}()
	use, err := c.t.measure(ctx, c.p.Warmup, c.p.Duration)
	<-pacing
	if err != nil {
		return nil, err
	}
	drain(ctx, c.sends, c.senders)
	behind := c.settle(ctx)
	if err := ctxError(ctx); err != nil {
		return nil, err
	}
	s := c.conclude(rate, use, before, behind)
	c.t.say("fanout: %.1f messages/s per channel: %.0f deliveries/s, p50 %.1f ms, p99 %.1f ms, %d missed, %d duplicated, load %.2f cores",
		rate, s.PerS, s.P50MS, s.P99MS, s.Missed, s.Duplicated, s.LoadCores)
	return s, nil
}

func (c *crowd) conclude(rate float64, use usage, before counts, behind uint64) *step {
	after := c.counts()
	lat, acks := c.hears.latencies.summary(), c.sends.acks.summary()
	s := &step{
		Rate: round(rate, 3), SentPerS: perSecond(acks.count, c.p.Duration), PerS: perSecond(lat.count, c.p.Duration),
		P50MS: millis(lat.quantile(0.5)), P99MS: millis(lat.quantile(0.99)), MaxMS: millis(lat.max),
		AckP50MS: millis(acks.quantile(0.5)), AckP99MS: millis(acks.quantile(0.99)),
		Missed: after.missed - before.missed + behind, Duplicated: after.duplicated - before.duplicated,
		Errors:    after.errors - before.errors + after.resyncs - before.resyncs + after.dead - before.dead,
		LoadCores: round(use.loadCores(), 3), LoadBound: use.loadBound(),
		ops: lat.count, latency: lat, use: use,
	}
	if use.server != nil && lat.count > 0 {
		s.CPUUSPer = ptr(round(float64(use.server.Microseconds())/float64(lat.count), 3))
	}
	due := rate * c.p.Duration.Seconds() * float64(c.p.Channels*c.p.Members)
	s.OK = s.Missed == 0 && s.Duplicated == 0 && s.Errors == 0 && lat.count > 0 &&
		lat.quantile(0.99) <= c.p.P99Limit && float64(lat.count) >= keptUp*due
	return s
}

// settle waits until members have what was acknowledged, and says how many
// deliveries are still missing when nothing comes any more.
func (c *crowd) settle(ctx context.Context) uint64 {
	last, moved := c.behind(), time.Now()
	for last > 0 && time.Since(moved) < catchUp {
		if pause(ctx, catchUpPoll) != nil {
			break
		}
		if now := c.behind(); now != last {
			last, moved = now, time.Now()
		}
	}
	return last
}

// behind is how many deliveries of acknowledged messages are missing.
func (c *crowd) behind() (n uint64) {
	for ch, top := range c.tops() {
		for _, m := range c.listen[ch.id] {
			n += m.behind(ch.id, top)
		}
	}
	return n
}

// tops is the newest acknowledged number of each channel.
func (c *crowd) tops() map[channel]uint64 {
	tops := make(map[channel]uint64, c.p.Channels)
	for _, s := range c.senders {
		s.mu.Lock()
		tops[s.chans[0]] = max(tops[s.chans[0]], s.heads[0])
		s.mu.Unlock()
	}
	return tops
}

// sweep raises the rate until a step fails, then narrows the gap.
func (c *crowd) sweep(ctx context.Context) ([]*step, error) {
	var steps []*step
	good, bad := 0.0, 0.0
	rate := c.p.Rate
	for halvings := 0; len(steps) < sweepMost && halvings <= sweepHalvings; {
		if err := c.revive(ctx); err != nil {
			return nil, err
		}
		s, err := c.step(ctx, rate)
		if err != nil {
			return nil, err
		}
		steps = append(steps, s)
		if s.OK {
			good = rate
		} else {
			bad = rate
		}
		switch {
		case bad == 0:
			rate *= sweepGrowth
			continue
		case good == 0: // not even the first rate: look below it
			rate /= 2
		default:
			rate = (good + bad) / 2
		}
		halvings++
	}
	return steps, nil
}

// revive connects members again whose sockets ended in an earlier step. They
// begin anew at where their channel is.
func (c *crowd) revive(ctx context.Context) error {
	var dead []*crowdMember
	for _, m := range c.members {
		if !m.sock.alive() {
			dead = append(dead, m)
		}
	}
	if len(dead) == 0 {
		return nil
	}
	return c.t.each(ctx, "members reconnected", len(dead), c.t.parallel, func(ctx context.Context, i int) error {
		m := dead[i]
		c.t.say("member %d had been closed with %d", m.id, m.sock.closeCode())
		c.f.drop(m.sock)
		var err error
		m.sock, err = c.f.open(ctx, m.acc, c.opt, m)
		return err
	})
}
