package tenant

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"beep/chat"
	"beep/wire"
)

// Log is what a copy is loaded from.
type Log interface {
	LoadSnapshot(ctx context.Context, key chat.Key) (wire.Snapshot, bool, error)
	Replay(ctx context.Context, key chat.Key, afterSeq uint64, fn func(seq uint64, c wire.Commit) error) error
}

const (
	// linger is how long a copy nobody holds is kept: longer than a client
	// needs to reconnect, so that a herd finds it warm.
	linger = 2 * time.Minute
	// loadTimeout bounds one loading: a server of 500,000 members takes seconds.
	loadTimeout = 30 * time.Second
)

// Book holds the copies. Its methods may be called from any goroutine.
type Book struct {
	log    Log
	logger *slog.Logger
	now    func() time.Time

	mu       sync.Mutex
	servers  map[chat.ServerID]*Server
	channels map[chat.ChannelID]chat.ServerID

	background sync.WaitGroup
	ctx        context.Context
	stop       context.CancelFunc
}

// New makes an empty book.
func New(log Log, logger *slog.Logger) *Book {
	ctx, stop := context.WithCancel(context.Background())
	return &Book{
		log: log, logger: logger, now: time.Now, ctx: ctx, stop: stop,
		servers: map[chat.ServerID]*Server{}, channels: map[chat.ChannelID]chat.ServerID{},
	}
}

// Run drops copies that nobody holds any more, until ctx ends.
func (b *Book) Run(ctx context.Context) error {
	t := time.NewTicker(linger / 4)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
			b.sweep()
		}
	}
}

// Close stops loading and waits for what is under way.
func (b *Book) Close() {
	b.stop()
	b.background.Wait()
}

// Acquire returns the copy of server id, loading it first if need be; the
// caller must Release it. A server that was never created is NotFound.
func (b *Book) Acquire(ctx context.Context, id chat.ServerID) (*Server, error) {
	const op = "open server"
	b.mu.Lock()
	s := b.servers[id]
	if s == nil {
		s = newServer(b, id)
		b.servers[id] = s
		b.background.Add(1)
		go s.load()
	}
	s.holders++
	b.mu.Unlock()
	select {
	case <-s.loaded:
	case <-ctx.Done():
		s.Release()
		return nil, &chat.Error{Kind: chat.Unavailable, Op: op, Message: "took too long", Err: ctx.Err()}
	}
	if s.err != nil {
		s.Release()
		return nil, &chat.Error{Kind: chat.Unavailable, Op: op, Message: "temporarily unavailable", Err: s.err}
	}
	if s.Number() == 0 {
		s.Release()
		return nil, chat.Errorf(chat.NotFound, op, "there is no such server")
	}
	return s, nil
}

// ServerOf names the server of a channel, if a copy of it is held here.
func (b *Book) ServerOf(ch chat.ChannelID) (chat.ServerID, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	id, ok := b.channels[ch]
	return id, ok
}

// Advance hands in records of server id's log that are committed, in order, and
// reports whether whoever reads the copy from now on finds them in force. What is
// known already is skipped; after a gap the copy reads the log in the background,
// and the answer is no: see Reach. A server of which there is no copy is none of
// our business, and one that is being loaded shows itself with the records.
func (b *Book) Advance(id chat.ServerID, recs []chat.Record) bool {
	s := b.held(id)
	return s == nil || len(recs) == 0 || s.advance(recs)
}

// Reach returns when whoever reads the copy of server id finds record number, which
// is committed, in force; the log is read if need be. A server of which there is no
// copy needs nothing: it will be loaded from a log that has the record. Any error
// says that the copy may still be behind.
func (b *Book) Reach(ctx context.Context, id chat.ServerID, number uint64) error {
	if s := b.held(id); s != nil {
		return s.reach(ctx, number)
	}
	return nil
}

func (b *Book) held(id chat.ServerID) *Server {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.servers[id]
}

func (b *Book) sweep() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, s := range b.servers {
		if s.holders == 0 && b.now().Sub(s.idleSince) > linger {
			b.removeLocked(id, s)
		}
	}
}

// removeLocked forgets a copy and its channels. It must be cheap for a copy that
// has none: whoever asks for servers that do not exist makes one each.
func (b *Book) removeLocked(id chat.ServerID, s *Server) {
	delete(b.servers, id)
	for _, ch := range s.indexed {
		if b.channels[ch] == id {
			delete(b.channels, ch)
		}
	}
	s.indexed = nil
}

// index notes whose channels these are, as long as the copy is in the book.
func (b *Book) index(s *Server, chs []chat.ChannelID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.servers[s.id] != s {
		return
	}
	for _, ch := range chs {
		if b.channels[ch] != s.id {
			b.channels[ch] = s.id
			s.indexed = append(s.indexed, ch)
		}
	}
}
