package edge

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"

	"beep/chat"
	"beep/subjects"
	"beep/wire"
)

// fakeLog is a log in memory with live feeds that can lose and repeat.
type fakeLog struct {
	mu      sync.Mutex
	commits map[chat.Key][]wire.Commit
	tenants map[uint64]map[chat.Key]bool
	feeds   []*fakeFeed
	lose    func(m LiveMessage) bool // true: the feed does not get it
	repeat  bool
	reads   int
	asked   map[uint64]int // Heads, by tenant
	down    bool
	doubts  []chat.ReadPosition // CheckMembership: the server, and the user as Seq
	hidden  map[chat.Key]uint64 // Read does not show commits up to it
}

var errDown = errors.New("log is down")

func newFakeLog() *fakeLog {
	return &fakeLog{commits: map[chat.Key][]wire.Commit{}, tenants: map[uint64]map[chat.Key]bool{}, asked: map[uint64]int{}}
}

func (l *fakeLog) headLocked(k chat.Key) uint64 {
	cs := l.commits[k]
	if len(cs) == 0 {
		return 0
	}
	return cs[len(cs)-1].Last()
}

// add appends one commit and publishes it.
func (l *fakeLog) add(k chat.Key, by chat.UserID, events ...chat.Event) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := wire.Commit{Key: k, Epoch: 1, First: l.headLocked(k) + 1}
	for i, e := range events {
		r, err := wire.EncodeEvent(e, c.First+uint64(i), 1763675464000, by, "")
		if err != nil {
			panic(err)
		}
		c.Records = append(c.Records, r)
	}
	if l.tenants[k.Tenant] == nil {
		l.tenants[k.Tenant] = map[chat.Key]bool{}
	}
	l.tenants[k.Tenant][k] = true
	l.commits[k] = append(l.commits[k], c)
	l.publishLocked(LiveMessage{Kind: subjects.LiveCommit, Key: k, Seq: 1, Data: wire.AppendCommit(nil, &c)})
	return c.Last()
}

func (l *fakeLog) tip(k chat.Key) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.publishLocked(LiveMessage{Kind: subjects.LiveCommit, Key: k, Data: wire.EncodeTip(l.headLocked(k))})
}

func (l *fakeLog) publishLocked(m LiveMessage) {
	if l.lose != nil && l.lose(m) {
		return
	}
	for _, f := range l.feeds {
		f.put(m)
		if l.repeat {
			f.put(m)
		}
	}
}

func (l *fakeLog) losing(lose func(LiveMessage) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lose = lose
}

func (l *fakeLog) readCount() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reads
}

func (l *fakeLog) Read(_ context.Context, k chat.Key, from, to uint64, fn func(uint64, wire.Commit) error) error {
	l.mu.Lock()
	l.reads++
	cs, down, hidden := l.commits[k], l.down, l.hidden[k]
	l.mu.Unlock()
	if down {
		return errDown
	}
	for _, c := range cs {
		if c.Last() >= from && c.First <= to && c.Last() > hidden {
			if err := fn(c.First, c); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *fakeLog) Heads(_ context.Context, tenant uint64) (map[chat.Key]uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down {
		return nil, errDown
	}
	l.asked[tenant]++
	heads := map[chat.Key]uint64{}
	for k := range l.tenants[tenant] {
		heads[k] = l.headLocked(k)
	}
	return heads, nil
}

func (l *fakeLog) PublishLive(subject string, data []byte) error {
	kind, key, ok := subjects.ParseLive(subject)
	if !ok {
		return errors.New("bad subject " + subject)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.publishLocked(LiveMessage{Kind: kind, Key: key, Data: data})
	return nil
}

func (l *fakeLog) LoadSnapshot(context.Context, chat.Key) (wire.Snapshot, bool, error) {
	return wire.Snapshot{}, false, nil
}

func (l *fakeLog) Replay(_ context.Context, k chat.Key, after uint64, fn func(uint64, wire.Commit) error) error {
	l.mu.Lock()
	cs := l.commits[k]
	l.mu.Unlock()
	for i, c := range cs {
		if uint64(i+1) > after {
			if err := fn(uint64(i+1), c); err != nil {
				return err
			}
		}
	}
	return nil
}

// User folds the user's log, as its actor would.
func (l *fakeLog) User(ctx context.Context, id chat.UserID) (*chat.User, error) {
	u := chat.NewUser()
	err := l.Replay(ctx, chat.UserKey(id), 0, func(_ uint64, c wire.Commit) error {
		for i := range c.Records {
			rec, err := wire.DecodeEvent(&c.Records[i])
			if err != nil {
				return err
			}
			u.Apply(rec)
		}
		return nil
	})
	if err == nil && !u.Exists() {
		return nil, chat.Errorf(chat.NotFound, "open user", "there is no such user")
	}
	return u, err
}

func (l *fakeLog) CheckMembership(user chat.UserID, server chat.ServerID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.doubts = append(l.doubts, chat.ReadPosition{ServerID: server, Seq: uint64(user)})
}

func (l *fakeLog) OpenFeed(size int) Feed {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := &fakeFeed{ch: make(chan LiveMessage, size), tenants: map[uint64]bool{}}
	l.feeds = append(l.feeds, f)
	return f
}

type fakeFeed struct {
	ch      chan LiveMessage
	mu      sync.Mutex
	tenants map[uint64]bool
	dropped uint64
}

func (f *fakeFeed) put(m LiveMessage) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.tenants[m.Key.Tenant] {
		return
	}
	select {
	case f.ch <- m:
	default:
		f.dropped++
	}
}

func (f *fakeFeed) Subscribe(tenant uint64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tenants[tenant] = true
	return nil
}

func (f *fakeFeed) Unsubscribe(tenant uint64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.tenants, tenant)
	return nil
}

func (f *fakeFeed) Next(ctx context.Context) (LiveMessage, error) {
	select {
	case m := <-f.ch:
		return m, nil
	case <-ctx.Done():
		return LiveMessage{}, ctx.Err()
	}
}

func (f *fakeFeed) TryNext() (LiveMessage, bool) {
	select {
	case m := <-f.ch:
		return m, true
	default:
		return LiveMessage{}, false
	}
}

func (f *fakeFeed) Dropped() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.dropped
}

func (f *fakeFeed) lost(n uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dropped += n
}

func (f *fakeFeed) Close() {}

// fakeAuth knows the tokens "u<id>"; "down" is when it cannot be asked.
type fakeAuth struct{}

func (fakeAuth) Authenticate(_ context.Context, token string) (chat.UserID, error) {
	if token == "down" {
		return 0, chat.Errorf(chat.Unavailable, "authenticate", "down")
	}
	id, err := chat.ParseUserID(strings.TrimPrefix(token, "u"))
	if err != nil {
		return 0, chat.Errorf(chat.Unauthenticated, "authenticate", "no such token")
	}
	return id, nil
}

// fakeRequests answers "echo" with its data, "fail" with an error and keeps the
// replies of "wait".
type fakeRequests struct {
	mu      sync.Mutex
	waiting []func([]byte, error)
}

func (f *fakeRequests) Call(_ context.Context, who chat.UserID, method string, data json.RawMessage, reply func([]byte, error)) {
	switch method {
	case "echo":
		reply(data, nil)
	case "who":
		b, err := json.Marshal(map[string]chat.UserID{"id": who})
		reply(b, err)
	case "wait":
		f.mu.Lock()
		defer f.mu.Unlock()
		f.waiting = append(f.waiting, reply)
	default:
		reply(nil, chat.Errorf(chat.Forbidden, method, "no"))
	}
}

func (f *fakeRequests) release() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, reply := range f.waiting {
		reply([]byte(`{"late":true}`), nil)
	}
	f.waiting = nil
}
