package edge

import (
	"slices"
	"strings"
	"testing"

	"beep/chat"
	"beep/subjects"
	"beep/wire"
)

// Roles of the tests, besides everyone.
const (
	staff  chat.RoleID = 4001
	guards chat.RoleID = 4002
	boss   chat.UserID = 9 // who owns every server that world.server makes
)

// role makes a role with these rights.
func (w *world) role(s chat.ServerID, id chat.RoleID, p chat.Permission) {
	w.log.add(chat.ServerKey(s), boss, &chat.RoleCreated{ID: id, Position: 1, RoleSettings: chat.RoleSettings{
		Name: "r" + id.String(), Permissions: chat.Rights(p),
	}})
}

// gives gives a member a role.
func (w *world) gives(u chat.UserID, r chat.RoleID) {
	w.log.add(chat.ServerKey(home), boss, &chat.MemberRolesChanged{UserID: u, Added: []chat.RoleID{r}})
}

// override is one of a role in a channel.
func override(ch chat.ChannelID, r chat.RoleID, allow, deny chat.Permission) chat.Override {
	return chat.Override{ID: uint64(r), ChannelID: ch, RoleID: r, Allow: chat.Rights(allow), Deny: chat.Rights(deny)}
}

// hides makes a channel one that only staff see.
func (w *world) hides(s chat.ServerID, ch chat.ChannelID) uint64 {
	w.log.add(chat.ServerKey(s), boss, &chat.OverrideSet{Override: override(ch, staff, chat.ViewChannels, 0)})
	return w.log.add(chat.ServerKey(s), boss, &chat.OverrideSet{
		Override: override(ch, chat.EveryoneRole(s), 0, chat.ViewChannels),
	})
}

// acts does something in a server of which only this node's copy hears, as if its
// actor had answered and the live message were late.
func (w *world) acts(events ...chat.Event) {
	w.t.Helper()
	w.log.losing(func(m LiveMessage) bool { return m.Key == chat.ServerKey(home) })
	w.log.add(chat.ServerKey(home), boss, events...)
	w.log.losing(nil)
	w.log.mu.Lock()
	commits := w.log.commits[chat.ServerKey(home)]
	c := commits[len(commits)-1]
	w.log.mu.Unlock()
	recs := make([]chat.Record, len(c.Records))
	for i := range c.Records {
		rec, err := wire.DecodeEvent(&c.Records[i])
		if err != nil {
			w.t.Fatal(err)
		}
		recs[i] = rec
	}
	w.g.cfg.Tenants.Advance(home, recs)
}

// house is home with hall for all and attic for staff, whom bob belongs to. Its
// server's log has houseNumber records.
func house(t testing.TB) *world {
	w := setup(t)
	w.furnish()
	return w
}

// furnish makes the house.
func (w *world) furnish() {
	w.server(home, "Home", hall, attic)
	w.role(home, staff, 0)
	w.user(boss, "boss", home)
	w.user(ada, "ada", home)
	w.user(bob, "bob", home)
	w.hides(home, attic)
	w.gives(bob, staff)
}

const houseNumber = 10

// nothing makes sure that the client is told nothing: the reply to a request is
// what comes next.
func (c *client) nothing() {
	c.t.Helper()
	c.send(`{"op":"request","ref":77,"m":"echo","d":{}}`)
	if f := c.expect("reply"); f.Ref != 77 {
		c.t.Fatalf("got %+v", f)
	}
}

// hidden takes the next frame, which must stand for a record the client may not see.
func (c *client) hidden(n uint64) {
	c.t.Helper()
	f := c.event("hidden", n)
	if len(f.D) != 0 || f.By != 0 {
		c.t.Fatalf("hidden says too much: %s", f.raw)
	}
}

func channelIDs(list []channelJSON) []chat.ChannelID {
	var ids []chat.ChannelID
	for _, c := range list {
		ids = append(ids, c.ID)
	}
	return ids
}

func TestAHiddenChannelLeaksInNoFrame(t *testing.T) {
	t.Parallel()
	w := house(t)
	w.say(home, attic, "before")
	a, ra := w.identify(ada)
	b, rb := w.identify(bob)
	if ids := channelIDs(ra.Servers[0].Channels); !slices.Equal(ids, []chat.ChannelID{hall}) {
		t.Fatalf("ada's channels: %v", ids)
	}
	if ids := channelIDs(rb.Servers[0].Channels); !slices.Equal(ids, []chat.ChannelID{hall, attic}) {
		t.Fatalf("bob's channels: %v", ids)
	}
	if !slices.Equal(rb.Servers[0].Member.Roles, []chat.RoleID{staff}) {
		t.Fatalf("bob as a member: %+v", rb.Servers[0].Member)
	}
	secret := attic.String()
	quiet := func(f frame) {
		t.Helper()
		if strings.Contains(f.raw, secret) {
			t.Fatalf("leaks: %s", f.raw)
		}
	}
	quiet(ra)
	w.say(home, attic, "secret")
	if f := b.event("message_sent", 2); f.C != attic {
		t.Fatalf("bob got %s", f.raw)
	}
	if err := w.log.PublishLive(subjects.Typing(home, attic), []byte(`{"user_id":"9"}`)); err != nil {
		t.Fatal(err)
	}
	if f := b.expect("typing"); f.C != attic {
		t.Fatalf("bob got %s", f.raw)
	}
	w.log.add(chat.ServerKey(home), boss, &chat.ChannelUpdated{ID: attic, ChannelSettings: chat.ChannelSettings{Name: "roof"}})
	b.event("channel_updated", houseNumber+1)
	a.hidden(houseNumber + 1)
	w.log.add(chat.ChannelKey(home, attic), boss, &chat.MessageSent{
		ID: 8, ChannelID: attic, Type: chat.PlainMessage, Content: "<@1001>", Mentions: chat.Mentions{Users: []chat.UserID{ada, bob}},
	})
	b.event("message_sent", 3)
	if f := b.expect("notification"); f.Kind != "mention" || f.C != attic {
		t.Fatalf("bob got %s", f.raw)
	}
	a.nothing()
	w.say(home, hall, "for all")
	a.event("message_sent", 1)
	b.event("message_sent", 1)

	for _, where := range []string{"memory", "log"} {
		c := w.resume(ada, `{"user":2,"servers":{"2001":3},"channels":{"3001":0}}`)
		for {
			f, err := c.next()
			if err != nil {
				t.Fatal(err)
			}
			quiet(f)
			if f.Op == "resumed" {
				break
			}
		}
		c.nothing()
		_ = c.ws.CloseNow()
		if where == "memory" {
			w.g.worker(uint64(home)).do(func(wk *worker) { wk.hubs[uint64(home)].ring = ring{} })
		}
	}
}

func TestAnOverrideHidesAndShowsOnTheOpenSocket(t *testing.T) {
	t.Parallel()
	w := house(t)
	a, _ := w.identify(ada)
	b, _ := w.identify(bob)
	w.say(home, attic, "one")
	b.event("message_sent", 1)
	o := override(attic, chat.EveryoneRole(home), 0, chat.ViewChannels)
	w.log.add(chat.ServerKey(home), boss, &chat.OverrideRemoved{Override: o})
	a.event("override_removed", houseNumber+1)
	if f := a.expect("view"); f.S != home || len(f.Show) != 1 || f.Show[0].ID != attic || f.Show[0].N != 1 || len(f.Show[0].Overrides) != 1 {
		t.Fatalf("view: %s", f.raw)
	}
	b.event("override_removed", houseNumber+1)
	w.say(home, attic, "two")
	a.event("message_sent", 2)
	b.event("message_sent", 2)
	w.log.add(chat.ServerKey(home), boss, &chat.OverrideSet{Override: o})
	a.hidden(houseNumber + 2)
	if f := a.expect("view"); !slices.Equal(f.Hide, []chat.ChannelID{attic}) || len(f.Show) != 0 {
		t.Fatalf("view: %s", f.raw)
	}
	b.event("override_set", houseNumber+2)
	w.say(home, attic, "three")
	b.event("message_sent", 3)
	a.nothing()
}

func TestARoleGivenAndTakenMovesTheSession(t *testing.T) {
	t.Parallel()
	w := house(t)
	a, _ := w.identify(ada)
	b, _ := w.identify(bob)
	w.gives(ada, staff)
	a.event("member_roles_changed", houseNumber+1)
	f := a.expect("view")
	if len(f.Show) != 1 || f.Show[0].ID != attic || f.Member == nil || !slices.Equal(f.Member.Roles, []chat.RoleID{staff}) {
		t.Fatalf("view: %s", f.raw)
	}
	b.event("member_roles_changed", houseNumber+1)
	b.nothing()
	w.log.add(chat.ServerKey(home), boss, &chat.RoleUpdated{ID: staff, RoleSettings: chat.RoleSettings{
		Name: "staff", Permissions: chat.Rights(chat.ManageMessages),
	}})
	for _, c := range []*client{a, b} {
		c.event("role_updated", houseNumber+2)
		if f := c.expect("view"); !slices.Contains(f.Permissions, "manage_messages") || f.Member != nil || len(f.Rights) != 0 {
			t.Fatalf("view: %s", f.raw)
		}
	}
	w.log.add(chat.ServerKey(home), boss, &chat.OverrideSet{Override: override(hall, staff, 0, chat.SendMessages)})
	for _, c := range []*client{a, b} {
		c.event("override_set", houseNumber+3)
		f := c.expect("view")
		if len(f.Rights) != 1 || f.Rights[0].ID != hall || slices.Contains(f.Rights[0].Rights, "send_messages") || f.Permissions != nil {
			t.Fatalf("view: %s", f.raw)
		}
	}
	w.log.add(chat.ServerKey(home), boss, &chat.MemberRolesChanged{UserID: ada, Removed: []chat.RoleID{staff}})
	a.event("member_roles_changed", houseNumber+4)
	f = a.expect("view")
	if !slices.Equal(f.Hide, []chat.ChannelID{attic}) || len(f.Member.Roles) != 0 || len(f.Rights) != 1 || f.Rights[0].Rights != nil {
		t.Fatalf("view: %s", f.raw)
	}
	w.say(home, attic, "not for ada")
	b.event("member_roles_changed", houseNumber+4)
	b.event("message_sent", 1)
	a.nothing()
}

func TestARevocationHoldsBeforeItsRecordIsHeard(t *testing.T) {
	t.Parallel()
	w := house(t)
	a, _ := w.identify(ada)
	b, _ := w.identify(bob)
	w.acts(&chat.MemberBanned{UserID: ada, Reason: "x"})
	w.say(home, hall, "after the ban")
	b.event("message_sent", 1)
	if f := a.expect("server_gone"); f.S != home {
		t.Fatalf("got %s", f.raw)
	}
	a.nothing()
	w.acts(&chat.MemberRolesChanged{UserID: bob, Removed: []chat.RoleID{staff}})
	w.say(home, attic, "not for bob")
	w.say(home, hall, "again")
	for {
		f, err := b.next()
		if err != nil {
			t.Fatal(err)
		}
		if f.Op == "view" && !slices.Equal(f.Hide, []chat.ChannelID{attic}) || f.Op == "event" && f.C == attic {
			t.Fatalf("got %s", f.raw)
		}
		if f.Op == "event" {
			break
		}
	}
}

func TestARevocationOfWhichNobodyHearsIsNoticedByTheTick(t *testing.T) {
	t.Parallel()
	w := house(t)
	b, _ := w.identify(bob)
	w.acts(&chat.MemberRolesChanged{UserID: bob, Removed: []chat.RoleID{staff}})
	w.tick()
	if f := b.expect("view"); !slices.Equal(f.Hide, []chat.ChannelID{attic}) {
		t.Fatalf("view: %s", f.raw)
	}
	w.log.tip(chat.ServerKey(home))
	b.event("member_roles_changed", houseNumber+1)
	b.nothing()
}

func TestARecordThatRestsOnMoreThanTheCopyKnowsWaitsForIt(t *testing.T) {
	t.Parallel()
	w := house(t)
	a, _ := w.identify(ada)
	b, _ := w.identify(bob)
	// Another node bans ada and takes the next message; of the ban nothing is heard here.
	w.log.losing(func(m LiveMessage) bool { return m.Key == chat.ServerKey(home) })
	w.log.add(chat.ServerKey(home), boss, &chat.MemberBanned{UserID: ada})
	w.log.losing(nil)
	w.log.mu.Lock()
	key := chat.ChannelKey(home, hall)
	r, err := wire.EncodeEvent(&chat.MessageSent{ID: 5, ChannelID: hall, Type: chat.PlainMessage, Content: "x"}, 1, 1763675464000, boss, "")
	if err != nil {
		t.Fatal(err)
	}
	r.ServerNumber = houseNumber + 1
	c := wire.Commit{Key: key, Epoch: 1, First: 1, Records: []wire.Record{r}}
	w.log.commits[key] = append(w.log.commits[key], c)
	w.log.tenants[uint64(home)][key] = true
	w.log.publishLocked(LiveMessage{Kind: subjects.LiveCommit, Key: key, Seq: 1, Data: wire.AppendCommit(nil, &c)})
	w.log.mu.Unlock()
	b.hidden(houseNumber + 1)
	if f := b.expect("member_gone"); f.UserID != ada || f.S != home {
		t.Fatalf("got %s", f.raw)
	}
	b.event("message_sent", 1)
	for {
		f, err := a.next()
		if err != nil {
			t.Fatal(err)
		}
		if f.Op == "event" && f.C != 0 {
			t.Fatalf("got %s", f.raw)
		}
		if f.Op == "server_gone" {
			break
		}
	}
	a.nothing()
}

func TestBansAreToldToThoseWhoManageMembers(t *testing.T) {
	t.Parallel()
	w := house(t)
	w.role(home, guards, chat.ManageMembers)
	w.gives(bob, guards)
	carl := chat.UserID(1003)
	w.user(carl, "carl", home)
	a, _ := w.identify(ada)
	b, _ := w.identify(bob)
	c, _ := w.identify(carl)
	n := w.log.add(chat.ServerKey(home), boss, &chat.MemberBanned{UserID: carl, Reason: "rude"})
	b.event("member_banned", n)
	a.hidden(n)
	if f := a.expect("member_gone"); f.UserID != carl || strings.Contains(f.raw, "rude") {
		t.Fatalf("got %s", f.raw)
	}
	c.hidden(n)
	if f := c.expect("server_gone"); f.S != home {
		t.Fatalf("got %s", f.raw)
	}
	n = w.log.add(chat.ServerKey(home), boss, &chat.MemberBanned{UserID: 1_000_000}) // never was a member
	b.event("member_banned", n)
	a.hidden(n)
	n = w.log.add(chat.ServerKey(home), boss, &chat.InvitationCreated{Code: "abc"})
	a.hidden(n)
	b.hidden(n)
	a.nothing()
}

func TestADeletedServerIsTakenFromEverybody(t *testing.T) {
	t.Parallel()
	w := house(t)
	a, _ := w.identify(ada)
	b, _ := w.identify(bob)
	w.log.add(chat.ServerKey(home), boss, &chat.ServerDeleted{Name: "Home"})
	for _, c := range []*client{a, b} {
		c.event("server_deleted", houseNumber+1)
		if f := c.expect("server_gone"); f.S != home {
			t.Fatalf("got %s", f.raw)
		}
		c.nothing()
	}
}

func TestChannelsThatComeAndGoAreToldToThoseWhoSeeThem(t *testing.T) {
	t.Parallel()
	w := house(t)
	a, _ := w.identify(ada)
	b, _ := w.identify(bob)
	cellar := chat.ChannelID(3003)
	n := w.log.add(chat.ServerKey(home), boss, &chat.ChannelCreated{
		ID: cellar, ServerID: home, Name: "cellar", Type: chat.TextChannel,
		Overrides: []chat.Override{
			override(cellar, chat.EveryoneRole(home), 0, chat.ViewChannels),
			override(cellar, staff, chat.ViewChannels, chat.SendMessages),
		},
	})
	w.say(home, cellar, "deep")
	a.hidden(n)
	for created, said := false, false; !created || !said; {
		f := b.expect("event")
		created, said = created || f.E == "channel_created" && f.N == n, said || f.E == "message_sent" && f.C == cellar && f.N == 1
		if created && !said {
			if f, err := b.next(); err != nil || f.Op != "view" && f.Op != "event" {
				t.Fatalf("got %s %v", f.raw, err)
			} else if f.Op == "view" && (len(f.Rights) != 1 || f.Rights[0].ID != cellar || len(f.Show) != 0) {
				t.Fatalf("view: %s", f.raw)
			} else if f.Op == "event" {
				said = true
			}
		}
	}
	n = w.log.add(chat.ServerKey(home), boss, &chat.ChannelDeleted{ID: cellar, Name: "cellar"})
	a.hidden(n)
	for {
		f, err := b.next()
		if err != nil {
			t.Fatal(err)
		}
		if f.Op == "event" && f.E == "channel_deleted" && f.N == n {
			break
		}
		if f.Op != "view" || len(f.Rights) != 1 {
			t.Fatalf("got %s", f.raw)
		}
	}
	b.nothing()
	a.nothing()
	// Of a category with a channel that ada does not see she learns only what she saw.
	n = w.log.add(chat.ServerKey(home), boss, &chat.ChannelDeleted{ID: hall, Name: "hall", With: []chat.ChannelID{attic}})
	a.hidden(n)
	if f := a.expect("view"); !slices.Equal(f.Hide, []chat.ChannelID{hall}) {
		t.Fatalf("view: %s", f.raw)
	}
	b.event("channel_deleted", n)
	b.nothing()
}
