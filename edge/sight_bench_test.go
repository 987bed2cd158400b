package edge

import (
	"bufio"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"testing"

	"beep/chat"
	"beep/tenant"
)

// Sizes of the benchmarks: issue B's big server, as far as one edge sees it.
const (
	bigChannels = 200
	bigRoles    = 50
)

// bigServer has channels, roles with overrides, and members with three roles each.
func bigServer(members int) *chat.Server {
	rng := rand.New(rand.NewPCG(3, 5)) //nolint:gosec // the same server each time
	st := chat.NewServer()
	add := func(e chat.Event) { st.Apply(chat.Record{Number: st.Number + 1, Event: e}) }
	for _, e := range bigEvents(rng, members) {
		add(e)
	}
	return st
}

func bigEvents(rng *rand.Rand, members int) (events []chat.Event) {
	add := func(e chat.Event) { events = append(events, e) }
	add(&chat.ServerCreated{ID: home, Name: "Big", Visibility: chat.Public, OwnerID: boss, Everyone: chat.DefaultEveryone})
	for i := range bigRoles {
		add(&chat.RoleCreated{ID: chat.RoleID(4100 + i), Position: 1, RoleSettings: chat.RoleSettings{Name: "r"}})
	}
	for i := range bigChannels {
		id := chat.ChannelID(7000 + i)
		c := &chat.ChannelCreated{ID: id, ServerID: home, Name: "c", Type: chat.TextChannel, Position: i}
		if i > 0 && i%2 == 0 { // the first is for all
			r := chat.RoleID(4100 + rng.IntN(bigRoles))
			c.Overrides = []chat.Override{
				override(id, chat.EveryoneRole(home), 0, chat.ViewChannels), override(id, r, chat.ViewChannels, 0),
			}
		}
		add(c)
	}
	for i := range members {
		u := chat.UserID(10_000 + i)
		add(&chat.MemberJoined{UserID: u, Username: "u"})
		e := &chat.MemberRolesChanged{UserID: u}
		for range 3 {
			e.Added = append(e.Added, chat.RoleID(4100+rng.IntN(bigRoles)))
		}
		add(e)
	}
	return events
}

// BenchmarkRateAll prints what it takes to evaluate 1,000 members with nearly as many
// sets of roles in 200 channels.
func BenchmarkRateAll(b *testing.B) {
	const members = 1000
	st := bigServer(members)
	b.ResetTimer()
	for range b.N {
		var r ratings
		r.begin(st, st.Number)
		for i := range members {
			if r.vector(chat.UserID(10_000+i)) == nil {
				b.Fatal("not a member")
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/server")
}

// BenchmarkResumeView prints how large the view frame of a resume is in a server with
// 200 channels, by how many of them have rights of their own, and what making it takes.
// For comparison, the server's card in ready.
func BenchmarkResumeView(b *testing.B) {
	for _, differing := range []int{0, bigChannels / 10, bigChannels} {
		b.Run(strconv.Itoa(differing), func(b *testing.B) {
			st := bigServer(1)
			for i := range differing {
				id := chat.ChannelID(7000 + i)
				st.Apply(chat.Record{Number: st.Number + 1, Event: &chat.OverrideSet{
					Override: override(id, chat.EveryoneRole(home), chat.ViewChannels, chat.SendMessages),
				}})
			}
			const u chat.UserID = 10_000
			h := &hub{key: chat.ServerKey(home), server: *st, srv: &tenant.Server{}}
			h.rights.begin(st, st.Number)
			v := h.rights.vector(u)
			card := len(h.appendServer(nil, u, v, map[chat.ChannelID]chat.ReadPosition{}))
			size := 0
			b.ResetTimer()
			for range b.N {
				size = len(h.answerView(u, v))
			}
			b.ReportMetric(float64(size), "B/view")
			b.ReportMetric(float64(card), "B/card")
		})
	}
}

// BenchmarkRoleChange prints how long it takes until 1,000 sessions in a server with
// 200 channels and 50 roles have been told a change that touches them all.
func BenchmarkRoleChange(b *testing.B) {
	const sessions = 1000
	w := setup(b)
	w.log.add(chat.ServerKey(home), boss, bigEvents(rand.New(rand.NewPCG(3, 5)), sessions)...) //nolint:gosec // the same server each time
	var conns []net.Conn
	var readers sync.WaitGroup
	told := make(chan struct{}, sessions)
	for i := range sessions {
		u := chat.UserID(10_000 + i)
		w.log.add(chat.UserKey(u), u, &chat.UserRegistered{ID: u, Username: "u"}, &chat.ServerJoined{ServerID: home})
		nc, br := rawDial(b, w.url)
		rawRead(b, br)
		rawSend(b, nc, `{"op":"identify","token":"u`+u.String()+`"}`)
		rawRead(b, br)
		conns = append(conns, nc)
		readers.Go(func() { countViews(br, told) })
	}
	b.Cleanup(func() {
		for _, nc := range conns {
			_ = nc.Close()
		}
		readers.Wait()
	})
	b.ResetTimer()
	for i := range b.N {
		p := chat.DefaultEveryone
		if i%2 == 0 {
			p &^= chat.AddReactions
		}
		w.log.add(chat.ServerKey(home), boss, &chat.RoleUpdated{
			ID: chat.EveryoneRole(home), RoleSettings: chat.RoleSettings{Name: "everyone", Permissions: chat.Rights(p)},
		})
		for range sessions {
			<-told
		}
	}
	b.StopTimer()
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/change")
	if n := w.g.Stats().Sessions; n != sessions {
		b.Fatalf("%d of %d sessions are left", n, sessions)
	}
}

// countViews reads messages and says when one begins as a view frame does.
func countViews(br *bufio.Reader, told chan<- struct{}) {
	const begin = `{"op":"view"`
	for {
		n, err := messageSize(br)
		if err != nil {
			return
		}
		head, err := br.Peek(min(n, len(begin)))
		if err != nil {
			return
		}
		if string(head) == begin {
			told <- struct{}{}
		}
		if _, err := io.CopyN(io.Discard, br, int64(n)); err != nil {
			return
		}
	}
}
