package edge

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"beep/chat"
	"beep/wire"
)

const (
	// MaxResumeRecords bounds what one resume may replay over all logs: some
	// 30 MB. What is beyond is resync.
	MaxResumeRecords = 100_000
	// replayChunk is how much of a replay is put into one message, and
	// replayAhead how much may wait for the client before the replay does.
	replayChunk = 64 << 10
	replayAhead = 512 << 10
)

// replay sends a resuming client what it missed.
type replay struct {
	st     *start
	out    draft
	sent   int
	budget uint64
}

var errGone = errors.New("session is over")

// resume sends what is missing up to the heads, then resumed, then what hubs
// told meanwhile.
func (st *start) resume(self attached, servers []attached) closeCode {
	s := st.s
	r := &replay{st: st, out: newDraft(512), budget: MaxResumeRecords}
	if err := r.all(self, servers); err != nil {
		if errors.Is(err, errGone) {
			return closeFault // it is closed already, or trickles
		}
		return st.fault("replay", err)
	}
	b := append(r.out.next(), `{"op":"resumed","replayed":`...)
	b = strconv.AppendInt(b, int64(r.sent), 10)
	s.conn.release(append(b, '}').message())
	s.g.stats.resumed.Add(1)
	return 0
}

func (r *replay) all(self attached, servers []attached) error {
	for i := range self.ranges {
		if _, err := r.log(&self.ranges[i]); err != nil {
			return err
		}
	}
	named := r.st.positions.Servers
	for id := range named {
		if !slices.ContainsFunc(servers, func(a attached) bool { return a.key.ID == uint64(id) && !a.absent }) {
			r.out = appendServerGone(r.out.next(), id)
		}
	}
	for i := range servers {
		if err := r.server(&servers[i]); err != nil {
			return err
		}
	}
	return nil
}

// server sends what is missing of one server and its channels. A channel that
// the client did not name is new to it if its creation is among what it missed.
func (r *replay) server(a *attached) error {
	if a.card != nil {
		b := append(r.out.next(), serverFrameHead...)
		r.out = append(append(b, a.card...), '}')
		return r.flow()
	}
	var created []chat.ChannelID
	for i := range a.ranges {
		m := &a.ranges[i]
		if m.unnamed && !slices.Contains(created, chat.ChannelID(m.key.ID)) {
			r.resync(m)
			continue
		}
		made, err := r.log(m)
		if err != nil {
			return err
		}
		created = append(created, made...)
	}
	return nil
}

// log sends what is missing of one log and lists the channels it creates.
func (r *replay) log(m *missing) ([]chat.ChannelID, error) {
	switch {
	case m.never:
		r.resync(m)
		return nil, nil
	case m.pos == m.head:
		return nil, nil
	case m.head-m.pos > r.budget:
		r.resync(m)
		return nil, nil
	}
	r.budget -= m.head - m.pos
	if m.frames == nil {
		return r.read(m)
	}
	for _, f := range m.frames {
		r.out = r.out.add(f)
		r.sent++
		if err := r.flow(); err != nil {
			return nil, err
		}
	}
	return m.created, nil
}

// read sends records from the log itself, a bounded piece at a time: the log is
// not kept waiting for the client, nor an admission for a log that hangs.
func (r *replay) read(m *missing) (created []chat.ChannelID, err error) {
	g := r.st.s.g
	for next := m.pos + 1; next <= m.head; {
		recs, err := g.readRecords(m.key, next, min(m.head, next+maxFill-1))
		if err != nil {
			return nil, err
		}
		if len(recs) == 0 || recs[0].Number != next {
			r.resync(m)
			return created, nil
		}
		for i := range recs {
			rec := &recs[i]
			if rec.Number != next {
				break // a hole: the next piece begins with it
			}
			next++
			r.out = wire.AppendEvent(r.out.next(), m.key, rec)
			r.sent++
			if ch := createdChannel(rec); ch != 0 {
				created = append(created, ch)
			}
			if err := r.flow(); err != nil {
				return nil, err
			}
		}
	}
	return created, nil
}

// resync says that a gap cannot be filled.
func (r *replay) resync(m *missing) {
	r.st.s.g.stats.resyncs.Add(1)
	r.out = wire.AppendResync(r.out.next(), m.key, m.head)
}

// flow sends what has gathered when it is enough, and waits while the client
// is behind: without a turn, so that others can start.
func (r *replay) flow() error {
	if r.out.size() < replayChunk {
		return nil
	}
	s := r.st.s
	s.conn.send(r.out.message())
	r.out = newDraft(replayChunk + replayChunk/4)
	if s.dead.Load() {
		return errGone
	}
	behind := s.conn.backlog(replayAhead)
	if behind == nil {
		return nil
	}
	starts := s.g.starts
	if starts.trickling.Add(1) > maxTrickling {
		starts.trickling.Add(-1)
		s.close(closeSlow)
		return errGone
	}
	defer starts.trickling.Add(-1)
	r.st.yield()
	return waitFor(&s.ctx, behind)
}

func waitFor(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return errGone
	}
}
