package bench

import (
	"context"
	"fmt"
	"time"

	"beep/chat"
)

// visit opens the session of the town's i-th member and takes the time until its
// ready was there, the connection's making included.
func (b *bigServer) visit(ctx context.Context, i int, took *histogram) (*visitor, error) {
	v := &visitor{member: member{id: i, stats: b.hears}, place: i, acc: b.town.accounts[i], clock: b.t.clock}
	began := b.t.clock.now()
	s, err := b.f.open(ctx, v.acc, sockOptions{readBuffer: memberBuffer(b.p.Connected), listens: true}, v)
	if err != nil {
		return nil, err
	}
	v.sock = s
	took.record(i, time.Duration(v.readyAt.Load()-began))
	return v, nil
}

// openInTurn opens each session when the one before it is ready, and ends it.
func (b *bigServer) openInTurn(ctx context.Context) error {
	var took histogram
	err := b.t.each(ctx, "sessions opened in turn", b.p.Connected, 1, func(ctx context.Context, i int) error {
		v, err := b.visit(ctx, i+1, &took)
		if err == nil {
			b.f.drop(v.sock)
		}
		return err
	})
	if err != nil {
		return err
	}
	b.quantiles("open_in_turn", took.summary())
	return nil
}

// openAtOnce opens all sessions, some at a time, and leaves them open.
func (b *bigServer) openAtOnce(ctx context.Context) error {
	var took histogram
	b.here = make([]*visitor, b.p.Connected)
	m, began := b.t.startMeter(), time.Now()
	err := b.t.each(ctx, "sessions opened", b.p.Connected, b.p.AtOnce, func(ctx context.Context, i int) (err error) {
		b.here[i], err = b.visit(ctx, i+1, &took)
		return err
	})
	if err != nil {
		return err
	}
	b.res.rate(uint64(b.p.Connected), time.Since(began))
	b.res.usage(m.stop())
	b.res.latencies(took.summary())
	b.quantiles("open_at_once", took.summary())
	wrong := 0
	for i, sees := range b.sights() {
		if !b.here[i].settle(b.town.id, b.town.lobby(), sees) {
			wrong++
		}
	}
	b.res.Extras["wrong_ready"] = wrong
	b.res.Errors += uint64(wrong)
	return nil
}

// sights are the channels that each visitor is to see.
func (b *bigServer) sights() []map[chat.ChannelID]bool {
	all := make([]map[chat.ChannelID]bool, len(b.here))
	for i, v := range b.here {
		all[i] = map[chat.ChannelID]bool{}
		for _, ch := range b.town.channels {
			if chat.CanSee(b.st, v.acc.ID, ch) {
				all[i][ch] = true
			}
		}
	}
	return all
}

// compareReady holds the size of ready against that of a member in the same
// place of a small server.
func (b *bigServer) compareReady(ctx context.Context) error {
	big := b.here[0]
	v := &visitor{acc: b.small.accounts[big.place], clock: b.t.clock}
	s, err := b.f.open(ctx, v.acc, sockOptions{}, v)
	if err != nil {
		return err
	}
	b.f.drop(s)
	var least, most int64
	for i, v := range b.here {
		size := v.readySize.Load()
		most = max(most, size)
		if i == 0 || size < least {
			least = size
		}
	}
	b.res.Extras["ready_bytes"] = big.readySize.Load()
	b.res.Extras["ready_bytes_least"], b.res.Extras["ready_bytes_most"] = least, most
	b.res.Extras[fmt.Sprintf("ready_bytes_with_%d_members", b.small.spec.Members)] = v.readySize.Load()
	return nil
}

// quantiles puts what was found into Extras.
func (b *bigServer) quantiles(name string, s summary) {
	b.res.Extras[name+"_ms"] = map[string]float64{
		"p50": millis(s.quantile(0.5)), "p95": millis(s.quantile(0.95)), "p99": millis(s.quantile(0.99)), "max": millis(s.max),
	}
}
