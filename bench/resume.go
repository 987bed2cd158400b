package bench

import (
	"context"
	"fmt"
	"time"

	"beep/wire"
)

// ResumeParams is the workload resume: Sessions clients were away while Gap
// messages were sent to their channel, and all come back at the same time.
type ResumeParams struct {
	Gap      int
	Sessions int
	Repeat   int // how often they come back, from the same positions each time
}

// fillSenders is how many users write the gap; one would be bound by the round
// trip of its 64 sends.
const fillSenders = 8

// DefaultResumeParams are those of a small, quick run.
func DefaultResumeParams() ResumeParams { return ResumeParams{Gap: 1000, Sessions: 1, Repeat: 5} }

// Check names the first parameter that makes no sense.
func (p ResumeParams) Check() error {
	var c checks
	c.between("gap", p.Gap, 1, 100_000_000)
	c.between("sessions", p.Sessions, 1, maxSockets)
	c.between("repeat", p.Repeat, 1, maxSockets)
	return c.err
}

// returning is a session that was away.
type returning struct {
	member
	acc account
	at  *wire.Positions // when it went
}

// Resume measures records replayed per second; its latencies are from dialling
// to resumed.
func Resume(ctx context.Context, t *Target, p ResumeParams) (*Result, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	if err := t.needFiles(p.Sessions + fillSenders); err != nil {
		return nil, err
	}
	f := t.newFleet()
	defer f.close()
	all, ch, top, err := t.buildResume(ctx, f, p)
	if err != nil {
		return nil, err
	}
	res := newResult(t, "resume", "records", map[string]any{"gap": p.Gap, "sessions": p.Sessions, "repeat": p.Repeat})
	var took histogram
	var wall time.Duration
	m := t.startMeter()
	for range p.Repeat {
		for _, r := range all {
			r.rewind(r.at)
		}
		began := time.Now()
		socks := make([]*sock, len(all))
		err := t.each(ctx, "resumed", len(all), len(all), func(ctx context.Context, i int) error {
			start := time.Now()
			var err error
			socks[i], err = f.open(ctx, all[i].acc, sockOptions{positions: all[i].at, readBuffer: memberBuffer(len(all))}, all[i])
			took.record(i, time.Since(start))
			return err
		})
		wall += time.Since(began)
		if err != nil {
			return nil, err
		}
		for i, s := range socks {
			res.Lost += all[i].behind(ch.id, top) // resumed says that everything has been sent
			f.drop(s)
		}
	}
	use := m.stop()
	for _, r := range all {
		res.Lost += r.missed.Load()
		res.Duplicated += r.duplicated.Load()
		res.Errors += r.resyncs.Load()
	}
	res.rate(uint64(p.Gap)*uint64(p.Sessions)*uint64(p.Repeat)-min(res.Lost, uint64(p.Gap)), wall)
	res.latencies(took.summary())
	res.usage(use)
	res.Extras["connect_retries"] = f.retries.Load()
	return res, nil
}

// buildResume lets the sessions into a channel, cuts them, and writes the gap.
func (t *Target) buildResume(ctx context.Context, f *fleet, p ResumeParams) (all []*returning, ch channel, top uint64, err error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	accs, err := t.accounts(ctx, p.Sessions+fillSenders)
	if err != nil {
		return nil, ch, 0, err
	}
	h, err := t.buildHomes(ctx, f, accs[:1])
	if err != nil {
		return nil, ch, 0, err
	}
	ch = h.chans[0]
	quiet, err := intentsOf(intentsNone)
	if err != nil {
		return nil, ch, 0, err
	}
	for i := 1; i < fillSenders; i++ {
		s := newSender(i, h.stats, ch)
		if err := s.joinChannel(ctx, f, accs[i], sockOptions{intents: quiet, readBuffer: senderBuffer}); err != nil {
			return nil, ch, 0, err
		}
		h.owners = append(h.owners, s)
	}
	all = make([]*returning, p.Sessions)
	err = t.each(ctx, "sessions begun", p.Sessions, t.parallel, func(ctx context.Context, i int) error {
		r := &returning{member: member{id: i}, acc: accs[fillSenders+i]}
		all[i] = r
		s, err := f.open(ctx, r.acc, sockOptions{}, r)
		if err != nil {
			return err
		}
		err = join(ctx, s, ch.server)
		f.drop(s)
		r.at = r.positions()
		return err
	})
	if err != nil {
		return nil, ch, 0, err
	}
	if err := h.write(ctx, t, p.Gap); err != nil {
		return nil, ch, 0, err
	}
	for _, s := range h.owners {
		top = max(top, s.top())
	}
	if top < uint64(p.Gap) {
		return nil, ch, 0, fmt.Errorf("write the gap: the channel ends at %d of %d", top, p.Gap)
	}
	return all, ch, top, nil
}

// write lets the senders write n messages altogether.
func (h *homes) write(ctx context.Context, t *Target, n int) error {
	each := n / len(h.owners)
	rest := &homes{owners: h.owners[:1], stats: h.stats}
	if err := h.fill(ctx, t, each); err != nil {
		return err
	}
	return rest.fill(ctx, t, n-each*len(h.owners))
}
