package jetstream

import (
	"container/list"
	"sync"

	"beep/chat"
)

const (
	// pointKeys and pointsPerKey bound what is remembered of where numbers lie:
	// about 500 KiB. What falls out costs a longer search.
	pointKeys    = 1024
	pointsPerKey = 16
)

// point says that the records first to last of an entity lie at seq.
type point struct{ first, last, seq uint64 }

// points remembers, for the entities read most recently, where some of their
// commits lie. A commit never moves, so a point never becomes wrong.
type points struct {
	mu     sync.Mutex
	byKey  map[chat.Key]*list.Element
	recent *list.List // of *keyPoints, most recent first
}

type keyPoints struct {
	key  chat.Key
	ps   [pointsPerKey]point
	n    int
	next int // the one to be replaced next
}

func newPoints() *points {
	return &points{byKey: make(map[chat.Key]*list.Element), recent: list.New()}
}

func (p *points) learn(key chat.Key, pt point) {
	p.mu.Lock()
	defer p.mu.Unlock()
	el := p.byKey[key]
	if el == nil {
		if p.recent.Len() >= pointKeys {
			old := p.recent.Back()
			delete(p.byKey, old.Value.(*keyPoints).key)
			p.recent.Remove(old)
		}
		el = p.recent.PushFront(&keyPoints{key: key})
		p.byKey[key] = el
	}
	p.recent.MoveToFront(el)
	k := el.Value.(*keyPoints)
	for i := range k.n {
		if k.ps[i].seq == pt.seq {
			return
		}
	}
	k.ps[k.next] = pt
	k.next = (k.next + 1) % pointsPerKey
	k.n = min(k.n+1, pointsPerKey)
}

// bounds narrows [lo, hi] to where record number of key lies.
func (p *points) bounds(key chat.Key, number, lo, hi uint64) (uint64, uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	el := p.byKey[key]
	if el == nil {
		return lo, hi
	}
	k := el.Value.(*keyPoints)
	for i := range k.n {
		switch pt := k.ps[i]; {
		case number < pt.first:
			hi = min(hi, pt.seq-1)
		case number > pt.last:
			lo = max(lo, pt.seq+1)
		default:
			return pt.seq, pt.seq
		}
	}
	return lo, hi
}
