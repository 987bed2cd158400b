package tenant

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"beep/chat"
)

func TestTheOrderOfMembersIsKeptUp(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	s := &Server{st: chat.NewServer()}
	number := uint64(0)
	does := func(e chat.Event) {
		number++
		s.applyLocked([]chat.Record{{Number: number, Time: 1, Author: 1, Event: e}})
	}
	does(&chat.ServerCreated{ID: 1, Name: "x", OwnerID: 1})
	for range 3000 {
		u := chat.UserID(1 + r.IntN(200))
		switch r.IntN(6) {
		case 0, 1, 2:
			does(&chat.MemberJoined{UserID: u, Username: "x"})
		case 3:
			does(&chat.MemberLeft{UserID: u})
		case 4:
			does(&chat.MemberKicked{UserID: u})
		default:
			does(&chat.MemberBanned{UserID: u})
		}
		after := chat.UserID(r.IntN(210))
		var want []chat.UserID
		for _, u := range slices.Sorted(maps.Keys(s.st.Members)) {
			if u > after && len(want) < 10 {
				want = append(want, u)
			}
		}
		if got := s.MembersAfter(after, 10); !slices.Equal(got, want) {
			t.Fatalf("behind %d: %v, want %v", after, got, want)
		}
	}
	does(&chat.ServerDeleted{})
	if got := s.MembersAfter(0, 10); len(got) != 0 {
		t.Errorf("a deleted server has members: %v", got)
	}
}
