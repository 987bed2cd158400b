package edge

import (
	"sync"

	"beep/chat"
)

// presences finds the presence of a server from any goroutine.
type presences struct {
	mu sync.Mutex
	m  map[chat.ServerID]*presence
}

func (p *presences) init() { p.m = map[chat.ServerID]*presence{} }

func (p *presences) get(id chat.ServerID) *presence {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.m[id]
}

func (p *presences) put(id chat.ServerID, v *presence) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.m[id] = v
}

func (p *presences) drop(id chat.ServerID, v *presence) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.m[id] == v {
		delete(p.m, id)
	}
}
