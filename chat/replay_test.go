package chat_test

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"

	"beep/beeptest/permmodel"
	"beep/chat"
)

// TestASnapshotIsAsGoodAsTheLog lets servers live for a while, then compares the
// state that was folded from the events with the one that was read back.
func TestASnapshotIsAsGoodAsTheLog(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	r := permmodel.New(seed)
	for range 150 {
		s := r.Server()
		folded := live(t, r, s, s.Chat(), 40, nil)
		snapshot, err := json.Marshal(folded)
		if err != nil {
			t.Fatal(err)
		}
		restored := chat.NewServer()
		if err := json.Unmarshal(snapshot, restored); err != nil {
			t.Fatal(err)
		}
		restored.Restore()
		again, err := json.Marshal(restored)
		if err != nil || string(again) != string(snapshot) {
			t.Fatalf("seed %d: the snapshot reads as\n%s\nnot\n%s", seed, again, snapshot)
		}
		agree(t, seed, r, s, folded, restored)
	}
}

// live lets random acts happen, each record also seen by watch.
func live(t *testing.T, r *permmodel.Random, s *permmodel.Server, st *chat.Server, acts int, watch func()) *chat.Server {
	t.Helper()
	for i := range acts {
		now := int64(i+1) * permmodel.Span / 100
		act := r.Act(s, now)
		d, err := st.Decide(act.Command(), now)
		if err != nil {
			continue
		}
		s.Do(act, now)
		for _, e := range d.Events {
			st.Apply(chat.Record{Number: st.Number + 1, Time: now, Author: d.Author, Event: e})
			if watch != nil {
				watch()
			}
		}
		if len(s.Members) == 0 {
			break
		}
	}
	return st
}

// agree compares two states by random cases of what Can says.
func agree(t *testing.T, seed uint64, r *permmodel.Random, s *permmodel.Server, a, b *chat.Server) {
	t.Helper()
	for range 200 {
		if len(s.Members) == 0 {
			return
		}
		c := r.Case(s)
		u, ch := chat.UserID(c.User), chat.ChannelID(c.Channel)
		if x, y := chat.Can(a, u, ch, c.Now), chat.Can(b, u, ch, c.Now); x != y {
			t.Fatalf("seed %d: %+v: %+v and %+v", seed, c, x, y)
		}
		if x, y := a.Governing(ch), b.Governing(ch); x != y {
			t.Fatalf("seed %d: channel %d is governed by %d and %d", seed, ch, x, y)
		}
	}
}

// TestAnOutlineIsNobodysToChange compares outlines taken on the way with what
// they were when they were taken, after the state has lived on.
func TestAnOutlineIsNobodysToChange(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	r := permmodel.New(seed)
	for range 60 {
		s := r.Server()
		st := s.Chat()
		var outlines []*chat.Server
		var were []string
		see := func(o *chat.Server) string {
			b, err := json.Marshal(o)
			if err != nil {
				t.Fatal(err)
			}
			for i := range o.Channels {
				b = append(b, o.Governing(o.Channels[i].ID).String()...)
			}
			return string(b)
		}
		live(t, r, s, st, 40, func() {
			o := st.Outline()
			outlines, were = append(outlines, o), append(were, see(o))
			fresh := st.Outline()
			fresh.Restore() // compiles anew what Outline shares
			if !reflect.DeepEqual(o, fresh) {
				t.Fatalf("seed %d: what was compiled step by step is not what is compiled at once", seed)
			}
		})
		for i, o := range outlines {
			if is := see(o); is != were[i] {
				t.Fatalf("seed %d: an outline became\n%s\nfrom\n%s", seed, is, were[i])
			}
		}
	}
}

// TestARecordCostsNoMoreInALargeServer counts what Apply allocates in a server of
// 500 channels: what made everything anew would allocate thousands of times.
func TestARecordCostsNoMoreInALargeServer(t *testing.T) {
	st := chat.NewServer()
	apply := func(e chat.Event) { st.Apply(chat.Record{Number: st.Number + 1, Time: 1, Author: ada, Event: e}) }
	large(apply, 2000)
	next := uint64(0)
	for what, cost := range map[string]struct {
		most  float64
		event func() chat.Event
	}{
		"a member leaves":   {2, func() chat.Event { return &chat.MemberLeft{UserID: chat.UserID(10_500 + next)} }},
		"roles change":      {2, func() chat.Event { return &chat.MemberRolesChanged{UserID: 11_900, Added: []chat.RoleID{1001}} }},
		"a channel changes": {30, func() chat.Event { return &chat.ChannelUpdated{ID: chat.ChannelID(5000 + next)} }},
		"an override is set": {40, func() chat.Event {
			return &chat.OverrideSet{Override: chat.Override{ID: 1, ChannelID: chat.ChannelID(5000 + next), MemberID: 11_999, Deny: 1}}
		}},
		"a role changes": {5, func() chat.Event { return &chat.RoleUpdated{ID: 1001} }},
	} {
		got := testing.AllocsPerRun(100, func() {
			next++
			apply(cost.event())
		})
		if got > cost.most {
			t.Errorf("%s: %.0f allocations, at most %.0f are expected", what, got, cost.most)
		}
	}
}

// large makes a server of 50 roles, 500 channels with overrides, and members.
func large(apply func(chat.Event), members chat.UserID) {
	apply(&chat.ServerCreated{ID: house, Name: "crowd", Visibility: chat.Public, OwnerID: ada})
	for r := range chat.RoleID(crowdRoles) {
		apply(&chat.RoleCreated{ID: 1000 + r, Position: 1, RoleSettings: role("role", chat.Speak)})
	}
	for c := range chat.ChannelID(chat.MaxChannelsPerServer) {
		apply(&chat.ChannelCreated{ID: 5000 + c, ServerID: house, Type: chat.TextChannel, Overrides: crowdOverrides(c)})
	}
	for u := range members {
		apply(&chat.MemberJoined{UserID: 10_000 + u, Username: "member"})
	}
}

// BenchmarkReplay folds the log of a large server: 100,000 comings, 10,000
// goings, 20,000 changes of roles and 1,000 each of channels and overrides.
func BenchmarkReplay(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		st := chat.NewServer()
		apply := func(e chat.Event) { st.Apply(chat.Record{Number: st.Number + 1, Time: 1, Author: ada, Event: e}) }
		large(apply, crowdMembers)
		for i := range chat.UserID(20_000) {
			apply(&chat.MemberRolesChanged{UserID: 10_000 + i*5, Added: []chat.RoleID{1000 + chat.RoleID(i)%crowdRoles}})
		}
		for i := range chat.UserID(1000) {
			ch := 5000 + chat.ChannelID(i)%chat.MaxChannelsPerServer
			apply(&chat.OverrideSet{Override: chat.Override{ID: uint64(10_000 + i), ChannelID: ch, MemberID: 10_000 + i, Allow: chat.Rights(chat.Speak)}})
			apply(&chat.ChannelUpdated{ID: ch, ChannelSettings: chat.ChannelSettings{Name: "changed"}})
		}
		for u := range chat.UserID(10_000) {
			apply(&chat.MemberLeft{UserID: 10_000 + u})
		}
	}
}
