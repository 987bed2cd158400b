package jetstream

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"beep/chat"
	"beep/subjects"
	"beep/wire"
)

const (
	// maxPending bounds the appends in flight. There is one per actor that is
	// writing just now; above this, Append answers ErrUnavailable at once.
	maxPending = 1 << 16
	// answerBuffer holds answers not yet looked at. What overflows is lost like an
	// answer lost on the way: the append is sent again.
	answerBuffer = 1 << 15

	// firstBackoff to maxBackoff separate a refused attempt from the next.
	firstBackoff = 10 * time.Millisecond
	maxBackoff   = 500 * time.Millisecond
	// maxCommitSize is above chat.MaxCommitBytes by what headers and one record
	// of the largest size may add.
	maxCommitSize = chat.MaxCommitBytes + 64<<10
)

// appender sends commits and sorts the answers. One goroutine owns the answers
// and the clock; callers only put into pend.
type appender struct {
	nc      *nats.Conn
	cfg     Config
	logger  *slog.Logger
	prefix  string // of the replies, with the dot
	answers chan *nats.Msg
	sub     *nats.Subscription
	stop    chan struct{}
	stopped chan struct{}
	// drop says that an answer is to be lost; nil but in tests.
	drop atomic.Pointer[func() bool]

	mu     sync.Mutex
	pend   map[uint64]*pending
	wheel  wheel
	next   uint64
	closed bool
	// rejected wait for the next tick; as many as callers have tried since.
	rejected []rejection

	givenUp limiter // of its line in the log
}

type rejection struct {
	done func(uint64, error)
	err  error
}

// pending is an append without a final answer yet.
type pending struct {
	token    uint64
	msg      *nats.Msg
	stream   string
	epoch    uint64
	first    uint64
	fence    uint64
	done     func(uint64, error)
	deadline time.Time
	due      time.Time // when something must be done if nothing comes in
	attempts int
	answered int  // attempts that were answered unclearly, for the back-off
	looking  bool // the fence did not hold; we look who wrote
}

func newAppender(nc *nats.Conn, cfg Config, logger *slog.Logger) (*appender, error) {
	a := &appender{
		nc: nc, cfg: cfg, logger: logger, prefix: nc.NewInbox() + ".",
		answers: make(chan *nats.Msg, answerBuffer),
		stop:    make(chan struct{}), stopped: make(chan struct{}),
		pend: make(map[uint64]*pending),
	}
	sub, err := nc.ChanSubscribe(a.prefix+"*", a.answers)
	if err != nil {
		return nil, fmt.Errorf("listen for acknowledgements: %w", err)
	}
	a.sub = sub
	a.wheel.start(time.Now())
	go a.run()
	return a, nil
}

// prepare encodes c. The caller may use c anew afterwards.
func (a *appender) prepare(c *wire.Commit, fence uint64, done func(uint64, error)) (*pending, error) {
	if n := len(c.Records); n == 0 || n > chat.MaxRecordsPerCommit || c.First == 0 || !c.Key.Valid() {
		return nil, fmt.Errorf("append commit: %w", ErrTooLarge)
	}
	size := 64
	for i := range c.Records {
		size += c.Records[i].EncodedSize()
	}
	data := wire.AppendCommit(make([]byte, 0, size), c)
	if len(data) > maxCommitSize {
		return nil, fmt.Errorf("append commit of %d bytes: %w", len(data), ErrTooLarge)
	}
	return &pending{
		stream: subjects.Stream(c.Key.Shard()), epoch: c.Epoch, first: c.First, fence: fence, done: done,
		msg: &nats.Msg{
			Subject: subjects.Log(c.Key), Data: data,
			Header: nats.Header{
				hdrExpectedSeq: {strconv.FormatUint(fence, 10)},
				hdrMsgID:       {commitID(c)},
			},
		},
	}, nil
}

// launch sends what was prepared.
func (a *appender) launch(p *pending) {
	now := time.Now()
	p.deadline = now.Add(a.cfg.AppendTimeout)
	a.mu.Lock()
	if a.closed || len(a.pend) >= maxPending {
		a.mu.Unlock()
		a.reject(p.done, fmt.Errorf("append commit: too many in flight: %w", ErrUnavailable))
		return
	}
	a.next++
	p.token = a.next
	p.msg.Reply = a.prefix + strconv.FormatUint(p.token, 10)
	a.pend[p.token] = p
	out := a.sendLocked(p, now)
	a.mu.Unlock()
	a.publish(p.token, out)
}

// reject reports err at the next tick, from the appender's goroutine, so that a
// caller may hold a lock that done takes. After close it reports at once.
func (a *appender) reject(done func(uint64, error), err error) {
	a.mu.Lock()
	if !a.closed {
		a.rejected = append(a.rejected, rejection{done, err})
		a.mu.Unlock()
		return
	}
	a.mu.Unlock()
	done(0, err)
}

// commitID is the message id of a commit, the same at every attempt.
func commitID(c *wire.Commit) string {
	b := make([]byte, 0, 80)
	b = append(b, c.Key.String()...)
	b = append(b, '.')
	b = strconv.AppendUint(b, c.Epoch, 10)
	b = append(b, '.')
	b = strconv.AppendUint(b, c.First, 10)
	return string(b)
}

func (a *appender) run() {
	defer close(a.stopped)
	tick := time.NewTicker(wheelTick)
	defer tick.Stop()
	for {
		select {
		case m := <-a.answers:
			a.answer(m)
		case now := <-tick.C:
			a.sweep(now)
		case <-a.stop:
			return
		}
	}
}

// answer handles what came back for a token: the answer to an append, or, where
// p.looking, perhaps that to the question who wrote.
func (a *appender) answer(m *nats.Msg) {
	text := m.Subject[len(a.prefix):]
	look := len(text) > 0 && text[0] == 'l'
	if look {
		text = text[1:]
	}
	token, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return
	}
	if drop := a.drop.Load(); drop != nil && (*drop)() {
		return
	}
	a.mu.Lock()
	p := a.pend[token]
	if p == nil {
		a.mu.Unlock()
		return // answered before
	}
	var out *nats.Msg
	var seq uint64
	var final bool
	if look {
		seq, final, err = a.lookedLocked(p, m)
	} else {
		out, seq, final, err = a.ackedLocked(p, m)
	}
	if final {
		delete(a.pend, token)
	}
	a.mu.Unlock()
	if final {
		p.done(seq, err)
		return
	}
	a.publish(token, out)
}

func (a *appender) ackedLocked(p *pending, m *nats.Msg) (out *nats.Msg, seq uint64, final bool, err error) {
	v, seq, why := readAck(m)
	switch v {
	case accepted:
		return nil, seq, true, nil
	case mismatch:
		if p.looking {
			return nil, 0, false, nil
		}
		p.looking = true
		return a.sendLocked(p, time.Now()), 0, false, nil
	case full:
		return nil, 0, true, fmt.Errorf("append commit: %w", ErrFull)
	case refused:
		if p.attempts > 1 { // an earlier attempt may have been taken
			return nil, 0, true, fmt.Errorf("append commit: %s: %w", why.Description, ErrUnavailable)
		}
		return nil, 0, true, fmt.Errorf("append commit: refused with %d: %s", why.ErrCode, why.Description)
	}
	if !p.looking {
		a.backOffLocked(p)
	}
	return nil, 0, false, nil
}

// lookedLocked reads who wrote the message that follows the fence. Only the one
// directly behind it can be ours: so the answer is right even when yet another
// writer has appended since. Nobody behind the fence means that the answer came
// from a leader that is no more; then the commit is sent again.
func (a *appender) lookedLocked(p *pending, m *nats.Msg) (seq uint64, final bool, err error) {
	var answer leaderAnswer
	if len(m.Data) == 0 || json.Unmarshal(m.Data, &answer) != nil || answer.Message == nil {
		a.backOffLocked(p)
		return 0, false, nil //nolint:nilerr // what cannot be read is one more unclear answer
	}
	head, err := wire.DecodeHead(answer.Message.Data)
	if err == nil && head.Epoch == p.epoch && head.First == p.first {
		return answer.Message.Seq, true, nil
	}
	return 0, true, fmt.Errorf("append commit: %w", ErrFenced)
}

// backOffLocked arranges that the commit is sent again a little later.
func (a *appender) backOffLocked(p *pending) {
	p.looking = false
	wait := min(firstBackoff<<min(p.answered, 10), maxBackoff)
	p.answered++
	p.due = time.Now().Add(wait)
	a.wheel.add(p.token, p.due)
}

// sendLocked prepares the next message for p and when to give up on its answer.
func (a *appender) sendLocked(p *pending, now time.Time) *nats.Msg {
	p.attempts++
	p.due = now.Add(a.cfg.AttemptTimeout * time.Duration(p.attempts))
	if p.due.After(p.deadline) {
		p.due = p.deadline
	}
	a.wheel.add(p.token, p.due)
	if !p.looking {
		return p.msg
	}
	body, _ := json.Marshal(getRequest{Seq: p.fence + 1, NextFor: p.msg.Subject}) // cannot fail: plain fields
	return &nats.Msg{
		Subject: apiLeaderGet + p.stream, Data: body,
		Reply: a.prefix + "l" + strconv.FormatUint(p.token, 10),
	}
}

// publish sends out, if there is anything to send. A connection that is cut just
// now is one more unclear answer.
func (a *appender) publish(token uint64, out *nats.Msg) {
	if out == nil {
		return
	}
	err := a.nc.PublishMsg(out)
	if err == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if p := a.pend[token]; p != nil {
		a.backOffLocked(p)
	}
}

// sweep acts on everything that is due: what is past its deadline is given up,
// everything else is sent again.
func (a *appender) sweep(now time.Time) {
	type resend struct {
		token uint64
		msg   *nats.Msg
	}
	var again []resend
	var over []*pending
	a.mu.Lock()
	for _, token := range a.wheel.advance(now) {
		p := a.pend[token]
		switch {
		case p == nil:
		case p.due.After(now):
			a.wheel.add(token, p.due)
		case !now.Before(p.deadline):
			delete(a.pend, token)
			over = append(over, p)
		default:
			again = append(again, resend{token, a.sendLocked(p, now)})
		}
	}
	rejected := a.rejected
	a.rejected = nil
	a.mu.Unlock()
	for _, r := range rejected {
		r.done(0, r.err)
	}
	for _, r := range again {
		a.publish(r.token, r.msg)
	}
	if len(over) > 0 {
		// While the log is out of reach, every actor that writes ends here.
		if n, ok := a.givenUp.pass(now, len(over)); ok {
			p := over[0]
			a.logger.Warn("appends given up", "count", n, "subject", p.msg.Subject, "first", p.first, "attempts", p.attempts)
		}
	}
	for _, p := range over {
		p.done(0, fmt.Errorf("append commit: no answer: %w", ErrUnavailable))
	}
}

// close ends the goroutine and reports ErrUnavailable for what is in flight.
func (a *appender) close() {
	a.mu.Lock()
	if a.closed {
		a.mu.Unlock()
		<-a.stopped
		return
	}
	a.closed = true
	a.mu.Unlock()
	if err := a.sub.Unsubscribe(); err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
		a.logger.Warn("acknowledgements cannot be unsubscribed", "error", err)
	}
	close(a.stop)
	<-a.stopped
	a.mu.Lock()
	left, rejected := a.pend, a.rejected
	a.pend, a.rejected = nil, nil
	a.mu.Unlock()
	for _, r := range rejected {
		r.done(0, r.err)
	}
	for _, p := range left {
		p.done(0, fmt.Errorf("append commit: log is closed: %w", ErrUnavailable))
	}
}
