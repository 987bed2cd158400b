package actors_test

import (
	"context"
	"sync"

	"beep/chat"
	"beep/cluster"
)

// net is what lies between actors: it loses commands, or their answers.
type net struct {
	mu   sync.Mutex
	node *cluster.Node
	lose map[string]*loss // by the command's name
	hear map[string]func()
}

type loss struct {
	times  int
	answer bool // the command comes through, the answer does not
}

func (n *net) to(node *cluster.Node) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.node = node
}

// drop loses the next commands of a name, or the answers to them.
func (n *net) drop(name string, times int, answer bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.lose == nil {
		n.lose = map[string]*loss{}
	}
	n.lose[name] = &loss{times, answer}
}

// heard calls fn when the next command of a name is answered.
func (n *net) heard(name string, fn func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hear = map[string]func(){name: fn}
}

func (n *net) Tell(key chat.Key, cmd chat.Command, reply func(any, error)) {
	lost := chat.Errorf(chat.Unavailable, cmd.CommandName(), "lost on the way")
	n.mu.Lock()
	node, l := n.node, n.lose[cmd.CommandName()]
	var hit, answer bool
	if l != nil && l.times > 0 {
		l.times--
		hit, answer = true, l.answer
	}
	hear := n.hear[cmd.CommandName()]
	delete(n.hear, cmd.CommandName())
	n.mu.Unlock()
	switch {
	case hear != nil:
		node.Tell(key, cmd, func(v any, err error) { reply(v, err); hear() })
	case !hit:
		node.Tell(key, cmd, reply)
	case answer:
		node.Tell(key, cmd, func(any, error) { reply(nil, lost) })
	default:
		reply(nil, lost)
	}
}

// keyFaults make the log fail with keys.
type keyFaults struct {
	mu      sync.Mutex
	create  int // times that making a key fails
	erase   int // times that erasing one fails
	created map[uint64]bool
}

func (f *keyFaults) fail(create, erase int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.create, f.erase = create, erase
}

func (f *keyFaults) hit(n *int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if *n > 0 {
		*n--
		return chat.Errorf(chat.Unavailable, "keys", "the keys do not answer")
	}
	return nil
}

func (l log) CreateKey(ctx context.Context, tenant uint64) error {
	if err := l.keys.hit(&l.keys.create); err != nil {
		return err
	}
	l.keys.mu.Lock()
	if l.keys.created == nil {
		l.keys.created = map[uint64]bool{}
	}
	l.keys.created[tenant] = true
	l.keys.mu.Unlock()
	return l.Log.CreateKey(ctx, tenant)
}

func (l log) EraseKey(ctx context.Context, tenant uint64) error {
	if err := l.keys.hit(&l.keys.erase); err != nil {
		return err
	}
	return l.Log.EraseKey(ctx, tenant)
}
