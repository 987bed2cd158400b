package tenant

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"beep/chat"
	"beep/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// gatedLog is a shortLog whose reading can be held up or fail.
type gatedLog struct {
	shortLog
	mu    sync.Mutex
	err   error
	reads int
	begun chan struct{} // gets a token when a held reading has begun
	gate  chan struct{} // readings that have come to the end wait for it; nil: none does
}

func (l *gatedLog) Replay(ctx context.Context, k chat.Key, after uint64, fn func(uint64, wire.Commit) error) error {
	l.mu.Lock()
	l.reads++
	err, gate := l.err, l.gate
	short := shortLog{events: l.events}
	l.mu.Unlock()
	if err == nil {
		err = short.Replay(ctx, k, after, fn)
	}
	if gate != nil {
		l.begun <- struct{}{}
		<-gate
	}
	return err
}

// joins stores n members and returns their records.
func (l *gatedLog) joins(n int) []chat.Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	recs := make([]chat.Record, n)
	for i := range recs {
		e := &chat.MemberJoined{UserID: chat.UserID(len(l.events))}
		l.events = append(l.events, e)
		recs[i] = chat.Record{Number: uint64(len(l.events)), Event: e}
	}
	return recs
}

func (l *gatedLog) set(err error, gate chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err, l.gate = err, gate
}

func gated(t *testing.T) (*gatedLog, *Book, *Server) {
	t.Helper()
	log := &gatedLog{begun: make(chan struct{}, 8)}
	log.events = []chat.Event{&chat.ServerCreated{ID: 7, OwnerID: 9}}
	book := New(log, slog.New(slog.DiscardHandler))
	t.Cleanup(book.Close)
	s, err := book.Acquire(t.Context(), 7)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Release)
	return log, book, s
}

func TestACopyThatHasMissedRecordsReachesThemWhenAsked(t *testing.T) {
	t.Parallel()
	log, book, s := gated(t)
	log.joins(3)
	if err := book.Reach(t.Context(), 7, 4); err != nil || s.Number() != 4 {
		t.Fatal(s.Number(), err)
	}
	reads := log.reads
	if err := book.Reach(t.Context(), 7, 4); err != nil || log.reads != reads {
		t.Fatal("the log was read for nothing:", log.reads, err)
	}
	if err := book.Reach(t.Context(), 8, 4); err != nil {
		t.Fatal("of what there is no copy nothing is to be done:", err)
	}
	if err := book.Reach(t.Context(), 7, 5); err == nil {
		t.Fatal("a record that is not there was reached")
	}
}

func TestAdvanceSaysWhetherTheCopyHasTheRecords(t *testing.T) {
	t.Parallel()
	log, book, s := gated(t)
	recs := log.joins(4)
	for range 2 { // new, and then known
		if !book.Advance(7, recs[:1]) {
			t.Fatal("what is there was said to be missing")
		}
	}
	if !book.Advance(7, nil) || !book.Advance(8, recs) {
		t.Fatal("nothing, or what is not held here, was said to be missing")
	}
	log.set(errors.New("the log does not answer"), nil)
	if book.Advance(7, recs[2:3]) {
		t.Fatal("a gap was passed over")
	}
	book.background.Wait()
	if err := book.Reach(t.Context(), 7, 4); err == nil || s.Number() != 2 {
		t.Fatal(s.Number(), err)
	}
	log.set(nil, nil)
	if err := book.Reach(t.Context(), 7, 4); err != nil || s.Number() != 5 {
		t.Fatal(s.Number(), err)
	}
}

func TestACopyThatCouldNotCatchUpTriesAgainAtTheNextRecord(t *testing.T) {
	t.Parallel()
	log, book, s := gated(t)
	recs := log.joins(3)
	log.set(errors.New("the log does not answer"), nil)
	book.Advance(7, recs[2:])
	book.background.Wait()
	log.set(nil, nil)
	if !book.Advance(7, recs[:1]) {
		t.Fatal("the next record was not taken")
	}
	book.background.Wait()
	if s.Number() != 4 {
		t.Fatal("at", s.Number())
	}
}

func TestReachingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	log, book, _ := gated(t)
	gate := make(chan struct{})
	log.set(nil, gate)
	log.joins(1)
	ctx, cancel := context.WithCancel(t.Context())
	got := make(chan error, 1)
	log.set(errors.New("slow"), gate)
	go func() { got <- book.Reach(ctx, 7, 2) }()
	<-log.begun
	cancel()
	if err := <-got; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	close(gate)
}

func TestRecordsDroppedWhileTheLogIsReadAreReadAgain(t *testing.T) {
	t.Parallel()
	for _, first := range []bool{true, false} {
		log, book, s := gated(t)
		gate := make(chan struct{})
		log.set(nil, gate)
		if first { // the first load is under way, and nobody is shown it before its end
			s = newServer(book, 7)
			book.servers[7] = s
			book.background.Add(1)
			go s.load()
		} else {
			book.Advance(7, log.joins(2)[1:])
		}
		<-log.begun
		recs := log.joins(maxAhead + 100) // after the reading has passed
		for len(recs) > 0 {
			n := min(len(recs), 60)
			if got := book.Advance(7, recs[:n]); got != first {
				t.Fatalf("first load %v: reached %v", first, got)
			}
			recs = recs[n:]
		}
		log.set(nil, nil)
		close(gate)
		book.background.Wait()
		if want := uint64(len(log.events)); s.Number() != want {
			t.Fatalf("first load %v: the copy is at %d of %d", first, s.Number(), want)
		}
		if _, err := wait(t, s); err != nil {
			t.Fatal(err)
		}
	}
}

// wait waits for the first load.
func wait(t *testing.T, s *Server) (*Server, error) {
	t.Helper()
	select {
	case <-s.loaded:
		return s, s.err
	case <-time.After(10 * time.Second):
		t.Fatal("it never loads")
		return nil, nil
	}
}
