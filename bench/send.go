package bench

import (
	"context"
	"fmt"
	"time"
)

// lowRateMost bounds the second measurement of send, which needs few messages.
const lowRateMost = 15 * time.Second

// SendParams is the workload send: Senders sockets, each with a user of its
// own, send into Channels channels, each in a server of its own.
type SendParams struct {
	Channels int
	Senders  int
	Duration time.Duration
	Warmup   time.Duration
	InFlight int     // unanswered sends per sender, in the closed loop
	Rate     float64 // messages per second in all, as an open loop; 0: closed loop
	Intents  string  // what senders are sent: all, messages, none
	Size     int     // bytes of content
	// LatencyAt repeats the measurement as an open loop at this fraction of the
	// throughput; 0: not.
	LatencyAt float64
	// VerifyMost is how many messages are read back; more are sampled.
	VerifyMost int
}

// DefaultSendParams are those of a small, quick run.
func DefaultSendParams() SendParams {
	return SendParams{
		Channels: 100, Senders: 100, Duration: 10 * time.Second, Warmup: 2 * time.Second, InFlight: 1,
		Intents: intentsAll, Size: 100, VerifyMost: 200_000,
	}
}

// Check names the first parameter that makes no sense.
func (p SendParams) Check() error {
	var c checks
	c.between("channels", p.Channels, 1, maxSockets)
	c.between("senders", p.Senders, 1, maxSockets)
	c.duration("duration", p.Duration, minWindow)
	c.duration("warmup", p.Warmup, 0)
	c.between("inflight", p.InFlight, 1, maxInFlight)
	c.that(p.Rate >= 0, "--rate must not be negative")
	c.intents(p.Intents)
	c.between("size", p.Size, minContentSize, maxContentSize)
	c.that(p.LatencyAt >= 0 && p.LatencyAt <= 1, "--latency-at must be 0 to 1, a fraction of the throughput")
	c.between("verify", p.VerifyMost, 0, 1<<30)
	c.that(c.err != nil || p.Channels <= p.Senders*maxServersPerUser,
		"--channels: a sender can be in %d servers at most, and every channel is in its own; take at least %d senders",
		maxServersPerUser, (p.Channels+maxServersPerUser-1)/maxServersPerUser)
	return c.err
}

func (p SendParams) params() map[string]any {
	m := map[string]any{
		"channels": p.Channels, "senders": p.Senders, "duration_s": p.Duration.Seconds(), "warmup_s": p.Warmup.Seconds(),
		"intents": p.Intents, "size": p.Size,
	}
	if p.Rate > 0 {
		m["rate_per_s"] = p.Rate
	} else {
		m["inflight"] = p.InFlight
	}
	return m
}

// Send measures messages acknowledged as durable.
func Send(ctx context.Context, t *Target, p SendParams) (*Result, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	if err := t.needFiles(p.Senders); err != nil {
		return nil, err
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	f := t.newFleet()
	defer f.close()
	stats := &sendStats{clock: t.clock, size: p.Size, fail: fail, record: true}
	senders, err := p.build(ctx, f, stats)
	if err != nil {
		return nil, err
	}
	res := newResult(t, "send", "messages", p.params())
	use, err := p.run(ctx, t, stats, senders)
	if err != nil {
		return nil, err
	}
	sum := stats.acks.summary()
	res.rate(sum.count, p.Duration)
	res.latencies(sum)
	res.usage(use)
	if p.LatencyAt > 0 && ctx.Err() == nil {
		if err := p.lowRate(ctx, t, res, stats, senders); err != nil {
			return nil, err
		}
	}
	if err := ctxError(ctx); err != nil {
		return nil, err
	}
	v, err := verifySends(ctx, t, senders, p.VerifyMost)
	if err != nil {
		return nil, err
	}
	res.Errors, res.Lost, res.Duplicated = stats.errors.total.Load()+v.foreign, v.lost, v.duplicated
	res.Extras["acknowledged"], res.Extras["verified"] = stats.acked.Load(), v.read
	res.Extras["stored_unacknowledged"] = v.unacknowledged
	res.Extras["connect_retries"] = f.retries.Load()
	if k := stats.errors.byKind(); len(k) > 0 {
		res.Extras["errors_by_kind"] = k
	}
	return res, nil
}

// build connects the senders and makes the channels. Sender i makes and uses
// channels i, i+N, …; senders beyond the channels join those of the others.
func (p SendParams) build(ctx context.Context, f *fleet, stats *sendStats) ([]*sender, error) {
	accs, err := f.t.accounts(ctx, p.Senders)
	if err != nil {
		return nil, err
	}
	intents, err := intentsOf(p.Intents)
	if err != nil {
		return nil, err
	}
	senders := make([]*sender, p.Senders)
	makers := min(p.Senders, p.Channels)
	err = f.t.each(ctx, "channels made", makers, f.t.parallel, func(ctx context.Context, i int) error {
		n := (p.Channels - i + p.Senders - 1) / p.Senders
		senders[i] = newSender(i, stats, make([]channel, n)...)
		return senders[i].makeChannels(ctx, f, accs[i], intents)
	})
	if err != nil {
		return nil, err
	}
	err = f.t.each(ctx, "senders joined", p.Senders-makers, f.t.parallel, func(ctx context.Context, k int) error {
		i := makers + k
		senders[i] = newSender(i, stats, senders[i%p.Channels].chans[0])
		return senders[i].joinChannel(ctx, f, accs[i], sockOptions{intents: intents, readBuffer: senderBuffer})
	})
	return senders, err
}

// makeChannels connects the sender and makes a server for each of its channels.
func (s *sender) makeChannels(ctx context.Context, f *fleet, acc account, intents []string) error {
	var err error
	if s.sock, err = f.open(ctx, acc, sockOptions{intents: intents, readBuffer: senderBuffer}, s); err != nil {
		return err
	}
	for c := range s.chans {
		srv, err := createServer(ctx, s.sock, fmt.Sprintf("bench %d.%d", s.id, c))
		if err != nil {
			return err
		}
		s.chans[c] = firstChannel(srv)
	}
	return nil
}

// joinChannel connects the sender to a channel that is there.
func (s *sender) joinChannel(ctx context.Context, f *fleet, acc account, opt sockOptions) error {
	var err error
	if s.sock, err = f.open(ctx, acc, opt, s); err != nil {
		return err
	}
	err = join(ctx, s.sock, s.chans[0].server)
	return err
}

// senderBuffer holds several replies, or events of a channel in which others send.
const senderBuffer = 8 << 10

// run warms up, measures and drains.
func (p SendParams) run(ctx context.Context, t *Target, stats *sendStats, senders []*sender) (usage, error) {
	stop := t.watch(func() string {
		return fmt.Sprintf("send: %d acknowledged, %d errors", stats.acked.Load(), stats.errors.total.Load())
	})
	defer stop()
	from := t.clock.now() + int64(p.Warmup)
	to := from + int64(p.Duration)
	stats.window.set(from, to)
	pacing := make(chan struct{})
	if p.Rate > 0 {
		go func() {
			defer close(pacing)
			paceSenders(ctx, t.clock, p.Rate, to, senders)
		}()
	} else {
		close(pacing)
		for _, s := range senders {
			s.startClosed(p.InFlight)
		}
	}
	use, err := t.measure(ctx, p.Warmup, p.Duration)
	stats.stopping.Store(true)
	<-pacing
	if err != nil {
		return usage{}, err
	}
	drain(ctx, stats, senders)
	return use, ctxError(ctx)
}

// measure lets the warm-up pass and measures what is used in the window.
func (t *Target) measure(ctx context.Context, warmup, duration time.Duration) (usage, error) {
	if err := pause(ctx, warmup); err != nil {
		return usage{}, err
	}
	m := t.startMeter()
	if err := pause(ctx, duration); err != nil {
		return usage{}, err
	}
	return m.stop(), nil
}

// lowRate measures latency where nothing queues.
func (p SendParams) lowRate(ctx context.Context, t *Target, res *Result, stats *sendStats, senders []*sender) error {
	q := p
	q.Rate, q.Duration = res.ThroughputPerS*p.LatencyAt, min(p.Duration, lowRateMost)
	if q.Rate <= 0 {
		return nil
	}
	t.say("send: once more at %.1f messages/s", q.Rate)
	for _, s := range senders {
		s.mu.Lock()
		s.closed = false
		s.mu.Unlock()
	}
	stats.acks.reset()
	use, err := q.run(ctx, t, stats, senders)
	if err != nil {
		return err
	}
	sum := stats.acks.summary()
	res.Extras["low_rate_per_s"], res.Extras["low_rate_achieved_per_s"] = round(q.Rate, 1), perSecond(sum.count, q.Duration)
	res.Extras["low_rate_p50_ms"], res.Extras["low_rate_p95_ms"] = millis(sum.quantile(0.5)), millis(sum.quantile(0.95))
	res.Extras["low_rate_p99_ms"], res.Extras["low_rate_max_ms"] = millis(sum.quantile(0.99)), millis(sum.max)
	res.Extras["low_rate_load_cpu_cores"] = round(use.loadCores(), 3)
	return nil
}

func ctxError(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}
