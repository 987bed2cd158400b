package tenant

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"beep/chat"
	"beep/wire"
)

// maxAhead bounds the records that wait while the log is read. Beyond it they are
// dropped, for the log has them too: it is read again up to the newest of them.
const maxAhead = 4096

// load fetches the state from the log for the first time.
func (s *Server) load() {
	defer s.book.background.Done()
	ctx, cancel := context.WithTimeout(s.book.ctx, loadTimeout)
	defer cancel()
	s.err = s.loadSnapshot(ctx)
	if s.err == nil {
		s.err = s.read(ctx)
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

// read reads the log until the copy has everything that was heard of, and ends the
// reading under way. After an error the copy may be behind: the next record, or
// whoever must Reach one, finds that and reads again.
func (s *Server) read(ctx context.Context) error {
	for {
		s.mu.RLock()
		want := s.known
		s.mu.RUnlock()
		err := s.replay(ctx)
		if done, err := s.settle(want, err); done {
			return err
		}
	}
}

// replay reads the log from where the copy is to its end.
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
	if err != nil {
		return fmt.Errorf("load server %d: %w", s.id, err)
	}
	return nil
}

// settle takes what was handed in while the log was read, and ends the reading if
// nothing is missing, or nothing can be done about it. want was known before.
func (s *Server) settle(want uint64, err error) (bool, error) {
	s.mu.Lock()
	ahead := s.ahead
	s.ahead = nil
	slices.SortStableFunc(ahead, func(a, b chat.Record) int { return cmp.Compare(a.Number, b.Number) })
	n := s.followLocked(ahead)
	if err == nil && s.st.Number < want {
		err = fmt.Errorf("load server %d: the log ends at record %d, before %d", s.id, s.st.Number, want)
		s.known = s.st.Number // it is not to be had: nobody shall look for it at every record
	}
	done := err != nil || s.st.Number >= s.known
	if done {
		s.open = s.open || err == nil
		close(s.reading)
		s.reading = nil
	}
	s.mu.Unlock()
	s.indexRecords(ahead[:n])
	return done, err
}

// advance takes records that are committed. See Book.Advance.
func (s *Server) advance(recs []chat.Record) bool {
	s.mu.Lock()
	s.known = max(s.known, recs[len(recs)-1].Number)
	if s.reading != nil {
		if len(s.ahead)+len(recs) <= maxAhead {
			s.ahead = append(s.ahead, recs...)
		}
		reached := s.reachedLocked(recs[len(recs)-1].Number)
		s.mu.Unlock()
		return reached
	}
	n := s.followLocked(recs)
	reached := s.reachedLocked(recs[len(recs)-1].Number)
	if s.open && s.st.Number < s.known { // what failed to load has no readers, and nothing to follow
		s.ahead = append(s.ahead, recs[n:]...)
		s.catchUpLocked()
	}
	s.mu.Unlock()
	s.indexRecords(recs[:n])
	return reached
}

// reach waits until record number is in force. See Book.Reach.
func (s *Server) reach(ctx context.Context, number uint64) error {
	s.mu.Lock()
	s.known = max(s.known, number)
	if s.reachedLocked(number) {
		s.mu.Unlock()
		return nil
	}
	var reading <-chan struct{} = s.reading
	if reading == nil {
		reading = s.catchUpLocked()
	}
	s.mu.Unlock()
	select {
	case <-reading:
	case <-ctx.Done():
		return fmt.Errorf("bring server %d up to date: %w", s.id, ctx.Err())
	}
	if got := s.Number(); got < number {
		return fmt.Errorf("bring server %d up to date: the copy is at record %d, not at %d", s.id, got, number)
	}
	return nil
}

// reachedLocked reports whether readers find record number, of which was heard, in
// force. Before the first load has ended well there are none, and it does not end
// well before the copy has all that was heard of.
func (s *Server) reachedLocked(number uint64) bool { return !s.open || s.st.Number >= number }

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

// catchUpLocked begins to read the log in the background, when nobody does, and
// returns what is closed at the end.
func (s *Server) catchUpLocked() <-chan struct{} {
	reading := make(chan struct{})
	s.reading = reading
	s.book.background.Go(func() {
		ctx, cancel := context.WithTimeout(s.book.ctx, loadTimeout)
		defer cancel()
		if err := s.read(ctx); err != nil && s.book.ctx.Err() == nil {
			s.book.logger.Warn("server copy could not catch up", "server_id", uint64(s.id), "error", err)
		}
	})
	return reading
}
