package edge

import (
	"slices"
	"testing"

	"beep/chat"
)

// resumed collects the frames of a resume up to its end.
func (c *client) resumed() (frames []frame) {
	c.t.Helper()
	for {
		f, err := c.next()
		if err != nil {
			c.t.Fatal(err)
		}
		if f.Op == "resumed" {
			return frames
		}
		if f.Op != "presence" {
			frames = append(frames, f)
		}
	}
}

// both runs a test of resuming by the hub's memory and by the log.
func both(t *testing.T, run func(t *testing.T, w *world, cold func())) {
	for name, cold := range map[string]bool{"memory": false, "log": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := house(t)
			keeper, _ := w.identify(boss) // of the hub
			run(t, w, func() {
				// The keeper has heard all there is, so the hub has.
				n := w.say(home, hall, "that was all")
				for {
					f, err := keeper.next()
					if err != nil {
						t.Fatal(err)
					}
					if f.C == hall && f.N == n {
						break
					}
				}
				if cold {
					w.g.worker(uint64(home)).do(func(wk *worker) { wk.hubs[uint64(home)].ring = ring{} })
				}
			})
		})
	}
}

func TestAResumeAfterARevocationHidesAndSaysSo(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, cold func()) {
		w.say(home, attic, "seen")
		w.log.add(chat.ServerKey(home), boss, &chat.MemberRolesChanged{UserID: bob, Removed: []chat.RoleID{staff}})
		w.say(home, attic, "secret")
		w.log.add(chat.ServerKey(home), boss, &chat.ChannelUpdated{ID: attic, ChannelSettings: chat.ChannelSettings{Name: "secret"}})
		cold()
		c := w.resume(bob, `{"user":2,"servers":{"2001":10},"channels":{"3001":0,"3002":1}}`)
		frames := c.resumed()
		if len(frames) != 4 {
			t.Fatalf("frames: %+v", frames)
		}
		if f := frames[0]; f.E != "member_roles_changed" || f.N != houseNumber+1 {
			t.Fatalf("got %s", f.raw)
		}
		if f := frames[1]; f.E != "hidden" || f.N != houseNumber+2 {
			t.Fatalf("got %s", f.raw)
		}
		f := frames[2]
		if f.Op != "view" || !slices.Equal(f.Hide, []chat.ChannelID{attic}) || f.Member == nil || len(f.Member.Roles) != 0 || len(f.Show) != 0 {
			t.Fatalf("got %s", f.raw)
		}
		if f := frames[3]; f.C != hall {
			t.Fatalf("got %s", f.raw)
		}
		c.nothing()
	})
}

func TestAResumeAfterAGrantShows(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, cold func()) {
		w.say(home, attic, "one")
		w.gives(ada, staff)
		w.say(home, attic, "two")
		cold()
		c := w.resume(ada, `{"user":2,"servers":{"2001":10},"channels":{"3001":1}}`)
		frames := c.resumed()
		if len(frames) != 2 || frames[0].N != houseNumber+1 {
			t.Fatalf("frames: %+v", frames)
		}
		f := frames[1]
		if f.Op != "view" || len(f.Show) != 1 || f.Show[0].ID != attic || f.Show[0].N != 2 || len(f.Hide) != 0 ||
			!slices.Equal(f.Member.Roles, []chat.RoleID{staff}) {
			t.Fatalf("got %s", f.raw)
		}
		w.say(home, attic, "three")
		if f := c.event("message_sent", 3); f.C != attic {
			t.Fatalf("got %s", f.raw)
		}
	})
}

func TestAResumeAfterAChannelWasDeletedForgetsIt(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, cold func()) {
		w.say(home, attic, "one")
		w.log.add(chat.ServerKey(home), boss, &chat.ChannelDeleted{ID: attic, Name: "attic"})
		cold()
		for u, knew := range map[chat.UserID]bool{ada: false, bob: true} {
			channels := `{"3001":1}`
			if knew {
				channels = `{"3001":1,"3002":1}`
			}
			c := w.resume(u, `{"user":2,"servers":{"2001":10},"channels":`+channels+`}`)
			frames := c.resumed()
			if f := frames[0]; f.E != "hidden" || f.N != houseNumber+1 {
				t.Fatalf("got %s", f.raw)
			}
			if f := frames[1]; f.Op != "view" || slices.Contains(f.Hide, attic) != knew {
				t.Fatalf("got %s", f.raw)
			}
		}
	})
}

func TestABannedClientThatResumesFindsTheServerGone(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, cold func()) {
		w.log.add(chat.ServerKey(home), boss, &chat.MemberBanned{UserID: ada})
		cold()
		c := w.resume(ada, `{"user":2,"servers":{"2001":10},"channels":{"3001":0}}`)
		if frames := c.resumed(); len(frames) != 1 || frames[0].Op != "server_gone" || frames[0].S != home {
			t.Fatalf("frames: %+v", frames)
		}
		c.nothing()
	})
}
