package projector

import (
	"context"
	"sync/atomic"
	"time"

	"beep/chat"
)

const (
	// measureEvery is how often the log is asked how far it is.
	measureEvery = time.Second
	// measureTimeout bounds one such round of questions.
	measureTimeout = 5 * time.Second
)

// Status says how the projection is doing.
type Status struct {
	// Lag is how many commits of all streams were not folded in when the log was
	// last asked, which is every second.
	Lag uint64
	// CaughtUp: all is folded in that was in the log a moment ago (one to two
	// seconds; at the start: when the projector began). Under load there is always
	// some Lag. False before the log and the database were reached once.
	CaughtUp bool
	// DeadLetters and Alarms were met since the start of the process.
	DeadLetters uint64 // records and commits that could not be folded in
	Alarms      uint64 // places where the log contradicts itself
}

// meter is what Status is made from; anybody may read it.
type meter struct {
	begun, measured     atomic.Bool
	cursor              [chat.Shards]atomic.Uint64 // folded in
	target              [chat.Shards]atomic.Uint64 // in the log, when last asked
	goal                [chat.Shards]atomic.Uint64 // in the log, the time before
	ahead               [chat.Shards]atomic.Bool   // the alarm was raised
	deadLetters, alarms atomic.Uint64
}

func (m *meter) begin(cursors [chat.Shards]uint64) {
	for shard, seq := range cursors {
		m.cursor[shard].Store(seq)
	}
	m.begun.Store(true)
}

// Status may be called at any time, by anybody.
func (p *Projector) Status() Status {
	m := &p.meter
	s := Status{
		CaughtUp:    m.begun.Load() && m.measured.Load(),
		DeadLetters: m.deadLetters.Load(), Alarms: m.alarms.Load(),
	}
	for shard := range m.cursor {
		at := m.cursor[shard].Load()
		if target := m.target[shard].Load(); target > at {
			s.Lag += target - at
		}
		s.CaughtUp = s.CaughtUp && at >= m.goal[shard].Load()
	}
	return s
}

// measure asks the log how far it is, until ctx ends.
func (p *Projector) measure(ctx context.Context) {
	every := time.NewTicker(measureEvery)
	defer every.Stop()
	for {
		if err := p.measureOnce(ctx); err != nil && ctx.Err() == nil {
			p.logger.Warn("the log did not say how far it is", "error", err)
		}
		select {
		case <-every.C:
		case <-ctx.Done():
			return
		}
	}
}

func (p *Projector) measureOnce(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, measureTimeout)
	defer cancel()
	m := &p.meter
	var last [chat.Shards]uint64
	for shard := range last {
		at := m.cursor[shard].Load()
		var err error
		if last[shard], err = p.log.LastSeq(ctx, shard); err != nil {
			return err
		}
		// Read first, the cursor cannot be ahead, unless the log is not the one
		// that the database was folded from.
		if last[shard] < at && !m.ahead[shard].Swap(true) {
			m.alarms.Add(1)
			p.logger.Error("the read model is ahead of the log", "shard", shard, "cursor", at, "last", last[shard])
		}
	}
	first := !m.measured.Load()
	for shard, seq := range last {
		goal := m.target[shard].Load()
		if first {
			goal = seq
		}
		m.goal[shard].Store(goal)
		m.target[shard].Store(seq)
	}
	m.measured.Store(true)
	return nil
}
