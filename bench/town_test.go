package bench

import (
	"bytes"
	"testing"
	"time"

	"beep/archive"
	"beep/chat"
)

var smallTown = townSpec{Members: 300, Roles: 12, Channels: 40}

func TestATownIsAServerOfItsSpec(t *testing.T) {
	t.Parallel()
	accounts := []account{{ID: 11, Username: "bench-a"}, {ID: 12, Username: "bench-b"}}
	w := newTown(smallTown, accounts, time.Now())
	st := w.state()
	if len(st.Members) != smallTown.Members || len(st.Roles) != smallTown.Roles+1 || len(st.Channels) != smallTown.Channels || st.OwnerID != 11 {
		t.Fatalf("%d members, %d roles, %d channels, owner %d", len(st.Members), len(st.Roles), len(st.Channels), st.OwnerID)
	}
	own, hidden := 0, 0
	for i := range st.Channels {
		if len(st.Channels[i].Overrides) > 0 {
			own++
		}
	}
	for i := 2; i < smallTown.Members; i++ {
		u, _ := w.member(i)
		if n := len(st.RolesOf(u)); n < townLeastRoles || n > townMostRoles+1 {
			t.Errorf("member %d has %d roles", i, n)
		}
		if !chat.CanSee(st, u, w.lobby()) {
			t.Errorf("member %d does not see the lobby", i)
		}
		for _, ch := range w.channels {
			if !chat.CanSee(st, u, ch) {
				hidden++
			}
		}
	}
	if own < smallTown.Channels/4 || hidden == 0 {
		t.Errorf("%d channels have overrides of their own, %d times one is hidden", own, hidden)
	}
}

func TestATownsFileIsAnExport(t *testing.T) {
	t.Parallel()
	w := newTown(smallTown, []account{{ID: 11, Username: "bench-a"}}, time.Now())
	var file bytes.Buffer
	n, err := w.write(&file)
	if err != nil {
		t.Fatal(err)
	}
	c, err := archive.Check(&file)
	if err != nil {
		t.Fatal(err)
	}
	if c.Trailer.Records != n || c.Server.ID != w.id || len(c.Server.Members) != smallTown.Members || c.Usernames[11] != "bench-a" {
		t.Fatalf("%d records of server %d with %d members", c.Trailer.Records, c.Server.ID, len(c.Server.Members))
	}
}

func TestTownsOfASpecDifferInIdentifiersAlone(t *testing.T) {
	t.Parallel()
	now := time.Now()
	a, b := newTown(smallTown, nil, now), newTown(townSpec{Members: 50, Roles: smallTown.Roles, Channels: smallTown.Channels}, nil, now.Add(time.Second))
	sa, sb := a.state(), b.state()
	if a.id == b.id || a.lobby() == b.lobby() {
		t.Fatal("they share identifiers")
	}
	ua, _ := a.member(33)
	ub, _ := b.member(33)
	for i := range a.channels {
		if ga, gb := chat.Can(sa, ua, a.channels[i], 0), chat.Can(sb, ub, b.channels[i], 0); ga.Permissions != gb.Permissions {
			t.Errorf("channel %d: %v there, %v here", i, ga.Permissions, gb.Permissions)
		}
	}
}

// It is not parallel: allocations are counted for the whole process.
func TestPermissionsAreMeasuredWithoutAllocating(t *testing.T) {
	p := DefaultPermissionsParams()
	p.Members, p.Duration = 500, minWindow
	res, err := Permissions(p)
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Unsound(); err != nil {
		t.Error(err)
	}
	if per := res.Extras["allocations_per_evaluation"].(float64); per > 0.01 {
		t.Errorf("%v allocations per evaluation", per)
	}
	if res.ThroughputPerS <= 0 || res.Extras["some_right_held"] != true || res.MaxMS <= 0 {
		t.Errorf("%+v", res)
	}
}
