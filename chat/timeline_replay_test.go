package chat_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"beep/chat"
)

// anything is a random command, mostly about one of the newest messages.
func anything(r *rand.Rand, step int) chat.Command {
	by := chat.UserID(11 + r.IntN(3))
	id := chat.MessageID(1 + max(step-r.IntN(12), 0))
	if r.IntN(4) == 0 {
		id = chat.MessageID(1 + r.IntN(step+1))
	}
	fresh := chat.MessageID(step + 1)
	switch r.IntN(18) {
	case 0, 1, 2, 3:
		return &chat.SendMessage{By: by, ID: fresh, Content: fmt.Sprintf("<@%d> %d", 11+r.IntN(4), step), Nonce: fmt.Sprint(r.IntN(100))}
	case 4:
		c := question(fresh, func(p *chat.Poll) { p.Multiple = r.IntN(2) == 0 })
		c.By = by
		return c
	case 5:
		return &chat.EditMessage{By: by, Message: id, Content: fmt.Sprintf("<@%d> edit %d", 11+r.IntN(4), step)}
	case 6:
		return &chat.DeleteMessage{By: by, Message: id}
	case 7, 8, 9:
		return &chat.React{By: by, Message: id, Emoji: string(rune(0x1F600 + r.IntN(4))), Remove: r.IntN(3) == 0}
	case 10:
		return &chat.PinMessage{By: by, Message: id, Pinned: r.IntN(2) == 0, SystemID: fresh}
	case 11, 12:
		return &chat.VotePoll{By: by, Message: id, Options: []int{r.IntN(3)}}
	case 13:
		return &chat.ClosePoll{By: by, Message: id}
	case 14:
		return &chat.JoinConference{By: by, SystemID: fresh}
	case 15:
		return &chat.LeaveConference{By: by}
	case 16:
		return &chat.AttachThread{By: by, Message: id, ThreadID: chat.ChannelID(1000 + step), SystemID: fresh}
	default:
		if r.IntN(8) > 0 {
			return &chat.PostSystem{By: by, ID: fresh, Type: chat.JoinMessage}
		}
		return &chat.PurgeMessages{By: by, User: chat.UserID(11 + r.IntN(3)), Since: int64(1000 * (step - 5)), Seqs: []uint64{uint64(r.IntN(step + 1))}}
	}
}

// stored is a record as it comes back from the log.
func stored(t *testing.T, rec chat.Record) chat.Record {
	t.Helper()
	e := rec.Event.EventKind().New()
	if err := json.Unmarshal([]byte(encoded(t, rec.Event)), e); err != nil {
		t.Fatal(err)
	}
	rec.Event = e
	return rec
}

func TestReplayAndSnapshotsLeadToTheLiveState(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 1))
			w := newTimeline(t)
			env := with(callers(ada, bob), chat.ManageMessages)
			archive := map[chat.MessageID]chat.Message{}
			var saved *chat.Timeline
			for step := range 1500 {
				cmd := anything(r, step)
				now := at(env, int64(1000*(step+1)))
				if id, need := w.st.NeedsArchived(cmd); need {
					if m, ok := archive[id]; ok {
						now.Archived = &m
					}
				}
				from := len(w.recs)
				if _, err := w.do(cmd, now); chat.Is(err, chat.Internal) {
					t.Fatal(err)
				}
				for _, rec := range w.recs[from:] {
					follow(archive, rec)
				}
				if step == 900 {
					saved = w.restored()
				}
			}
			again := chat.NewTimeline(room)
			for _, rec := range w.recs {
				again.Apply(stored(t, rec))
				if rec.Number > saved.Number {
					saved.Apply(stored(t, rec))
				}
			}
			same(t, encoded(t, again), encoded(t, w.st))
			same(t, encoded(t, saved), encoded(t, w.st))
			if len(w.recs) < 600 || w.st.EvictedSeq == 0 {
				t.Fatalf("only %d records", len(w.recs))
			}
		})
	}
}

// follow is a read model: all messages, as the records say.
func follow(all map[chat.MessageID]chat.Message, rec chat.Record) {
	switch e := rec.Event.(type) {
	case *chat.MessageSent:
		all[e.ID] = chat.NewMessage(room, rec, e)
	case *chat.MessageDeleted:
		delete(all, e.ID)
	case *chat.MessagesPurged:
		for _, seq := range e.Seqs {
			for id, m := range all {
				if m.Seq == seq {
					delete(all, id)
				}
			}
		}
	default:
		id, ok := chat.ChangedMessage(rec.Event)
		if m, known := all[id]; ok && known {
			m.Apply(rec)
			all[id] = m
		}
	}
}

func TestWhatWasHandedOutNeverChanges(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	w := newTimeline(t)
	env := with(callers(ada, bob), chat.ManageMessages)
	type copied struct {
		m    chat.Message
		then string
	}
	var out []copied
	for step := range 400 {
		_, _ = w.do(anything(r, step), at(env, int64(1000*(step+1))))
		if n := len(w.st.Recent); n > 0 { // several of one emoji and of one option
			by, id := chat.UserID(100+step), w.st.Recent[n-1].ID
			_, _ = w.do(&chat.React{By: by, Message: id, Emoji: "👍"}, env)
			_, _ = w.do(&chat.VotePoll{By: by, Message: id, Options: []int{0}}, env)
		}
		for _, m := range w.page(&chat.ReadHistory{Limit: 30}).Messages {
			out = append(out, copied{m, encoded(t, m)})
		}
	}
	for _, c := range out {
		same(t, encoded(t, c.m), c.then)
	}
	for _, rec := range w.recs { // nor do events: a poll's votes are not the asker's
		if e, ok := rec.Event.(*chat.MessageSent); ok && e.Poll != nil {
			for _, o := range e.Poll.Options {
				same(t, len(o.Voters), 0)
			}
		}
	}
}
