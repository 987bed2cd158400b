package edge

import (
	"crypto/sha256"
	"sync"

	"beep/chat"
)

// maxSocketsPerUser bounds what one account can hold open (close code 4206).
const maxSocketsPerUser = 64

// registry knows every session. Its lock is never held across a call.
type registry struct {
	mu    sync.Mutex
	all   map[*session]struct{}
	users map[chat.UserID]*session // the first of a list by session.sibling
}

func (r *registry) init() {
	r.all = map[*session]struct{}{}
	r.users = map[chat.UserID]*session{}
}

func (r *registry) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.all)
}

func (r *registry) add(s *session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all[s] = struct{}{}
}

// own says whose session s is. It reports false if the user has too many.
func (r *registry) own(s *session, user chat.UserID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.all[s]; !ok {
		return true // ended meanwhile
	}
	n := 0
	for o := r.users[user]; o != nil; o = o.sibling {
		n++
	}
	if n >= maxSocketsPerUser {
		return false
	}
	s.user.Store(uint64(user))
	s.sibling = r.users[user]
	r.users[user] = s
	return true
}

func (r *registry) remove(s *session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.all, s)
	user := s.who()
	if user == 0 {
		return
	}
	first := r.users[user]
	if first == s {
		if s.sibling == nil {
			delete(r.users, user)
		} else {
			r.users[user] = s.sibling
		}
		return
	}
	for o := first; o != nil; o = o.sibling {
		if o.sibling == s {
			o.sibling = s.sibling
			return
		}
	}
}

// find lists the sessions for which want holds; want is called under the lock.
func (r *registry) find(want func(*session) bool) []*session {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []*session
	for s := range r.all {
		if want(s) {
			found = append(found, s)
		}
	}
	return found
}

// TokenHash is how a token is named without showing it: its SHA-256.
func TokenHash(token string) [sha256.Size]byte { return sha256.Sum256([]byte(token)) }

// of lists the sessions of a user.
func (r *registry) of(user chat.UserID) []*session {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []*session
	for s := r.users[user]; s != nil; s = s.sibling {
		found = append(found, s)
	}
	return found
}

// CloseUser ends all sessions of a user: 4200, sign in again.
func (g *Gateway) CloseUser(user chat.UserID) {
	for _, s := range g.reg.of(user) {
		s.close(closeToken)
	}
}

// CloseToken ends all sessions that were opened with the token of this hash:
// 4200, sign in again.
func (g *Gateway) CloseToken(hash [sha256.Size]byte) {
	for _, s := range g.reg.find(func(s *session) bool { return s.token != nil && *s.token == hash }) {
		s.close(closeToken)
	}
}

// closeAll ends every session with the same code.
func (g *Gateway) closeAll(c closeCode) {
	for _, s := range g.reg.find(func(*session) bool { return true }) {
		s.close(c)
	}
}
