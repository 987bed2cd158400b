package chat

import (
	"math/rand/v2"
	"testing"
)

// The table is a map with less memory traffic: it must never differ from one.
func TestStandingsAreThoseOfTheMap(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	st := NewServer()
	s := &st.standing
	want := map[UserID]MemberState{}
	for step := range 200_000 {
		// Few identifiers, some of them with equal homes, so that gaps close over runs.
		u := UserID(1+r.IntN(400)) << (r.IntN(2) * 22)
		if r.IntN(3) == 0 {
			st.DropMember(u)
			delete(want, u)
		} else {
			m := MemberState{MutedUntil: int64(step % 2 * step)}
			for range r.IntN(10) {
				m.Roles.add(uint8(1 + r.IntN(250)))
			}
			st.PutMember(u, m)
			want[u] = m
		}
		asked := UserID(1+r.IntN(400)) << (r.IntN(2) * 22)
		p := s.find(asked)
		m, ok := want[asked]
		if ok != (p != nil) {
			t.Fatalf("step %d: user %d is %+v, want %v", step, asked, p, ok)
		}
		if ok {
			if roles, until := p.roles(st); roles != m.Roles || until != m.MutedUntil {
				t.Fatalf("step %d: user %d has %v, %d, want %+v", step, asked, roles, until, m)
			}
		}
	}
	if s.count != len(want) {
		t.Errorf("%d are counted of %d", s.count, len(want))
	}
	if s.find(0) != nil {
		t.Error("nobody has a place")
	}
}
