package bench

import (
	"context"
	"fmt"
	"time"

	"beep/chat"
)

// FanoutParams is the workload fanout: in each of Channels channels Senders
// send Rate messages per second altogether, and Members listen, each a user on a
// socket of its own.
type FanoutParams struct {
	Channels  int
	Members   int // per channel; with OneServer in all
	Senders   int // per channel
	Rate      float64
	Duration  time.Duration
	Warmup    time.Duration
	Size      int
	Intents   string // of the members
	OneServer bool   // all channels in one server, which all members are in

	Sweep    bool // raise the rate until P99Limit is passed or something is missed
	P99Limit time.Duration
}

// DefaultFanoutParams are those of a small, quick run.
func DefaultFanoutParams() FanoutParams {
	return FanoutParams{
		Channels: 1, Members: 100, Senders: 1, Rate: 100, Duration: 10 * time.Second, Warmup: 2 * time.Second,
		Size: 100, Intents: intentsMessages, P99Limit: 100 * time.Millisecond,
	}
}

// Check names the first parameter that makes no sense.
func (p FanoutParams) Check() error {
	var c checks
	c.between("channels", p.Channels, 1, maxSockets)
	c.between("members", p.Members, 1, maxSockets)
	c.between("senders", p.Senders, 1, maxSockets)
	c.that(p.Rate > 0, "--rate must be more than 0 messages per second and channel")
	c.duration("duration", p.Duration, minWindow)
	c.duration("warmup", p.Warmup, 0)
	c.between("size", p.Size, minContentSize, maxContentSize)
	c.intents(p.Intents)
	c.that(p.Intents != intentsNone, "--intents: members that want no messages get none")
	c.duration("p99-limit", p.P99Limit, time.Millisecond)
	c.that(!p.OneServer || p.Channels <= maxChannelsPerServer, "--channels: a server has at most %d", maxChannelsPerServer)
	return c.err
}

func (p FanoutParams) params() map[string]any {
	m := map[string]any{
		"channels": p.Channels, "members": p.Members, "senders": p.Senders, "rate_per_channel_s": p.Rate,
		"duration_s": p.Duration.Seconds(), "warmup_s": p.Warmup.Seconds(), "size": p.Size, "intents": p.Intents, "one_server": p.OneServer,
	}
	if p.Sweep {
		m["sweep"], m["p99_limit_ms"] = true, millis(p.P99Limit)
	}
	return m
}

// crowd is the world of fanout: who sends and who listens where.
type crowd struct {
	t       *Target
	f       *fleet
	p       FanoutParams
	opt     sockOptions
	sends   *sendStats
	hears   *memberStats
	senders []*sender // those of one channel are Channels apart, so that turns spread the load
	members []*crowdMember
	listen  map[chat.ChannelID][]*member
}

type crowdMember struct {
	member
	acc  account
	sock *sock
}

// Fanout measures deliveries: a message that one member received is one.
func Fanout(ctx context.Context, t *Target, p FanoutParams) (*Result, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	f := t.newFleet()
	defer f.close()
	c := &crowd{
		t: t, f: f, p: p, sends: &sendStats{clock: t.clock, size: p.Size, fail: fail}, hears: &memberStats{clock: t.clock},
		listen: map[chat.ChannelID][]*member{},
	}
	if err := c.build(ctx); err != nil {
		return nil, err
	}
	res := newResult(t, "fanout", "deliveries", p.params())
	best, err := c.measure(ctx, res)
	if err != nil {
		return nil, err
	}
	res.rate(best.ops, p.Duration)
	res.latencies(best.latency)
	res.usage(best.use)
	res.Errors, res.Lost, res.Duplicated = best.Errors, best.Missed, best.Duplicated
	res.Extras["connect_retries"] = f.retries.Load()
	res.Extras["rate_per_channel_s"], res.Extras["sent_per_s"] = round(best.Rate, 3), best.SentPerS
	res.Extras["send_ack_p50_ms"], res.Extras["send_ack_p99_ms"] = best.AckP50MS, best.AckP99MS
	if k := c.sends.errors.byKind(); len(k) > 0 {
		res.Extras["errors_by_kind"] = k
	}
	return res, nil
}

// measure runs one step, or a sweep of them.
func (c *crowd) measure(ctx context.Context, res *Result) (*step, error) {
	if !c.p.Sweep {
		return c.step(ctx, c.p.Rate)
	}
	steps, err := c.sweep(ctx)
	if err != nil {
		return nil, err
	}
	best := steps[0]
	for _, s := range steps {
		if s.OK && (!best.OK || s.PerS > best.PerS) {
			best = s
		}
	}
	res.Extras["steps"], res.Extras["within_limit"] = steps, best.OK
	return best, nil
}

// build makes accounts, servers and channels, and lets everybody in.
func (c *crowd) build(ctx context.Context) error {
	listeners := c.p.Channels * c.p.Members
	if c.p.OneServer {
		listeners = c.p.Members
	}
	sending := c.p.Channels * c.p.Senders
	if err := c.t.needFiles(listeners + sending); err != nil {
		return err
	}
	intents, err := intentsOf(c.p.Intents)
	if err != nil {
		return err
	}
	c.opt = sockOptions{intents: intents, readBuffer: memberBuffer(listeners), listens: true}
	accs, err := c.t.accounts(ctx, listeners+sending)
	if err != nil {
		return err
	}
	chans, err := c.buildSenders(ctx, accs[:sending])
	if err != nil {
		return err
	}
	c.members = make([]*crowdMember, listeners)
	err = c.t.each(ctx, "members joined", listeners, c.t.parallel, func(ctx context.Context, i int) error {
		m := &crowdMember{member: member{id: i, stats: c.hears}, acc: accs[sending+i]}
		c.members[i] = m
		var err error
		if m.sock, err = c.f.open(ctx, m.acc, c.opt, m); err != nil {
			return err
		}
		err = join(ctx, m.sock, chans[i%c.p.Channels].server)
		return err
	})
	if err != nil {
		return err
	}
	for i, m := range c.members {
		if c.p.OneServer {
			for _, ch := range chans {
				c.listen[ch.id] = append(c.listen[ch.id], &m.member)
			}
			continue
		}
		id := chans[i%c.p.Channels].id
		c.listen[id] = append(c.listen[id], &m.member)
	}
	return nil
}

// memberBuffer lets a hot channel's coalesced messages be read at once where
// there are few sockets, and keeps the load small where there are many.
func memberBuffer(sockets int) int {
	const total, least, most = 256 << 20, 2 << 10, 64 << 10
	return min(max(total/max(sockets, 1), least), most)
}

// buildSenders connects the senders; the first of each channel makes it, the
// first of all makes all with OneServer.
func (c *crowd) buildSenders(ctx context.Context, accs []account) ([]channel, error) {
	quiet, err := intentsOf(intentsNone)
	if err != nil {
		return nil, err
	}
	opt := sockOptions{intents: quiet, readBuffer: senderBuffer}
	n := c.p.Channels
	chans := make([]channel, n)
	c.senders = make([]*sender, len(accs))
	for i := range c.senders {
		c.senders[i] = newSender(i, c.sends, channel{})
	}
	makers := n
	if c.p.OneServer {
		makers = 1
	}
	err = c.t.each(ctx, "channels made", makers, c.t.parallel, func(ctx context.Context, i int) error {
		s := c.senders[i]
		var err error
		if s.sock, err = c.f.open(ctx, accs[i], opt, s); err != nil {
			return err
		}
		srv, err := createServer(ctx, s.sock, fmt.Sprintf("bench %d", i))
		if err != nil {
			return err
		}
		chans[i] = firstChannel(srv)
		for k := 1; c.p.OneServer && k < n; k++ {
			if chans[k], err = createChannel(ctx, s.sock, srv.ID, fmt.Sprintf("channel-%d", k)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i, s := range c.senders {
		s.chans[0] = chans[i%n]
	}
	return chans, c.t.each(ctx, "senders joined", len(accs)-makers, c.t.parallel, func(ctx context.Context, k int) error {
		i := makers + k
		return c.senders[i].joinChannel(ctx, c.f, accs[i], opt)
	})
}
