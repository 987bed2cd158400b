package bench

import (
	"bytes"
	"maps"
	"sync/atomic"
	"time"

	"beep/chat"
	"beep/client"
	"beep/wire"
)

// member listens on a socket and checks that in every log each number comes
// once and in order. It knows its position in each log, so that it can resume.
//
// The logs it follows are fixed by adopt before the first event that counts;
// events of others are passed over. Its counters may be read at any time.
type member struct {
	id    int
	stats *memberStats // nil: latencies are of no interest

	userN, serverN atomic.Uint64
	server         atomic.Uint64
	chans          atomic.Pointer[memberChannels]

	missed     atomic.Uint64 // numbers passed over
	duplicated atomic.Uint64 // numbers that came again, or out of order
	resyncs    atomic.Uint64 // logs the server gave up on
	received   atomic.Uint64 // channel events
}

// memberChannels is the channels that a member follows; last is their
// positions. The set is replaced as a whole.
type memberChannels struct {
	ids  []uint64
	last []atomic.Uint64
}

// memberStats is what the members of a run find together.
type memberStats struct {
	clock     clock
	latencies histogram // from when a message was due until a member had it
	window    window    // of the moments when messages were due
	unmarked  atomic.Uint64
}

func (m *member) index(ch uint64) *atomic.Uint64 {
	cs := m.chans.Load()
	if cs == nil {
		return nil
	}
	for i, id := range cs.ids {
		if id == ch {
			return &cs.last[i]
		}
	}
	return nil
}

// onEvent checks the number and, of messages, takes the time.
func (m *member) onEvent(frame []byte) {
	n, ok := numberOf(frame)
	if !ok {
		return
	}
	user, server, ch := logOf(frame)
	var last *atomic.Uint64
	switch {
	case ch != 0:
		last = m.index(ch)
		m.received.Add(1)
	case server != 0 && server == m.server.Load():
		last = &m.serverN
	case user != 0:
		last = &m.userN
	}
	if last == nil {
		return
	}
	switch at := last.Load(); {
	case n == at+1:
	case n <= at:
		m.duplicated.Add(1)
		return
	default:
		m.missed.Add(n - at - 1)
	}
	last.Store(n)
	if m.stats != nil && ch != 0 {
		m.time(frame)
	}
}

// joinMessage stands in the messages by which a server itself tells a channel
// that somebody has joined: nobody takes their time.
var joinMessage = []byte(`"type":"` + string(chat.JoinMessage) + `"`)

func (m *member) time(frame []byte) {
	mk, ok := eventMark(frame)
	if !ok {
		if !bytes.Contains(frame, joinMessage) {
			m.stats.unmarked.Add(1)
		}
		return
	}
	if m.stats.window.holds(mk.at) {
		m.stats.latencies.record(m.id, time.Duration(m.stats.clock.now()-mk.at))
	}
}

func (m *member) onReply(uint64, []byte) {}

func (m *member) onControl(f *client.Frame) {
	switch f.Op {
	case wire.OpReady:
		if f.Self != nil {
			m.userN.Store(f.Self.Number)
		}
		for i := range f.Servers {
			m.adopt(&f.Servers[i])
		}
	case wire.OpServer:
		if f.Server != nil {
			m.adopt(f.Server)
		}
	case wire.OpResync:
		m.resyncs.Add(1)
	}
}

// adopt follows a server and its channels from where the server says they are.
func (m *member) adopt(s *client.Server) {
	cs := &memberChannels{ids: make([]uint64, len(s.Channels)), last: make([]atomic.Uint64, len(s.Channels))}
	for i, c := range s.Channels {
		cs.ids[i] = uint64(c.ID)
		cs.last[i].Store(c.Number)
	}
	m.serverN.Store(s.Number)
	m.server.Store(uint64(s.ID))
	m.chans.Store(cs)
}

// positions is how far the member has come, for resuming.
func (m *member) positions() *wire.Positions {
	p := &wire.Positions{User: m.userN.Load(), Servers: map[chat.ServerID]uint64{}, Channels: map[chat.ChannelID]uint64{}}
	if id := m.server.Load(); id != 0 {
		p.Servers[chat.ServerID(id)] = m.serverN.Load()
	}
	if cs := m.chans.Load(); cs != nil {
		for i, id := range cs.ids {
			p.Channels[chat.ChannelID(id)] = cs.last[i].Load()
		}
	}
	return p
}

// rewind puts the member back to earlier positions. Its socket must have ended.
func (m *member) rewind(p *wire.Positions) {
	m.userN.Store(p.User)
	for id, n := range maps.All(p.Servers) {
		m.server.Store(uint64(id))
		m.serverN.Store(n)
	}
	cs := &memberChannels{}
	for id := range p.Channels {
		cs.ids = append(cs.ids, uint64(id))
	}
	cs.last = make([]atomic.Uint64, len(cs.ids))
	for i, id := range cs.ids {
		cs.last[i].Store(p.Channels[chat.ChannelID(id)])
	}
	m.chans.Store(cs)
}

// behind is how many records of channel ch the member has not got yet of those
// up to top.
func (m *member) behind(ch chat.ChannelID, top uint64) uint64 {
	last := m.index(uint64(ch))
	if last == nil {
		return top
	}
	return top - min(top, last.Load())
}
