package bench

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"beep/client"
)

// HistoryParams is the workload history: Connections sockets, a user each, read
// pages of 50 messages, several requests at a time.
type HistoryParams struct {
	Connections int
	Channels    int // the sockets are spread over them
	Messages    int // in each channel
	Depth       int // pages read one after the other from the newest end
	InFlight    int // unanswered requests per socket
	Duration    time.Duration
	Warmup      time.Duration
}

const (
	historyPage = 50
	// checkEvery is which part of the pages is counted through; all are checked
	// for being no refusal.
	checkEvery = 16
)

// DefaultHistoryParams are those of a small, quick run.
func DefaultHistoryParams() HistoryParams {
	return HistoryParams{Connections: 16, Channels: 16, Messages: 200, Depth: 1, InFlight: 8, Duration: 10 * time.Second, Warmup: 2 * time.Second}
}

// Check names the first parameter that makes no sense.
func (p HistoryParams) Check() error {
	var c checks
	c.between("connections", p.Connections, 1, maxSockets)
	c.between("channels", p.Channels, 1, maxSockets)
	c.between("depth", p.Depth, 1, 10_000)
	c.between("messages", p.Messages, 1, 10_000_000)
	c.that(p.Messages >= p.Depth*historyPage, "--messages must be at least %d for --depth %d", p.Depth*historyPage, p.Depth)
	c.between("inflight", p.InFlight, 1, maxInFlight)
	c.duration("duration", p.Duration, minWindow)
	c.duration("warmup", p.Warmup, 0)
	return c.err
}

// reader asks for pages in a closed loop.
type reader struct {
	id    int
	sock  *sock // set before the first request
	stats *readStats
	tails [][]byte // of the requests, from the newest page backwards
	buf   []byte   // the reading goroutine's

	started [maxInFlight]int64 // by slot; a slot's owner is its request
	turn    [maxInFlight]uint64
}

type readStats struct {
	clock    clock
	pages    histogram
	window   window
	stopping atomic.Bool
	open     atomic.Int64 // unanswered requests
	short    atomic.Uint64
	errors   errorCounts
	fail     context.CancelCauseFunc
}

// History measures pages.
func History(ctx context.Context, t *Target, p HistoryParams) (*Result, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	if err := t.needFiles(p.Connections + p.Channels); err != nil {
		return nil, err
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	f := t.newFleet()
	defer f.close()
	stats := &readStats{clock: t.clock, fail: fail}
	readers, err := t.buildReaders(ctx, f, p, stats)
	if err != nil {
		return nil, err
	}
	res := newResult(t, "history", "pages", map[string]any{
		"connections": p.Connections, "channels": p.Channels, "messages": p.Messages, "page": historyPage, "depth": p.Depth,
		"inflight": p.InFlight, "duration_s": p.Duration.Seconds(), "warmup_s": p.Warmup.Seconds(),
	})
	from := t.clock.now() + int64(p.Warmup)
	stats.window.set(from, from+int64(p.Duration))
	for _, r := range readers {
		r.start(p.InFlight)
	}
	use, err := t.measure(ctx, p.Warmup, p.Duration)
	stats.stopping.Store(true)
	if err != nil {
		return nil, err
	}
	for end := time.Now().Add(drainTimeout); stats.open.Load() > 0 && time.Now().Before(end) && ctx.Err() == nil; {
		_ = pause(ctx, catchUpPoll) // the loop looks at ctx
	}
	stats.errors.add("unanswered", uint64(stats.open.Load()))
	sum := stats.pages.summary()
	res.rate(sum.count, p.Duration)
	res.latencies(sum)
	res.usage(use)
	res.Errors, res.Lost = stats.errors.total.Load(), stats.short.Load()
	if k := stats.errors.byKind(); len(k) > 0 {
		res.Extras["errors_by_kind"] = k
	}
	return res, ctxError(ctx)
}

func (t *Target) buildReaders(ctx context.Context, f *fleet, p HistoryParams, stats *readStats) ([]*reader, error) {
	accs, err := t.accounts(ctx, p.Connections+p.Channels)
	if err != nil {
		return nil, err
	}
	h, err := t.buildHomes(ctx, f, accs[:p.Channels])
	if err != nil {
		return nil, err
	}
	if err := h.fill(ctx, t, p.Messages); err != nil {
		return nil, err
	}
	quiet, err := intentsOf(intentsNone)
	if err != nil {
		return nil, err
	}
	const buffer = 64 << 10 // a page is some 10 KiB
	readers := make([]*reader, p.Connections)
	return readers, t.each(ctx, "readers joined", p.Connections, t.parallel, func(ctx context.Context, i int) error {
		r := &reader{id: i, stats: stats, tails: pageTails(h.chans[i%p.Channels], h.owners[i%p.Channels].top(), p.Depth)}
		readers[i] = r
		var err error
		if r.sock, err = f.open(ctx, accs[p.Channels+i], sockOptions{intents: quiet, readBuffer: buffer}, r); err != nil {
			return err
		}
		err = join(ctx, r.sock, h.chans[i%p.Channels].server)
		return err
	})
}

// pageTails is what follows the reference in the requests: the newest page, as
// a client asks that opens a channel, and the pages before it.
func pageTails(ch channel, top uint64, depth int) [][]byte {
	tails := make([][]byte, depth)
	for i := range tails {
		before := ""
		if i > 0 {
			before = fmt.Sprintf(`"before":%d,`, top+1-uint64(i)*historyPage)
		}
		tails[i] = fmt.Appendf(nil, `,"m":"message.list","d":{"channel_id":"%s",%s"limit":%d}}`, ch.id, before, historyPage)
	}
	return tails
}

func (r *reader) start(inFlight int) {
	var buf []byte
	for slot := range inFlight {
		r.stats.open.Add(1)
		buf = r.ask(buf, slot)
	}
}

// ask sends the slot's next request. The slot is its own until the reply.
func (r *reader) ask(buf []byte, slot int) []byte {
	turn := r.turn[slot]
	r.turn[slot]++
	r.started[slot] = r.stats.clock.now()
	buf = append(buf[:0], `{"op":"request","ref":`...)
	buf = strconv.AppendUint(buf, turn<<slotBits|uint64(slot), 10)
	buf = append(buf, r.tails[turn%uint64(len(r.tails))]...)
	_ = r.sock.raw.WriteFrame(buf) // its reader sees what is wrong
	return buf
}

func (r *reader) onReply(ref uint64, frame []byte) {
	now := r.stats.clock.now()
	slot := int(ref & (maxInFlight - 1))
	if kind, is := refused(frame); is {
		if n := r.stats.errors.add(kind, 1); n >= tooManyErrors {
			r.stats.fail(fmt.Errorf("given up after %d errors: %v", n, r.stats.errors.byKind()))
		}
	} else {
		if (ref>>slotBits)%checkEvery == 0 && bytes.Count(frame, []byte(`"seq":`)) != historyPage {
			r.stats.short.Add(1)
		}
		if r.stats.window.holds(now) {
			r.stats.pages.record(r.id, time.Duration(now-r.started[slot]))
		}
	}
	if r.stats.stopping.Load() {
		r.stats.open.Add(-1)
		return
	}
	r.buf = r.ask(r.buf, slot)
}

func (r *reader) onEvent([]byte)          {}
func (r *reader) onControl(*client.Frame) {}
