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
	soon    []chat.Key // those whose first announcement is still to come
}

type tip struct {
	number uint64
	soon   bool
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
	if !p.soon {
		p.soon = true
		t.soon = append(t.soon, key)
	}
}

// Run announces until ctx ends.
func (t *Tips) Run(ctx context.Context) error {
	first := time.NewTicker(tipTick)
	defer first.Stop()
	again := time.NewTicker(tipRepeat / 15)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-first.C:
			t.publish(t.dueSoon(t.now()))
		case <-again.C:
			t.publish(t.dueAgain(t.now()))
		}
	}
}

// announcement is a tip to be published.
type announcement struct {
	key    chat.Key
	number uint64
}

// publish tells the listeners. A tip that gets lost is repeated.
func (t *Tips) publish(due []announcement) {
	for _, d := range due {
		_ = t.log.Tip(d.key, d.number)
	}
}

// dueSoon takes the first announcements that are due: only what has committed
// within tipDelay is looked at.
func (t *Tips) dueSoon(now time.Time) (due []announcement) {
	t.mu.Lock()
	defer t.mu.Unlock()
	later := t.soon[:0]
	for _, key := range t.soon {
		p := t.pending[key]
		if now.Before(p.due) {
			later = append(later, key)
			continue
		}
		p.soon, p.due = false, now.Add(tipRepeat)
		due = append(due, announcement{key, p.number})
	}
	t.soon = later
	return due
}

// dueAgain takes the repetitions that are due, and forgets what is quiet.
func (t *Tips) dueAgain(now time.Time) (due []announcement) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for key, p := range t.pending {
		switch {
		case p.soon || now.Before(p.due):
		case now.Sub(p.last) > tipFor:
			delete(t.pending, key)
		default:
			p.due = now.Add(tipRepeat)
			due = append(due, announcement{key, p.number})
		}
	}
	return due
}
