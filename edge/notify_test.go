package edge

import (
	"slices"
	"strings"
	"testing"
	"time"

	"beep/chat"
	"beep/wire"
)

// mentions sends a message by boss that mentions.
func (w *world) mentions(ch chat.ChannelID, m chat.Mentions) uint64 {
	return w.log.add(chat.ChannelKey(home, ch), boss, &chat.MessageSent{
		ID: 6, ChannelID: ch, Type: chat.PlainMessage, Content: "x", Mentions: m,
	})
}

// level sets what a user wants to hear and waits until his session has been told.
func (w *world) level(c *client, u chat.UserID, ch chat.ChannelID, l chat.NotificationLevel) {
	w.t.Helper()
	n := w.log.add(chat.UserKey(u), u, &chat.NotificationLevelSet{ServerID: home, ChannelID: ch, Level: l})
	c.event("notification_level_set", n)
	w.until("levels are known", func() bool {
		done := make(chan bool, 1)
		w.g.worker(uint64(home)).do(func(wk *worker) {
			h := wk.hubs[uint64(home)]
			ok := true
			for s := range h.seats {
				if _, listens := h.listeners[s]; s.who() == u && listens != s.prefs.Load().listens(home) {
					ok = false
				}
			}
			done <- ok
		})
		return <-done
	})
}

func (c *client) notified(kind string, loud bool, n uint64) {
	c.t.Helper()
	if f := c.expect("notification"); f.Kind != kind || f.Loud != loud || f.N != n {
		c.t.Fatalf("got %s", f.raw)
	}
}

func TestNotificationsFollowTheLevels(t *testing.T) {
	t.Parallel()
	w := house(t)
	a, _ := w.identify(ada)
	b, _ := w.identify(bob)
	o, _ := w.identify(boss)
	sent := func(n uint64) {
		t.Helper()
		for _, c := range []*client{a, b, o} {
			c.event("message_sent", n)
		}
	}
	n := w.mentions(hall, chat.Mentions{Users: []chat.UserID{ada, boss}})
	sent(n)
	a.notified("mention", true, n)
	n = w.mentions(hall, chat.Mentions{Roles: []chat.RoleID{staff}})
	sent(n)
	b.notified("mention", true, n)
	n = w.mentions(hall, chat.Mentions{Everyone: true})
	sent(n)
	a.notified("mention", true, n)
	b.notified("mention", true, n)

	w.level(a, ada, 0, chat.NotifyAll)
	w.level(b, bob, hall, chat.NotifyNothing)
	n = w.say(home, hall, "plain")
	sent(n)
	a.notified("message", false, n)
	n = w.mentions(hall, chat.Mentions{Everyone: true})
	sent(n)
	a.notified("mention", true, n)
	n = w.log.add(chat.ChannelKey(home, hall), ada, &chat.MessageSent{ID: 7, ChannelID: hall, Type: chat.PlainMessage, Content: "mine"})
	sent(n)

	w.level(a, ada, hall, chat.NotifyMentions)
	n = w.say(home, hall, "plain")
	sent(n)
	until := w.clock.Now().Add(time.Hour).UnixMilli()
	a.event("notifications_snoozed", w.log.add(chat.UserKey(ada), ada, &chat.NotificationsSnoozed{Until: until}))
	n = w.mentions(hall, chat.Mentions{Users: []chat.UserID{ada}})
	sent(n)
	w.log.add(chat.UserKey(ada), ada, &chat.RelationChanged{UserID: bob, Username: "bob", State: chat.RequestReceived})
	a.expect("event")
	w.clock.advance(2 * time.Hour)
	n = w.mentions(hall, chat.Mentions{Users: []chat.UserID{ada}})
	sent(n)
	a.notified("mention", true, n)
	for _, c := range []*client{a, b, o} {
		c.nothing()
	}
}

func TestNobodyIsNotifiedOfWhatHeMayNotSeeOrOfWhomHeHasBlocked(t *testing.T) {
	t.Parallel()
	w := house(t)
	w.log.add(chat.UserKey(ada), ada, &chat.NotificationLevelSet{ServerID: home, Level: chat.NotifyAll})
	w.log.add(chat.UserKey(bob), bob, &chat.RelationChanged{UserID: boss, Username: "boss", State: chat.Blocked})
	a, ra := w.identify(ada)
	b, _ := w.identify(bob)
	if !strings.Contains(ra.raw, `"notifications":{"snoozed":0,"levels":[{"server_id":"2001","level":"all"}]}`) {
		t.Fatalf("ready: %s", ra.raw)
	}
	n := w.mentions(attic, chat.Mentions{Everyone: true, Users: []chat.UserID{ada}})
	b.event("message_sent", n)
	b.nothing()
	a.nothing()
}

func TestWhoDoesNotWantNotificationsGetsNone(t *testing.T) {
	t.Parallel()
	w := house(t)
	c := w.dial()
	c.expect("hello")
	c.send(`{"op":"identify","token":"u1001","intents":["messages"]}`)
	c.expect("ready")
	n := w.mentions(hall, chat.Mentions{Everyone: true})
	c.event("message_sent", n)
	c.nothing()
}

func TestFriendRequestsAndInvitationsNotify(t *testing.T) {
	t.Parallel()
	w := small(t)
	a, _ := w.identify(ada)
	n := w.log.add(chat.UserKey(ada), 0, &chat.RelationChanged{UserID: bob, Username: "bob", State: chat.RequestReceived})
	a.event("relation_changed", n)
	if f := a.expect("notification"); f.Kind != "friend_request" || !f.Loud || f.By != bob {
		t.Fatalf("got %s", f.raw)
	}
	n = w.log.add(chat.UserKey(ada), 0, &chat.ServerInvited{ServerID: other, Name: "Other", By: bob, Username: "bob", Code: "abc"})
	a.event("server_invited", n)
	if f := a.expect("notification"); f.Kind != "server_invitation" || !f.Loud || f.S != other || f.By != bob {
		t.Fatalf("got %s", f.raw)
	}
	_, r := w.identify(ada)
	for _, part := range []string{
		`"relations":[{"user_id":"1002","username":"bob","state":"request_received","since":1763675464000}]`,
		`"invitations":[{"server_id":"2002","name":"Other","by":"1002","username":"bob","code":"abc"`,
	} {
		if !strings.Contains(r.raw, part) {
			t.Fatalf("ready: %s", r.raw)
		}
	}
}

// The conversation of ada and bob.
const (
	pair     chat.ServerID  = 5001
	pairTalk chat.ChannelID = 5002
)

// befriends makes a conversation of ada and bob in its own log.
func (w *world) befriends() {
	w.log.add(chat.ServerKey(pair), 0,
		&chat.ServerCreated{ID: pair, Kind: chat.DirectOfTwo, OwnerID: ada, Visibility: chat.Private},
		&chat.ChannelCreated{ID: pairTalk, ServerID: pair, Type: chat.DirectChannel},
		&chat.MemberJoined{UserID: ada, Username: "ada"}, &chat.MemberJoined{UserID: bob, Username: "bob"})
}

func TestADirectConversationIsFollowedLikeAServer(t *testing.T) {
	t.Parallel()
	w := small(t)
	a, _ := w.identify(ada)
	w.befriends()
	for _, u := range []chat.UserID{ada, bob} {
		w.log.add(chat.UserKey(u), 0, &chat.DirectJoined{ServerID: pair, ChannelID: pairTalk, UserID: ada + bob - u})
	}
	shown := func(s serverJSON) {
		t.Helper()
		if s.ID != pair || s.Kind != "direct" || len(s.Roles) != 0 || len(s.Channels) != 1 || s.Channels[0].ServerID != nil ||
			!slices.Equal(s.Recipients, []chat.Recipient{{UserID: ada, Username: "ada"}, {UserID: bob, Username: "bob"}}) {
			t.Fatalf("conversation: %+v", s)
		}
	}
	// Two hubs tell the one and the other.
	pick := func(event, op string) (other frame) {
		t.Helper()
		for range 2 {
			f, err := a.next()
			if err != nil || f.Op != op && f.E != event {
				t.Fatalf("got %s %v", f.raw, err)
			}
			if f.Op == op {
				other = f
			}
		}
		return other
	}
	shown(pick("direct_joined", "server").Server)
	b, r := w.identify(bob)
	if len(r.Servers) != 2 {
		t.Fatalf("ready: %s", r.raw)
	}
	shown(r.Servers[1])
	if !strings.Contains(r.raw, `"server_id":null`) {
		t.Fatalf("ready: %s", r.raw)
	}
	n := w.log.add(chat.ChannelKey(pair, pairTalk), bob, &chat.MessageSent{ID: 7, ChannelID: pairTalk, Type: chat.PlainMessage, Content: "hi"})
	b.event("message_sent", n)
	a.event("message_sent", n)
	a.notified("direct", true, n)
	b.nothing()
	w.log.add(chat.UserKey(ada), 0, &chat.DirectLeft{ServerID: pair})
	if f := pick("direct_left", "server_gone"); f.S != pair {
		t.Fatalf("got %s", f.raw)
	}
}

func TestWhatTheKeeperOfAPairDecidesIsHidden(t *testing.T) {
	t.Parallel()
	w := small(t)
	a, _ := w.identify(ada)
	w.log.add(chat.UserKey(ada), 0, &chat.PairDecided{UserID: bob, Pair: chat.Pair{Username: "bob", ByOther: true}})
	a.hidden(3)
	a.nothing()
	for range 2 { // by the hub's memory, then by the log
		c := w.resume(ada, positions(2, 4, 0))
		c.hidden(3)
		c.expect("resumed")
		w.g.worker(uint64(ada)).do(func(wk *worker) { wk.hubs[uint64(ada)].ring = ring{} })
	}
}

func TestAnErasedRecordKeepsItsNumber(t *testing.T) {
	t.Parallel()
	w := small(t)
	w.say(home, hall, "one")
	w.say(home, hall, "two")
	key := chat.ChannelKey(home, hall)
	w.log.mu.Lock()
	w.log.commits[key][0].Records = []wire.Record{{Number: 1, Err: wire.ErrErased}}
	w.log.mu.Unlock()
	c := w.resume(ada, positions(2, 4, 0))
	c.event("erased", 1)
	c.event("message_sent", 2)
	c.expect("resumed")
}

func TestAMembershipTheServerDoesNotKnowIsLookedInto(t *testing.T) {
	t.Parallel()
	w := small(t)
	w.server(other, "Other", attic)
	w.log.add(chat.UserKey(ada), ada, &chat.ServerJoined{ServerID: other})
	w.identify(ada)
	w.log.mu.Lock()
	defer w.log.mu.Unlock()
	if len(w.log.doubts) != 1 || w.log.doubts[0] != (chat.ReadPosition{ServerID: other, Seq: uint64(ada)}) {
		t.Fatalf("doubts: %+v", w.log.doubts)
	}
}
