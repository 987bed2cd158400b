package chat_test

import (
	"math/rand/v2"
	"testing"

	"beep/beeptest/permmodel"
	"beep/chat"
)

const (
	crowdMembers  = 100_000
	crowdRoles    = 50
	crowdChannels = 200
)

// crowd is the server of the benchmark: 100,000 members with three of 50
// roles each, 200 channels with overrides of everyone, roles and members.
func crowd(tb testing.TB) *chat.Server {
	tb.Helper()
	st := chat.NewServer()
	apply := func(e chat.Event) {
		st.Apply(chat.Record{Number: st.Number + 1, Time: 1, Author: ada, Event: e})
	}
	apply(&chat.ServerCreated{ID: house, Name: "crowd", Visibility: chat.Public, OwnerID: ada, Everyone: chat.DefaultEveryone})
	for r := range chat.RoleID(crowdRoles) {
		apply(&chat.RoleCreated{ID: 1000 + r, Position: 1, RoleSettings: chat.RoleSettings{Name: "role", Permissions: chat.Rights(chat.MentionEveryone)}})
	}
	apply(&chat.MemberJoined{UserID: ada, Username: "ada"})
	for u := range chat.UserID(crowdMembers) {
		apply(&chat.MemberJoined{UserID: 10_000 + u, Username: "member"})
		r := chat.RoleID(u)
		apply(&chat.MemberRolesChanged{UserID: 10_000 + u, Added: []chat.RoleID{
			1000 + r%crowdRoles, 1000 + r*7%crowdRoles, 1000 + r*13%crowdRoles,
		}})
	}
	for c := range chat.ChannelID(crowdChannels) {
		apply(&chat.ChannelCreated{ID: 5000 + c, ServerID: house, Name: "channel", Type: chat.TextChannel, Overrides: crowdOverrides(c)})
	}
	return st
}

func crowdOverrides(c chat.ChannelID) []chat.Override {
	id := 5000 + c
	list := []chat.Override{{ID: uint64(house), ChannelID: id, RoleID: chat.EveryoneRole(house), Deny: chat.Rights(chat.ViewChannels)}}
	for k := range chat.RoleID(10) {
		r := 1000 + (chat.RoleID(c)+5*k)%crowdRoles
		list = append(list, chat.Override{ID: uint64(r), ChannelID: id, RoleID: r, Allow: chat.Rights(chat.ViewChannels)})
	}
	for k := range chat.UserID(20) {
		u := 10_000 + (chat.UserID(c)*31+k*977)%crowdMembers
		list = append(list, chat.Override{ID: uint64(u), ChannelID: id, MemberID: u, Allow: chat.Rights(chat.ManageMessages)})
	}
	return list
}

func TestEvaluatingAllocatesNothing(t *testing.T) {
	st := crowd(t)
	for what, ask := range map[string]struct {
		u  chat.UserID
		ch chat.ChannelID
	}{
		"the owner": {ada, 5001}, "a member": {10_007, 5001}, "with an override": {10_031, 5001}, "in the server": {10_007, 0},
		"a stranger": {9, 5001}, "no channel": {10_007, 9},
	} {
		if n := testing.AllocsPerRun(100, func() { chat.Can(st, ask.u, ask.ch, 1) }); n != 0 {
			t.Errorf("%s: %.0f allocations", what, n)
		}
	}
	if c, _ := st.Channel(5001); c.Overrides[11].MemberID != 10_031 {
		t.Error("the case of an override is none")
	}
}

// TestManyRolesAreEvaluatedLikeFew has roles in every word of a RoleSet.
func TestManyRolesAreEvaluatedLikeFew(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 2))
	some := func(names []string, one int) permmodel.Set {
		set := permmodel.Set{}
		for _, n := range names {
			if random.IntN(one) == 0 {
				set[n] = true
			}
		}
		delete(set, "administrator")
		return set
	}
	hall := &permmodel.Channel{Type: "text", Roles: map[uint64]permmodel.Override{}}
	s := &permmodel.Server{
		ID: 1, Owner: 9, Roles: map[uint64]*permmodel.Role{1: {Rights: permmodel.SetOf("view_channels")}},
		Channels: map[uint64]*permmodel.Channel{2: hall}, Members: map[uint64]*permmodel.Member{9: {}},
	}
	for rank := 1; rank < chat.MaxRolesPerServer; rank++ {
		id := uint64(1000 + rank)
		s.Roles[id] = &permmodel.Role{Rank: rank, Rights: some(permmodel.Names(), 100)}
		if random.IntN(3) == 0 {
			hall.Roles[id] = permmodel.Override{Allow: some(permmodel.ChannelNames(), 10), Deny: some(permmodel.ChannelNames(), 10)}
		}
	}
	for u := range uint64(200) {
		m := &permmodel.Member{Roles: map[uint64]bool{}}
		for range random.IntN(6) {
			m.Roles[uint64(1001+random.IntN(chat.MaxRolesPerServer-1))] = true
		}
		s.Members[5000+u] = m
	}
	st := s.Chat()
	for u := range s.Members {
		want := permmodel.Permission(s.Rights(u, 2, 1))
		if got := chat.Can(st, chat.UserID(u), 2, 1).Permissions; got != want {
			t.Fatalf("seed %d: member %d may %s, not %s", seed, u, got, want)
		}
	}
}

// Explain must say what Can says, and its last step must be the outcome.
func TestAnExplanationEndsWithTheDecision(t *testing.T) {
	t.Parallel()
	r := permmodel.New(matrixSeed)
	for range 300 {
		s := r.Server()
		st := s.Chat()
		for range 30 {
			c := r.Case(s)
			want := permmodel.Permission(permmodel.SetOf(c.Permission))
			u, ch := chat.UserID(c.User), chat.ChannelID(c.Channel)
			g, steps := chat.Explain(st, u, ch, c.Now, want)
			if g != chat.Can(st, u, ch, c.Now) {
				t.Fatalf("%+v: explained as %+v", c, g)
			}
			if len(steps) == 0 || steps[len(steps)-1].Holds != g.Permissions.Has(want) {
				t.Fatalf("%+v: %t is explained by %+v", c, g.Permissions.Has(want), steps)
			}
		}
	}
}

// BenchmarkCan evaluates members and channels in an order without pattern: 5
// million a second are asked for, so at most 200 ns each, without allocating.
func BenchmarkCan(b *testing.B) {
	st := crowd(b)
	b.ReportAllocs()
	b.ResetTimer()
	sum := chat.Permission(0)
	n := uint64(1)
	for b.Loop() {
		n = n*6364136223846793005 + 1442695040888963407
		u := 10_000 + chat.UserID(n>>33%crowdMembers)
		ch := 5000 + chat.ChannelID(n>>13%crowdChannels)
		sum |= chat.Can(st, u, ch, 1).Permissions
	}
	if sum == 0 {
		b.Fatal("nobody may do anything")
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "evals/s")
}
