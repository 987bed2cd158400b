package edge

import (
	"slices"

	"beep/chat"
)

const (
	// maxRing and maxRingBytes bound the newest frames that a hub keeps for
	// those who resume, ringAge (milliseconds) how long: a client who was cut
	// is back within seconds; later ones are served from the log.
	maxRing      = 1024
	maxRingBytes = 256 << 10
	ringAge      = 60_000
)

// ringEntry is one event as it was told. The frame shares its memory with the
// message it was told in.
type ringEntry struct {
	id      uint64 // of the entity; a hub's entities have different ones
	number  uint64
	at      int64 // Unix milliseconds
	created chat.ChannelID
	frame   []byte
	filter  *filter // who sees it, nil: everybody who sees the log
}

// ring keeps the newest frames of a hub, oldest first.
type ring struct {
	entries []ringEntry
	first   int // the entries before it are empty
	size    int
}

func (r *ring) push(e ringEntry) {
	r.entries = append(r.entries, e)
	r.size += len(e.frame)
	for r.first < len(r.entries) && (len(r.entries)-r.first > maxRing || r.size > maxRingBytes ||
		r.entries[r.first].at < e.at-ringAge) {
		r.size -= len(r.entries[r.first].frame)
		r.entries[r.first] = ringEntry{}
		r.first++
	}
	if r.first > 64 && r.first > len(r.entries)/2 {
		n := copy(r.entries, r.entries[r.first:])
		clear(r.entries[n:])
		r.entries, r.first = r.entries[:n], 0
	}
}

// fill looks for the frames that the ranges lack; a range that is not in the
// ring as a whole gets none. What who has rights v may not see now is hidden.
func (r *ring) fill(ranges []missing, v *vector) {
	if !slices.ContainsFunc(ranges, func(m missing) bool { return m.head > m.pos }) {
		return
	}
	open := 0
	byID := make(map[uint64]int, len(ranges))
	for i := range ranges {
		if m := &ranges[i]; m.head > m.pos && m.head-m.pos <= uint64(len(r.entries)-r.first) {
			byID[m.key.ID] = i
			open++
		}
	}
	for i := len(r.entries) - 1; i >= r.first && open > 0; i-- {
		e := &r.entries[i]
		at, ok := byID[e.id]
		if !ok {
			continue
		}
		m := &ranges[at]
		if e.number > m.head {
			continue
		}
		if e.number <= m.pos || e.number != m.head-uint64(len(m.frames)) {
			delete(byID, e.id) // a hole, or done
			continue
		}
		if e.filter != nil && !e.filter.passesNow(v) {
			m.frames = append(m.frames, e.filter.appendHidden(newDraft(96), m.key, e.number)[messageHeader:])
			m.deleted = append(m.deleted, e.filter.deletes()...)
		} else {
			m.frames = append(m.frames, e.frame)
			if e.created != 0 {
				m.created = append(m.created, e.created)
			}
		}
		if e.number == m.pos+1 {
			open--
		}
	}
	for i := range ranges {
		m := &ranges[i]
		if uint64(len(m.frames)) != m.head-m.pos || m.head < m.pos {
			m.frames, m.created, m.deleted = nil, nil, nil
			continue
		}
		slices.Reverse(m.frames)
	}
}
