package edge

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"beep/chat"
	"beep/tenant"
)

// viewer is what a client knows of home by its frames alone: PROTOCOL.md's rules.
type viewer struct {
	c        *client
	u        chat.UserID
	own      uint64
	here     bool
	channels map[chat.ChannelID]uint64
}

func (v *viewer) takeServer(s serverJSON) {
	v.here, v.own = true, s.N
	v.channels = map[chat.ChannelID]uint64{}
	for _, ch := range s.Channels {
		v.channels[ch.ID] = ch.N
	}
}

// take folds a frame; it says what is wrong with it.
func (v *viewer) take(f frame) error {
	switch {
	case f.Op == "event" && f.U != 0, f.Op == "presence", f.Op == "reply", f.Op == "member_gone":
	case f.Op == "server":
		v.takeServer(f.Server)
	case f.Op == "server_gone":
		v.here, v.channels = false, map[chat.ChannelID]uint64{}
	case f.Op == "view":
		for _, ch := range f.Show {
			if _, ok := v.channels[ch.ID]; ok {
				return fmt.Errorf("%d is shown %s again", v.u, ch.ID)
			}
			v.channels[ch.ID] = ch.N
		}
		for _, id := range f.Hide {
			delete(v.channels, id)
		}
	case f.Op == "event" && f.C != 0:
		if at, ok := v.channels[f.C]; f.N != at+1 || !v.here {
			return fmt.Errorf("%d is at %d (knows it: %v), got %s", v.u, at, ok, f.raw)
		}
		v.channels[f.C] = f.N
	case f.Op == "event":
		if f.N != v.own+1 || !v.here {
			return fmt.Errorf("%d is at %d, got %s", v.u, v.own, f.raw)
		}
		v.own = f.N
		v.takeOwn(f)
	default:
		return fmt.Errorf("unexpected: %s", f.raw)
	}
	return nil
}

func (v *viewer) takeOwn(f frame) {
	switch f.E {
	case "channel_created":
		var id chat.ChannelID
		_ = id.UnmarshalText([]byte(between(f.raw, `"d":{"id":"`)))
		if _, ok := v.channels[id]; !ok {
			v.channels[id] = 0
		}
	case "channel_deleted":
		var id chat.ChannelID
		_ = id.UnmarshalText([]byte(between(f.raw, `"d":{"id":"`)))
		delete(v.channels, id)
	}
}

// between is what stands after a mark up to the next quote.
func between(s, mark string) string {
	for i := 0; i+len(mark) <= len(s); i++ {
		if s[i:i+len(mark)] == mark {
			s = s[i+len(mark):]
			for j := range s {
				if s[j] == '"' {
					return s[:j]
				}
			}
		}
	}
	return ""
}

// TestWhatClientsKnowIsWhatTheyMaySee does random things to roles, overrides, members
// and channels while the feeds are late and lossy. Every client must end up knowing
// exactly the channels that chat.Can shows it, without a gap in any log.
func TestWhatClientsKnowIsWhatTheyMaySee(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			shuffle(t, rand.New(rand.NewPCG(seed, 7))) //nolint:gosec // a test wants the same numbers each time
		})
	}
}

const shuffled = 6 // users

func shuffle(t *testing.T, rng *rand.Rand) {
	w := house(t)
	var viewers []*viewer
	for i := range shuffled {
		u := chat.UserID(1100 + i)
		w.user(u, "u", home)
	}
	for i := range shuffled {
		v := &viewer{u: chat.UserID(1100 + i)}
		c, r := w.identify(v.u)
		v.c = c
		v.takeServer(r.Servers[0])
		viewers = append(viewers, v)
	}
	channels := []chat.ChannelID{hall, attic}
	for step := range 150 {
		ev := w.chance(rng, &channels, step)
		switch {
		case ev == nil:
			ch := channels[rng.IntN(len(channels))]
			if rng.IntN(8) == 0 {
				w.log.losing(func(LiveMessage) bool { return true })
			}
			w.say(home, ch, "x")
			w.log.losing(nil)
		case rng.IntN(2) == 0:
			w.acts(ev)
			if rng.IntN(2) == 0 {
				w.log.tip(chat.ServerKey(home))
			}
		default:
			w.log.add(chat.ServerKey(home), boss, ev)
		}
	}
	for _, ch := range channels {
		w.log.tip(chat.ChannelKey(home, ch))
	}
	last := w.log.add(chat.ServerKey(home), boss, &chat.ServerUpdated{})
	w.compare(viewers, last)
}

// chance is something that happens to the server; nil stands for a message.
func (w *world) chance(rng *rand.Rand, channels *[]chat.ChannelID, step int) chat.Event {
	u := chat.UserID(1100 + rng.IntN(shuffled))
	ch := (*channels)[rng.IntN(len(*channels))]
	r := []chat.RoleID{chat.EveryoneRole(home), staff}[rng.IntN(2)]
	switch rng.IntN(13) {
	case 0:
		return &chat.MemberRolesChanged{UserID: u, Added: []chat.RoleID{staff}}
	case 1:
		return &chat.MemberRolesChanged{UserID: u, Removed: []chat.RoleID{staff}}
	case 2, 3:
		return &chat.OverrideSet{Override: override(ch, r, chat.ViewChannels, 0)}
	case 4, 5:
		return &chat.OverrideSet{Override: override(ch, r, 0, chat.ViewChannels)}
	case 6:
		return &chat.OverrideRemoved{Override: override(ch, r, 0, 0)}
	case 7:
		return &chat.OverrideSet{Override: chat.Override{ID: uint64(u), ChannelID: ch, MemberID: u, Allow: chat.Rights(chat.ViewChannels)}}
	case 8:
		id := chat.ChannelID(6000 + step)
		*channels = append(*channels, id)
		return &chat.ChannelCreated{ID: id, ServerID: home, Name: "c", Type: chat.TextChannel}
	case 9:
		if len(*channels) < 3 || ch == hall {
			return nil
		}
		*channels = slices.DeleteFunc(*channels, func(c chat.ChannelID) bool { return c == ch })
		return &chat.ChannelDeleted{ID: ch, Name: "c"}
	case 10:
		p := chat.DefaultEveryone
		if rng.IntN(3) == 0 {
			p &^= chat.ViewChannels
		}
		return &chat.RoleUpdated{ID: chat.EveryoneRole(home), RoleSettings: chat.RoleSettings{Name: "everyone", Permissions: chat.Rights(p)}}
	}
	return nil
}

// compare reads what the viewers are told up to the server's record last and beyond,
// until each knows what the copy says.
func (w *world) compare(viewers []*viewer, last uint64) {
	w.t.Helper()
	srv, err := w.g.cfg.Tenants.Acquire(w.t.Context(), home)
	if err != nil {
		w.t.Fatal(err)
	}
	defer srv.Release()
	for _, v := range viewers {
		next := func() frame {
			f, err := v.c.next()
			if err != nil {
				w.t.Fatalf("%d knows %v at %d: %v", v.u, v.channels, v.own, err)
			}
			if err := v.take(f); err != nil {
				w.t.Fatal(err)
			}
			return f
		}
		for v.own < last || !w.agrees(srv, v) {
			next()
		}
		v.c.send(`{"op":"request","ref":1,"m":"echo"}`)
		for replied := false; !replied; {
			replied = next().Op == "reply"
		}
		if !w.agrees(srv, v) {
			w.t.Fatalf("%d knows %v in the end", v.u, v.channels)
		}
	}
}

func (w *world) agrees(srv *tenant.Server, v *viewer) bool {
	ok := true
	srv.Read(func(st *chat.Server) {
		seen := 0
		for i := range st.Channels {
			id := st.Channels[i].ID
			if !chat.CanSee(st, v.u, id) {
				continue
			}
			seen++
			at, knows := v.channels[id]
			w.log.mu.Lock()
			ok = ok && knows && at == w.log.headLocked(chat.ChannelKey(home, id))
			w.log.mu.Unlock()
		}
		ok = ok && seen == len(v.channels)
	})
	return ok
}
