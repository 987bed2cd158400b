package edge

import (
	"context"
	"slices"
	"sync"
	"testing"

	"beep/chat"
	"beep/wire"
)

// hookedLog does something before it reads.
type hookedLog struct {
	*fakeLog
	before func(k chat.Key)
}

func (l hookedLog) Read(ctx context.Context, k chat.Key, from, to uint64, fn func(uint64, wire.Commit) error) error {
	l.before(k)
	return l.fakeLog.Read(ctx, k, from, to, fn)
}

// hooked is a house with something said in each channel, where for each log something
// happens when it is first read.
func hooked(t *testing.T, when map[chat.Key][]chat.Event) *world {
	t.Helper()
	var w *world
	var mu sync.Mutex
	w = joinWith(t, newFakeLog(), func(c *Config) {
		c.Log = hookedLog{c.Log.(*fakeLog), func(k chat.Key) {
			mu.Lock()
			events := when[k]
			delete(when, k)
			mu.Unlock()
			if events != nil {
				w.acts(events...)
			}
		}}
	})
	w.furnish()
	w.say(home, hall, "for all")
	w.say(home, attic, "secret")
	return w
}

var (
	hallKey  = chat.ChannelKey(home, hall)
	atticKey = chat.ChannelKey(home, attic)
)

func TestWhatIsRevokedDuringAReplayIsNotSent(t *testing.T) {
	t.Parallel()
	w := hooked(t, map[chat.Key][]chat.Event{
		hallKey: {&chat.MemberRolesChanged{UserID: bob, Removed: []chat.RoleID{staff}}},
	})
	c := w.resume(bob, `{"user":2,"servers":{"2001":10},"channels":{"3001":0,"3002":0}}`)
	c.closed(4000)
	c = w.resume(bob, `{"user":2,"servers":{"2001":10},"channels":{"3001":0,"3002":0}}`)
	frames := c.resumed()
	if len(frames) != 2 || !slices.Equal(frames[0].Hide, []chat.ChannelID{attic}) || frames[1].C != hall {
		t.Fatalf("frames: %+v", frames)
	}
	w.log.tip(chat.ServerKey(home))
	c.event("member_roles_changed", houseNumber+1)
	c.nothing()
}

// TestAChannelHiddenAndShownAgainDuringAReplayLeavesNoGap hides a channel when the
// replay comes to one log and shows it again when it comes to the next, so that the hub
// hears of both at once. Whatever the replay made of it, the client ends up with all.
func TestAChannelHiddenAndShownAgainDuringAReplayLeavesNoGap(t *testing.T) {
	t.Parallel()
	hide := []chat.Event{&chat.OverrideSet{Override: override(hall, chat.EveryoneRole(home), 0, chat.ViewChannels)}}
	show := []chat.Event{&chat.OverrideRemoved{Override: override(hall, chat.EveryoneRole(home), 0, 0)}}
	own := chat.ServerKey(home)
	rename := &chat.ChannelUpdated{ID: hall, ChannelSettings: chat.ChannelSettings{Name: "parlour"}}
	for name, c := range map[string]struct {
		when      map[chat.Key][]chat.Event
		first     chat.Event
		positions string
	}{
		"named":             {map[chat.Key][]chat.Event{hallKey: hide, atticKey: show}, rename, `{"3001":0,"3002":0}`},
		"unnamed":           {map[chat.Key][]chat.Event{own: hide, atticKey: show}, &chat.ServerUpdated{}, `{"3002":0}`},
		"amid the server's": {map[chat.Key][]chat.Event{own: hide, atticKey: show}, rename, `{"3001":1,"3002":0}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := hooked(t, c.when)
			w.log.add(own, boss, c.first)
			c := w.resume(bob, `{"user":2,"servers":{"2001":10},"channels":`+c.positions+`}`)
			c.closed(4000)
			w.acts(show...)
			c = w.resume(bob, `{"user":2,"servers":{"2001":10},"channels":{"3001":0,"3002":0}}`)
			var said, changed bool
			for _, f := range c.resumed() {
				said = said || f.C == hall && f.N == 1
				changed = changed || f.S == home && f.C == 0 && f.N == houseNumber+1 && f.E != "hidden"
			}
			if !said || !changed {
				t.Fatalf("said %v, changed %v", said, changed)
			}
		})
	}
}

func TestAClientCutBetweenAnEventAndItsViewIsToldWhenItResumes(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, cold func()) {
		// Of bob's rights in the attic one goes and comes again, so that nothing differs there.
		mute := &chat.OverrideSet{Override: override(attic, staff, chat.ViewChannels, chat.SendMessages)}
		open := &chat.OverrideSet{Override: override(attic, staff, chat.ViewChannels, 0)}
		w.log.add(chat.ServerKey(home), boss, mute, open,
			&chat.OverrideSet{Override: override(hall, staff, 0, chat.SendMessages)},
			&chat.RoleUpdated{ID: chat.EveryoneRole(home), RoleSettings: chat.RoleSettings{
				Name: "everyone", Permissions: chat.Rights(chat.ViewChannels | chat.SendMessages),
			}})
		cold()
		// He was told the records but not what they mean for him.
		c := w.resume(bob, `{"user":2,"servers":{"2001":14},"channels":{"3001":1,"3002":0}}`)
		frames := c.resumed()
		if len(frames) != 1 {
			t.Fatalf("frames: %+v", frames)
		}
		f := frames[0]
		if f.Op != "view" || !f.Whole || !slices.Equal(f.Permissions, []string{"view_channels", "send_messages"}) ||
			!slices.Equal(f.Member.Roles, []chat.RoleID{staff}) || len(f.Show)+len(f.Hide) != 0 {
			t.Fatalf("got %s", f.raw)
		}
		if len(f.Rights) != 1 || f.Rights[0].ID != hall || !slices.Equal(f.Rights[0].Rights, []string{"view_channels"}) {
			t.Fatalf("got %s", f.raw)
		}
	})
}

func TestAResumeTellsTheRightsInAChannelThatWasCreated(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, cold func()) {
		const desk chat.ChannelID = 3003
		w.log.add(chat.ServerKey(home), boss, &chat.ChannelCreated{
			ID: desk, ServerID: home, Name: "desk", Type: chat.TextChannel,
			Overrides: []chat.Override{override(desk, chat.EveryoneRole(home), 0, chat.DefaultEveryone&^chat.ViewChannels)},
		})
		cold()
		c := w.resume(ada, `{"user":2,"servers":{"2001":10},"channels":{"3001":1}}`)
		frames := c.resumed()
		if len(frames) != 2 || frames[0].E != "channel_created" {
			t.Fatalf("frames: %+v", frames)
		}
		f := frames[1]
		if len(f.Show) != 0 || len(f.Rights) != 1 || f.Rights[0].ID != desk || !slices.Equal(f.Rights[0].Rights, []string{"view_channels"}) {
			t.Fatalf("got %s", f.raw)
		}
	})
}
