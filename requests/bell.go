package requests

import (
	"context"
	"sync"
	"time"

	"beep/chat"
)

const (
	// ringBurst acts that ring at somebody else may come at once, and one more
	// every ringEvery: more than a person needs who invites his friends, and too
	// few to keep a stranger's socket or log busy.
	ringBurst = 20
	ringEvery = 30 * time.Second
	// maxRinging bounds the memory of who has rung of late: about 6 MB.
	maxRinging = 100_000
	// ringSample is how many are looked at when another one rings.
	ringSample = 16
)

// bells is what each user has left of his allowance for acts that ring at
// somebody else. An act counts whatever becomes of it. Users are forgotten some time
// after they have everything left again; with maxRinging users that have not, one
// who has nearly is forgotten early, so that nobody is refused for what others do.
//
// The allowance is the node's: with several, a user has it on each.
type bells struct {
	mu sync.Mutex
	// full is when a user will have everything left again (Unix milliseconds).
	full map[chat.UserID]int64
}

// ring takes one act at time now, or says how long to wait for the next one.
func (b *bells) ring(u chat.UserID, now int64) (wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	full, known := b.full[u]
	full = max(full, now)
	const every = int64(ringEvery / time.Millisecond)
	if over := full - now - (ringBurst-1)*every; over > 0 {
		return time.Duration(over) * time.Millisecond
	}
	if !known {
		b.makeRoom(now)
	}
	b.full[u] = full + every
	return 0
}

// makeRoom looks at a few users, the order of a map being random, and forgets those
// who have everything left; if there is no room all the same, the one who has most.
func (b *bells) makeRoom(now int64) {
	var best chat.UserID
	var least int64
	looked := 0
	for u, full := range b.full {
		if full <= now {
			delete(b.full, u)
		} else if best == 0 || full < least {
			best, least = u, full
		}
		if looked++; looked == ringSample {
			break
		}
	}
	if len(b.full) >= maxRinging {
		delete(b.full, best)
	}
}

// mayRing refuses a user who has rung at others too often. Those whom
// Config.Exempt names are asked for only when it would refuse.
func (s *Service) mayRing(ctx context.Context, op string, who chat.UserID) error {
	wait := s.bells.ring(who, s.cfg.Now().UnixMilli())
	if wait == 0 {
		return nil
	}
	if s.cfg.Exempt != nil {
		u, err := s.User(ctx, who)
		if err != nil {
			return err
		}
		if s.cfg.Exempt(u.Username) {
			return nil
		}
	}
	return &chat.Error{
		Kind: chat.RateLimited, Op: op, RetryAfter: wait,
		Message: "too many requests, invitations and conversations of late, wait",
	}
}
