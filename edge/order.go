package edge

import (
	"bytes"
	"context"
	"errors"

	"beep/chat"
	"beep/wire"
)

const (
	// maxHeldCommits bounds an entity's live commits that wait for a gap before
	// them; what comes on top is read from the log as well.
	maxHeldCommits = 256
	// maxFill bounds the records read from the log at a time for a gap, and
	// maxFillBytes their payload.
	maxFill      = 1024
	maxFillBytes = 1 << 20
	// fillAttempts is how often the log may fail to show records that it must
	// have before sessions are told to resync.
	fillAttempts = 4
)

// entity is one log as a hub follows it.
type entity struct {
	key   chat.Key
	next  uint64   // number of the record that comes next
	sent  uint64   // number of the last record that was flushed to sessions
	want  uint64   // the highest number known to exist
	gap   bool     // records from next on are being read
	tries int      // how often in vain
	known bool     // of a channel: its creation was told
	held  [][]byte // commits after the gap, bounded by maxHeldCommits
}

// begin says that everything up to n is known.
func (e *entity) begin(n uint64) { e.next, e.sent, e.want = n+1, n, n }

// entity finds a log of the tenant. One that was not there when the hub was
// loaded begins at record 1.
func (h *hub) entity(key chat.Key) *entity {
	if key == h.key {
		return &h.own
	}
	e := h.channels[key.ID]
	if e == nil {
		e = &entity{key: key, next: 1}
		if h.channels == nil {
			h.channels = map[uint64]*entity{}
		}
		h.channels[key.ID] = e
	}
	return e
}

// onCommit takes a commit or a tip of a log in: in order, each record once.
func (h *hub) onCommit(e *entity, data []byte) {
	if wire.IsTip(data) {
		if n, err := wire.DecodeTip(data); err == nil {
			h.reaches(e, n)
		}
		return
	}
	head, err := wire.DecodeHead(data)
	if err != nil {
		return // the numbers that follow, or a tip, make it a gap
	}
	if head.Last < e.next {
		return
	}
	e.want = max(e.want, head.Last)
	if e.gap || head.First > e.next {
		if len(e.held) < maxHeldCommits {
			e.held = append(e.held, data)
		}
		h.fill(e)
		return
	}
	c, err := wire.DecodeCommit(e.key, data)
	if err != nil {
		h.fill(e)
		return
	}
	h.take(e, c.Records)
}

// reaches notes that the log has come to n.
func (h *hub) reaches(e *entity, n uint64) {
	e.want = max(e.want, n)
	if e.want >= e.next {
		h.fill(e)
	}
}

// take tells sessions the records that come next and folds those of the
// tenant's own log. Records that were seen are passed over; a jump ends it.
func (h *hub) take(e *entity, recs []wire.Record) {
	for len(recs) > 0 && recs[0].Number < e.next {
		recs = recs[1:]
	}
	if len(recs) == 0 {
		return
	}
	var decoded []chat.Record
	if e == &h.own {
		decoded = make([]chat.Record, len(recs))
		for i := range recs {
			// What cannot be read is told as unreadable; its number counts.
			decoded[i], _ = wire.DecodeEvent(&recs[i])
		}
		if h.key.Kind == chat.KindServer {
			h.w.g.cfg.Tenants.Advance(chat.ServerID(h.key.ID), decoded)
		}
	}
	for i := range recs {
		if recs[i].Number != e.next || h.waits(e, &recs[i]) {
			break
		}
		var event chat.Event
		if decoded != nil {
			event = decoded[i].Event
		}
		h.emit(e, &recs[i], event)
		e.next++
		h.w.g.stats.events.Add(1)
		if decoded != nil {
			h.fold(decoded[i])
		}
	}
	e.want = max(e.want, e.next-1)
	if decoded != nil {
		h.goOn()
	}
}

// fill reads what comes next from the log, off the worker, unless that is being
// done already.
func (h *hub) fill(e *entity) {
	if e.gap {
		return
	}
	e.gap = true
	w, tries := h.w, e.tries
	from, to := e.next, min(e.want, e.next+maxFill-1)
	w.g.stats.gaps.Add(1)
	w.g.load(func() {
		if tries > 0 && !pause(w.g.ctx, retryBase<<tries) {
			return
		}
		wait := retryBase
		for !h.gone.Load() {
			recs, err := w.g.readRecords(e.key, from, to)
			if err == nil {
				w.doFor(h, "fill", func() { h.onFilled(e, recs) })
				return
			}
			if !pause(w.g.ctx, wait) {
				return
			}
			wait = min(2*wait, retryMax)
		}
	})
}

// errEnough ends a reading that has what it may take.
var errEnough = errors.New("enough")

// readRecords reads up to maxFillBytes of the records from to to.
func (g *Gateway) readRecords(key chat.Key, from, to uint64) (recs []wire.Record, err error) {
	defer g.caught("read", func() { recs, err = nil, errFault })
	ctx, cancel := context.WithTimeout(g.ctx, loadTimeout)
	defer cancel()
	size := 0
	err = g.cfg.Log.Read(ctx, key, from, to, func(_ uint64, c wire.Commit) error {
		for _, r := range c.Records {
			if r.Number < from || r.Number > to {
				continue
			}
			if size > maxFillBytes {
				return errEnough
			}
			r.Payload = bytes.Clone(r.Payload)
			size += len(r.Payload)
			recs = append(recs, r)
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return recs, err
}

// onFilled goes on after records were read.
func (h *hub) onFilled(e *entity, recs []wire.Record) {
	if h.gone.Load() {
		return
	}
	before := e.next
	e.gap = false
	h.take(e, recs)
	switch {
	case e.gap: // it waits for the copy
		return
	case e.next > before:
		e.tries = 0
	case e.tries < fillAttempts:
		e.tries++
	default:
		upTo := e.want
		if len(recs) > 0 {
			upTo = recs[0].Number - 1
		}
		if h.giveUp(e, upTo); h.gone.Load() {
			return
		}
		h.take(e, recs)
	}
	held := e.held
	e.held = nil
	for _, data := range held {
		h.onCommit(e, data)
	}
	if e.want >= e.next {
		h.fill(e)
	}
	h.unpark()
}

// giveUp passes over records that the log does not show, and says so. If they
// belong to a server's own log, its state is taken from the node's copy, which
// may know more, and shown anew: with read positions of 0, which the clients know
// better, for a read position never moves backwards. What was told before must be
// out by then: a hub whose copy is behind what it has told is broken off instead.
func (h *hub) giveUp(e *entity, upTo uint64) {
	h.w.g.logger.Error("log does not show its records", "entity", e.key.String(), "from", e.next, "to", upTo)
	h.w.g.stats.resyncs.Add(1)
	h.flush()
	if len(h.events) > 0 {
		h.w.breakOff(h)
		return
	}
	reseeded := e == &h.own && h.srv != nil && h.srv.Number() >= upTo
	if reseeded {
		upTo = h.seed()
	}
	e.tries = 0
	e.next, e.sent, e.want = upTo+1, upTo, max(e.want, upTo)
	m := textMessage(wire.AppendResync(nil, e.key, upTo))
	for _, g := range h.groups {
		if g.sees&sightOf(e, h) != 0 && (e == &h.own || g.key.rights.sees(chat.ChannelID(e.key.ID))) {
			h.w.g.tell(g.sessions, m)
		}
	}
	if reseeded {
		h.reshow()
	}
	if e == &h.own && h.srv != nil {
		h.goOn()
	}
}

// sightOf is the class of a log's frames.
func sightOf(e *entity, h *hub) sight {
	if e == &h.own {
		return seesOwn
	}
	return seesChannels
}
