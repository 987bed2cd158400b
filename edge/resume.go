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

var (
	errGone = errors.New("session is over")
	// errMoved ends a start whose user lost a right amid it: what was not sent may be
	// his again before the hub hears of either, and nobody would tell him. He resumes.
	errMoved = errors.New("rights changed amid a replay")
)

// resume sends what is missing up to the heads, then resumed, then what hubs
// told meanwhile.
func (st *start) resume(self attached, servers []attached) closeCode {
	s := st.s
	r := &replay{st: st, out: newDraft(512), budget: MaxResumeRecords}
	if err := r.all(self, servers); err != nil {
		if errors.Is(err, errGone) || errors.Is(err, errMoved) {
			return closeFault // if it is not closed already
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
		if _, err := r.log(&self, &self.ranges[i]); err != nil {
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
// the client did not name is new to it if its creation is among what it missed;
// else it is shown.
func (r *replay) server(a *attached) error {
	if a.card != nil {
		if !r.sees(a, a.key) {
			return errMoved
		}
		b := append(r.out.next(), serverFrameHead...)
		r.out = append(append(b, a.card...), '}')
		return r.flow()
	}
	var told told
	channels := a.ranges
	if len(a.ranges) > 0 && a.ranges[0].key == a.key {
		own, err := r.log(a, &a.ranges[0])
		if err != nil {
			return err
		}
		told, channels = own, a.ranges[1:]
	}
	if err := r.view(a, &told, channels); err != nil {
		return err
	}
	for i := range channels {
		m := &channels[i]
		if m.unnamed && (m.mute || !slices.Contains(told.created, chat.ChannelID(m.key.ID))) {
			continue
		}
		if _, err := r.log(a, m); err != nil {
			return err
		}
	}
	return nil
}

// told is what records that were sent say of channels.
type told struct {
	created []chat.ChannelID
	deleted []chat.ChannelID // and hidden from him
}

// view sends what the client may do now, and what it may see as far as that differs
// from what it knows and no event has told it. A session that the hub itself tells of
// the server has no rights here.
func (r *replay) view(a *attached, told *told, channels []missing) error {
	if a.rights == nil {
		return nil
	}
	hide := a.hide
	for _, id := range told.deleted {
		// Only what it has named itself: of others it knows nothing.
		if _, named := r.st.positions.Channels[id]; named {
			hide = append(hide, id)
		}
	}
	b := append(r.out.next(), `{"op":"`+wire.OpView+`","s":"`...)
	b = append(b, chat.ServerID(a.key.ID).String()...)
	b = append(append(b, '"'), a.view...)
	l := list{open: `,"hide":[`}
	for _, id := range hide {
		b = append(l.next(b), '"')
		b = append(append(b, id.String()...), '"')
	}
	b = l.end(b)
	l = list{open: `,"show":[`}
	for i := range channels {
		if m := &channels[i]; m.unnamed && !slices.Contains(told.created, chat.ChannelID(m.key.ID)) {
			if !r.sees(a, m.key) {
				return errMoved
			}
			b = append(l.next(b), m.card...)
		}
	}
	r.out = append(draft(l.end(b)), '}')
	return r.flow()
}

// sees reports whether the user sees a log now: a long replay may take minutes, and
// what was revoked meanwhile is not sent.
func (r *replay) sees(a *attached, key chat.Key) bool {
	if a.srv == nil {
		return true
	}
	ch := chat.ChannelID(0)
	if key.Kind == chat.KindChannel {
		ch = chat.ChannelID(key.ID)
	}
	g := a.srv.Grant(r.st.s.who(), ch)
	return g.Member && (ch == 0 || g.Permissions.Has(chat.ViewChannels))
}

// log sends what is missing of one log and says what it tells of channels.
func (r *replay) log(a *attached, m *missing) (told, error) {
	switch {
	case m.pos == m.head:
		return told{}, nil
	case !r.sees(a, m.key):
		return told{}, errMoved
	case m.never:
		r.resync(m)
		return told{}, nil
	case m.head-m.pos > r.budget:
		r.resync(m)
		return told{}, nil
	}
	r.budget -= m.head - m.pos
	if m.frames == nil {
		return r.read(a, m)
	}
	for _, f := range m.frames {
		r.out = r.out.add(f)
		r.sent++
		if err := r.flow(); err != nil {
			return told{}, err
		}
	}
	return told{m.created, m.deleted}, nil
}

// read sends records from the log itself, a bounded piece at a time: the log is
// not kept waiting for the client, nor an admission for a log that hangs.
func (r *replay) read(a *attached, m *missing) (t told, err error) {
	g := r.st.s.g
	for next := m.pos + 1; next <= m.head; {
		recs, err := g.readRecords(m.key, next, min(m.head, next+maxFill-1))
		if err != nil {
			return t, err
		}
		if !r.sees(a, m.key) {
			return t, errMoved
		}
		if len(recs) == 0 || recs[0].Number != next {
			r.resync(m)
			return t, nil
		}
		for i := range recs {
			if recs[i].Number != next {
				break // a hole: the next piece begins with it
			}
			next++
			if err := r.record(a, m.key, &recs[i], &t); err != nil {
				return t, err
			}
			if err := r.flow(); err != nil {
				return t, err
			}
		}
	}
	return t, nil
}

// record sends one record, or that it is hidden.
func (r *replay) record(a *attached, key chat.Key, rec *wire.Record, t *told) error {
	r.sent++
	f, visible := filter{}, true
	switch {
	case rec.Err != nil || key.Kind == chat.KindChannel:
	case key.Kind == chat.KindUser:
		visible = rec.Kind != chat.KindPairDecided
	default:
		decoded, _ := wire.DecodeEvent(rec) // what cannot be read says nothing
		f = filterOf(decoded.Event)
		a.srv.Read(func(st *chat.Server) {
			visible = f.allows(st, r.st.s.who())
			f.knowOldBan(st)
		})
		if !visible && f.passesNow(a.rights) {
			return errMoved
		}
		if e, ok := decoded.Event.(*chat.ChannelCreated); ok && visible {
			t.created = append(t.created, e.ID)
		}
	}
	if visible {
		r.out = wire.AppendEvent(r.out.next(), key, rec)
		return nil
	}
	r.out = f.appendHidden(r.out, key, rec.Number)
	t.deleted = append(t.deleted, f.deletes()...)
	return nil
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
