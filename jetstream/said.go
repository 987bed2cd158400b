package jetstream

import (
	"sync"
	"time"
)

const (
	// maxSaid bounds what is remembered as said, to about 200 KiB. When it is
	// reached all is forgotten, and each place is mentioned once more.
	maxSaid = 4096
	// limiterEvery separates two lines of a limiter.
	limiterEvery = time.Second
)

// What can be said of a place.
const (
	saidUnreadable = iota
	saidGap
	saidNotStored
	saidKeyLost // seq is the tenant
)

// place is a message of a log stream, and what there is to say of it.
type place struct {
	shard int
	seq   uint64
	what  int
}

// said remembers which faults of the log have been logged: a damaged message
// stays damaged and is met at every activation of its entity.
type said struct {
	mu     sync.Mutex
	places map[place]struct{}
}

func newSaid() *said { return &said{places: make(map[place]struct{})} }

// first reports whether p is met for the first time.
func (s *said) first(p place) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, there := s.places[p]; there {
		return false
	}
	if len(s.places) >= maxSaid {
		clear(s.places)
	}
	s.places[p] = struct{}{}
	return true
}

// limiter lets one line of a kind through per limiterEvery and counts the rest:
// the next line says how many there were. The zero limiter is ready.
type limiter struct {
	mu   sync.Mutex
	next time.Time
	held int
}

// pass takes n events at time now; ok says that a line about count of them, those
// held back before included, is due.
func (l *limiter) pass(now time.Time, n int) (count int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held += n
	if now.Before(l.next) {
		return 0, false
	}
	count, l.held, l.next = l.held, 0, now.Add(limiterEvery)
	return count, true
}
