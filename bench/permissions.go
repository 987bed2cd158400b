package bench

import (
	"math/rand/v2"
	"os"
	"runtime"
	"time"

	"beep/chat"
)

// PermissionsParams is the workload permissions: chat.Can over a server that is
// made up in this process.
type PermissionsParams struct {
	Members  int
	Roles    int
	Channels int
	Duration time.Duration // of each of the two measurements
}

// DefaultPermissionsParams are those of the largest server that is promised.
func DefaultPermissionsParams() PermissionsParams {
	return PermissionsParams{Members: 100_000, Roles: 50, Channels: 200, Duration: 5 * time.Second}
}

// Check names the first parameter that makes no sense.
func (p PermissionsParams) Check() error {
	var c checks
	c.between("members", p.Members, 2, chat.MaxMembersPerServer)
	c.between("roles", p.Roles, townMostRoles+1, chat.MaxRolesPerServer-1)
	c.between("channels", p.Channels, townCategories+2, chat.MaxChannelsPerServer)
	c.duration("duration", p.Duration, minWindow)
	return c.err
}

const (
	// canLot is how many evaluations are made between two looks at the clock.
	canLot = 4096
	// canPairs is how many pairs of member and channel are drawn beforehand: more
	// than a cache holds of members, so that memory is as slow as it will be.
	canPairs = 1 << 20
)

type canPair struct {
	user    chat.UserID
	channel chat.ChannelID
}

// Permissions measures chat.Can on one core. Its operations are evaluations of
// random members in random channels; its latencies what all channels of one
// random member cost, as an edge needs them when a session begins.
func Permissions(p PermissionsParams) (*Result, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	w := newTown(townSpec{p.Members, p.Roles, p.Channels}, nil, time.Now())
	st := w.state()
	d := rand.New(rand.NewPCG(1, 2))
	pairs := make([]canPair, canPairs)
	for i := range pairs {
		u, _ := w.member(1 + d.IntN(p.Members-1)) // the owner is too easy
		pairs[i] = canPair{u, w.channels[d.IntN(p.Channels)]}
	}
	runtime.LockOSThread() // one core is one thread
	defer runtime.UnlockOSThread()
	one := measureCan(p.Duration, canLot, func(i int) chat.Permission {
		pair := &pairs[i%canPairs]
		return chat.Can(st, pair.user, pair.channel, w.at).Permissions
	})
	var took histogram
	vector := measureCan(p.Duration, 1, func(i int) (all chat.Permission) {
		u, began := pairs[i%canPairs].user, time.Now()
		for _, ch := range w.channels {
			all |= chat.Can(st, u, ch, w.at).Permissions
		}
		took.record(0, time.Since(began))
		return all
	})
	res := &Result{Workload: "permissions", Unit: "evaluations", Machine: thisMachine(), Extras: map[string]any{}, Params: map[string]any{
		"members": p.Members, "roles": p.Roles, "channels": p.Channels, "duration_s": p.Duration.Seconds(),
	}}
	res.rate(one.ops, one.wall)
	res.latencies(took.summary())
	res.Extras["evaluations_per_cpu_s"] = perSecond(one.ops, one.cpu)
	res.Extras["ns_per_evaluation"] = round(float64(one.wall.Nanoseconds())/float64(one.ops), 1)
	res.Extras["allocations"] = one.mallocs
	res.Extras["allocations_per_evaluation"] = round(float64(one.mallocs)/float64(one.ops), 6)
	res.Extras["all_channels_of_a_member_us"] = round(float64(vector.wall.Microseconds())/float64(vector.ops), 2)
	res.Extras["all_channels_evaluations_per_s"] = perSecond(vector.ops*uint64(p.Channels), vector.wall)
	res.Extras["all_channels_allocations_per_member"] = round(float64(vector.mallocs)/float64(vector.ops), 6)
	res.Extras["some_right_held"] = one.held
	return res, nil
}

// canMeasure is what a measurement found.
type canMeasure struct {
	ops       uint64
	wall, cpu time.Duration
	mallocs   uint64
	held      bool // some right was granted: the evaluations were not for nothing
}

// measureCan calls fn for so long, looking at the clock after each lot.
func measureCan(d time.Duration, lot int, fn func(i int) chat.Permission) (m canMeasure) {
	var before, after runtime.MemStats
	var all chat.Permission
	runtime.GC()
	runtime.ReadMemStats(&before)
	cpu, began := cpuOf(os.Getpid()), time.Now()
	for i := 0; m.wall < d; m.wall = time.Since(began) {
		for range lot {
			all |= fn(i)
			i++
		}
		m.ops = uint64(i)
	}
	if used := since(cpu, cpuOf(os.Getpid())); used != nil {
		m.cpu = *used
	}
	runtime.ReadMemStats(&after)
	m.mallocs, m.held = after.Mallocs-before.Mallocs, all != 0
	return m
}
