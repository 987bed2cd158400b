package bench

import (
	"context"
	"time"
)

// talkWarmup is how long messages are sent before they count.
const talkWarmup = time.Second

// talk sends messages into the lobby, which everybody sees, and takes the time
// until each has reached each session.
func (b *bigServer) talk(ctx context.Context) error {
	from := b.t.clock.now() + int64(talkWarmup)
	to := from + int64(b.p.Duration)
	b.hears.window.set(from, to)
	b.sends.window.set(from, to)
	m := b.t.startMeter()
	paceSenders(ctx, b.t.clock, b.p.Rate, to, []*sender{b.speak})
	use := m.stop()
	drain(ctx, b.sends, []*sender{b.speak})
	behind := func() (n uint64) {
		for _, v := range b.here {
			n += v.behind(b.town.lobby(), b.speak.top())
		}
		return n
	}
	for end := time.Now().Add(catchUp); behind() > 0 && time.Now().Before(end); {
		if err := pause(ctx, catchUpPoll); err != nil {
			return err
		}
	}
	b.res.Lost += behind()
	found := b.hears.latencies.summary()
	b.quantiles("talk", found)
	b.res.Extras["talk_deliveries_per_s"] = perSecond(found.count, b.p.Duration)
	if use.server != nil {
		b.res.Extras["talk_server_cores"] = round(use.server.Seconds()/use.wall.Seconds(), 3)
	}
	return nil
}
