package tenant

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"beep/chat"
	"beep/wire"
)

// maxAhead bounds the records that wait while the log is read: beyond it they
// are dropped, for the log has them too.
const maxAhead = 4096

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
	ahead   []chat.Record
	loading bool
}

func newServer(b *Book, id chat.ServerID) *Server {
	return &Server{book: b, id: id, loaded: make(chan struct{}), st: chat.NewServer(), loading: true}
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

// load fetches the state from the log for the first time.
func (s *Server) load() {
	defer s.book.background.Done()
	ctx, cancel := context.WithTimeout(s.book.ctx, loadTimeout)
	defer cancel()
	s.err = s.loadSnapshot(ctx)
	if s.err == nil {
		s.err = s.replay(ctx)
	}
	close(s.loaded)
}

func (s *Server) loadSnapshot(ctx context.Context) error {
	snap, ok, err := s.book.log.LoadSnapshot(ctx, chat.ServerKey(s.id))
	if err != nil || !ok {
		return err
	}
	st := chat.NewServer()
	if json.Unmarshal(snap.State, st) != nil {
		return nil //nolint:nilerr // of no use, but the log has it all
	}
	st.Restore()
	s.mu.Lock()
	s.st, s.seq, s.order = st, snap.Seq, nil
	s.journal.begin(st.Number)
	s.mu.Unlock()
	s.indexChannels()
	return nil
}

// replay reads the log from where the copy is to its end, then takes what was
// handed in meanwhile.
func (s *Server) replay(ctx context.Context) error {
	s.mu.RLock()
	seq := s.seq
	s.mu.RUnlock()
	err := s.book.log.Replay(ctx, chat.ServerKey(s.id), seq, func(seq uint64, c wire.Commit) error {
		recs := make([]chat.Record, 0, len(c.Records))
		for i := range c.Records {
			// An unreadable record is in the dead letters; its number counts.
			rec, _ := wire.DecodeEvent(&c.Records[i])
			recs = append(recs, rec)
		}
		s.mu.Lock()
		s.seq = seq
		s.applyLocked(recs)
		s.mu.Unlock()
		s.indexRecords(recs)
		return nil
	})
	s.mu.Lock()
	ahead := s.ahead
	s.ahead, s.loading = nil, false
	s.mu.Unlock()
	if err != nil {
		return fmt.Errorf("load server %d: %w", s.id, err)
	}
	if len(ahead) != 0 {
		slices.SortStableFunc(ahead, func(a, b chat.Record) int { return cmp.Compare(a.Number, b.Number) })
		s.advance(ahead)
	}
	return nil
}

// advance takes records that are committed. See Book.Advance.
func (s *Server) advance(recs []chat.Record) {
	s.mu.Lock()
	if s.loading {
		if len(s.ahead)+len(recs) <= maxAhead {
			s.ahead = append(s.ahead, recs...)
		}
		s.mu.Unlock()
		return
	}
	n := s.followLocked(recs)
	if n < len(recs) {
		s.loading = true
		s.ahead = append(s.ahead[:0], recs[n:]...)
	}
	s.mu.Unlock()
	s.indexRecords(recs[:n])
	if n < len(recs) {
		s.catchUp()
	}
}

// followLocked folds records up to a gap and returns how many those are. They may
// come from several hands: what is known is passed over, and a gap may be amid them.
func (s *Server) followLocked(recs []chat.Record) int {
	for i := range recs {
		if recs[i].Number > s.st.Number+1 {
			return i
		}
		s.applyLocked(recs[i : i+1])
	}
	return len(recs)
}

// applyLocked folds the records that follow on what is there.
func (s *Server) applyLocked(recs []chat.Record) {
	for _, rec := range recs {
		// Numbers that are missing altogether (an unreadable commit) are passed
		// over here: the reader that met them has reported them.
		if rec.Number > s.st.Number {
			s.journal.note(s.st, rec)
			s.st.Apply(rec)
			s.reorderLocked(rec)
		}
	}
}

// catchUp fills a gap from the log, in the background.
func (s *Server) catchUp() {
	s.book.background.Add(1)
	go func() {
		defer s.book.background.Done()
		ctx, cancel := context.WithTimeout(s.book.ctx, loadTimeout)
		defer cancel()
		if err := s.replay(ctx); err != nil && s.book.ctx.Err() == nil {
			// The next record finds the gap again and tries anew.
			s.book.logger.Warn("server copy could not catch up", "server_id", uint64(s.id), "error", err)
		}
	}()
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
