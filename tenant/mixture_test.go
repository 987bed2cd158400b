package tenant

import (
	"context"
	"log/slog"
	"testing"

	"beep/chat"
	"beep/wire"
)

// shortLog holds the records of one server.
type shortLog struct{ events []chat.Event }

func (l *shortLog) LoadSnapshot(context.Context, chat.Key) (wire.Snapshot, bool, error) {
	return wire.Snapshot{}, false, nil
}

func (l *shortLog) Replay(_ context.Context, k chat.Key, after uint64, fn func(uint64, wire.Commit) error) error {
	for i := after; i < uint64(len(l.events)); i++ {
		r, err := wire.EncodeEvent(l.events[i], i+1, 1, 1, "")
		if err != nil {
			return err
		}
		if err := fn(i+1, wire.Commit{Key: k, First: i + 1, Records: []wire.Record{r}}); err != nil {
			return err
		}
	}
	return nil
}

func TestRecordsFromSeveralHandsLeaveNoGapAmidThem(t *testing.T) {
	t.Parallel()
	log := &shortLog{events: []chat.Event{&chat.ServerCreated{ID: 7, OwnerID: 9}}}
	book := New(log, slog.New(slog.DiscardHandler))
	s, err := book.Acquire(t.Context(), 7)
	if err != nil {
		t.Fatal(err)
	}
	for u := range chat.UserID(5) {
		log.events = append(log.events, &chat.MemberJoined{UserID: u + 1})
	}
	recs := make([]chat.Record, len(log.events))
	for i, e := range log.events {
		recs[i] = chat.Record{Number: uint64(i + 1), Event: e}
	}
	// The second, then the sixth: what is between them is in the log alone.
	book.Advance(7, []chat.Record{recs[1], recs[5]})
	book.background.Wait()
	s.Read(func(st *chat.Server) {
		if st.Number != 6 || len(st.Members) != 5 {
			t.Errorf("number %d, %d members", st.Number, len(st.Members))
		}
	})
	s.Release()
	book.Close()
}
