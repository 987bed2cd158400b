package actors

import (
	"context"
	"sync"
	"time"

	"beep/chat"
)

// How tips are timed. A listener that lost the last record of a burst learns of
// it tipDelay later; one that lost that tip too, within tipRepeat. After
// tipFor without a commit nobody repeats any more: listeners compare positions
// when they subscribe.
const (
	tipDelay  = 250 * time.Millisecond
	tipRepeat = 15 * time.Second
	tipFor    = 2 * time.Minute
	// tipTick is how exactly the above are kept.
	tipTick = 50 * time.Millisecond
	// maxTips bounds the entities remembered; further ones have no tips until
	// others are forgotten, which costs a listener only time.
	maxTips = 100_000
)

// Tips announces, for each entity that commits, how far its log has come.
type Tips struct {
	log Log
	now func() time.Time

	mu      sync.Mutex
	pending map[chat.Key]*tip
}

type tip struct {
	number uint64
	last   time.Time // last commit
	due    time.Time // next announcement
}

// NewTips makes a Tips that announces through log.
func NewTips(log Log, now func() time.Time) *Tips {
	return &Tips{log: log, now: now, pending: map[chat.Key]*tip{}}
}

// touch notes a commit of key up to record number.
func (t *Tips) touch(key chat.Key, number uint64) {
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.pending[key]
	if p == nil {
		if len(t.pending) >= maxTips {
			return
		}
		p = &tip{}
		t.pending[key] = p
	}
	p.number, p.last, p.due = number, now, now.Add(tipDelay)
}

// Run announces until ctx ends.
func (t *Tips) Run(ctx context.Context) error {
	tick := time.NewTicker(tipTick)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
			t.announce()
		}
	}
}

// announce publishes the tips that are due. One that gets lost is repeated.
func (t *Tips) announce() {
	type announcement struct {
		key    chat.Key
		number uint64
	}
	now := t.now()
	var due []announcement
	t.mu.Lock()
	for key, p := range t.pending {
		if now.Before(p.due) {
			continue
		}
		due = append(due, announcement{key, p.number})
		if p.due = now.Add(tipRepeat); p.due.Sub(p.last) > tipFor {
			delete(t.pending, key)
		}
	}
	t.mu.Unlock()
	for _, d := range due {
		_ = t.log.Tip(d.key, d.number)
	}
}
