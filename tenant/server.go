package tenant

import (
	"sync"
	"time"

	"beep/chat"
)

// Server is the live copy of one server.
type Server struct {
	book   *Book
	id     chat.ServerID
	loaded chan struct{} // closed when the first load ended; then err is fixed
	err    error

	holders   int // guarded by book.mu
	idleSince time.Time
	indexed   []chat.ChannelID // in book.channels; guarded by book.mu

	mu      sync.RWMutex // guards what follows; never held across a call
	st      *chat.Server
	seq     uint64 // stream sequence of the last commit read from the log
	journal journal
	order   []chat.UserID // the members by identifier; nil: not asked for yet
	open    bool          // the first load has ended well: there may be readers
	known   uint64        // the number of the newest record heard of, had or not
	ahead   []chat.Record // what was handed in while the log is read; at most maxAhead
	reading chan struct{} // closed when the reading of the log under way has ended; nil: none
}

func newServer(b *Book, id chat.ServerID) *Server {
	return &Server{book: b, id: id, loaded: make(chan struct{}), st: chat.NewServer(), reading: make(chan struct{})}
}

// ID is the server's identifier.
func (s *Server) ID() chat.ServerID { return s.id }

// Release ends the caller's hold.
func (s *Server) Release() {
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	s.holders--
	s.idleSince = s.book.now()
	if s.holders == 0 && s.failed() {
		s.book.removeLocked(s.id, s)
	}
}

// failed reports a load that ended without a server to show: the next Acquire
// must look again.
func (s *Server) failed() bool {
	select {
	case <-s.loaded:
		return s.err != nil || s.Number() == 0
	default:
		return false
	}
}

// Read lets fn look at the state. fn must be short, keep nothing of it, and
// call nothing that might come back here.
func (s *Server) Read(fn func(st *chat.Server)) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	fn(s.st)
}

// Grant is what u may do in channel ch now (0: in the server as a whole).
func (s *Server) Grant(u chat.UserID, ch chat.ChannelID) chat.Grant {
	now := s.book.now().UnixMilli()
	s.mu.RLock()
	defer s.mu.RUnlock()
	return chat.Can(s.st, u, ch, now)
}

// Number is the number of the last record the copy holds.
func (s *Server) Number() uint64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.st.Number
}

func (s *Server) indexChannels() {
	var chs []chat.ChannelID
	s.Read(func(st *chat.Server) {
		for i := range st.Channels {
			chs = append(chs, st.Channels[i].ID)
		}
	})
	s.book.index(s, chs)
}

func (s *Server) indexRecords(recs []chat.Record) {
	var chs []chat.ChannelID
	for _, rec := range recs {
		if e, ok := rec.Event.(*chat.ChannelCreated); ok {
			chs = append(chs, e.ID)
		}
	}
	if len(chs) != 0 {
		s.book.index(s, chs)
	}
}
