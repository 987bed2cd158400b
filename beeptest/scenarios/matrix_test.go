package scenarios_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"beep/beeptest"
	"beep/beeptest/permmodel"
	"beep/chat"
	"beep/client"
)

// matrixSeeds are the random servers that are compared over real connections;
// the rules alone are compared in chat by the hundred thousand.
const matrixSeeds = 6

// The permission matrix over every way in: what the reference model says of a
// random server holds in ready, live, by request, by REST, in history, unread
// counts, notifications and reply previews, and for those who resume.
func TestTheMatrixHoldsByEveryWayIn(t *testing.T) {
	t.Parallel()
	for seed := uint64(1); seed <= matrixSeeds; seed++ {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			m := newMatrix(t, seed)
			m.checkWhatIsShown()
			m.checkRequests()
			m.checkLive("live")
			m.checkUnread()
			m.checkReplies()
			m.checkResume()
			m.w.Verifies()
		})
	}
}

// matrix is a random server of the model, made real.
type matrix struct {
	t      *testing.T
	w      *beeptest.World
	r      *permmodel.Random
	model  *permmodel.Server
	server beeptest.Server
	owner  *beeptest.Person
	people map[uint64]*beeptest.Person // by the model's identifiers
	roles  map[uint64]chat.RoleID
	rooms  map[uint64]chat.ChannelID
	said   map[uint64]chat.Sent // the first message of each room
	last   map[uint64]chat.Sent // the newest
}

// modelNow is the time at which the model is asked: the mutes of its members
// last beyond it.
const modelNow = 1

func newMatrix(t *testing.T, seed uint64) *matrix {
	m := &matrix{
		t: t, w: beeptest.New(t, beeptest.WithoutWindow()), r: permmodel.New(seed), people: map[uint64]*beeptest.Person{},
		roles: map[uint64]chat.RoleID{}, rooms: map[uint64]chat.ChannelID{}, said: map[uint64]chat.Sent{}, last: map[uint64]chat.Sent{},
	}
	for m.model = m.r.Server(); m.model.Direct || len(m.model.Members) > 6; {
		m.model = m.r.Server()
	}
	for _, id := range keys(m.model.Members) {
		m.people[id] = m.w.Person(fmt.Sprintf("p%d", id))
	}
	m.owner = m.people[m.model.Owner]
	m.server = m.owner.CreatesServer("Matrix", chat.Public)
	m.owner.Does("channel.delete", args{"channel_id": m.server.General})
	m.makeRoles()
	m.makeMembers()
	m.makeChannels()
	return m
}

func (m *matrix) makeRoles() {
	m.roles[m.model.ID] = chat.EveryoneRole(m.server.ID)
	m.owner.Does("role.update", args{
		"server_id": m.server.ID, "role_id": m.server.ID, "permissions": names(m.model.Roles[m.model.ID].Rights),
	})
	var order []chat.RoleID
	for _, id := range m.model.ByRank() {
		m.roles[id] = m.owner.MakesRole(m.server, fmt.Sprintf("role %d", id), names(m.model.Roles[id].Rights))
		order = append(order, m.roles[id])
	}
	if len(order) > 0 {
		m.owner.Does("role.order", args{"server_id": m.server.ID, "order": order})
	}
}

func (m *matrix) makeMembers() {
	for id, member := range m.model.Members {
		p := m.people[id]
		if p != m.owner {
			p.Does("server.join", args{"server_id": m.server.ID})
		}
		var roles []chat.RoleID
		for r := range member.Roles {
			roles = append(roles, m.roles[r])
		}
		if len(roles) > 0 {
			m.owner.Does("member.roles", args{"server_id": m.server.ID, "user_id": p.ID, "add": roles})
		}
		if member.MutedUntil <= modelNow || p == m.owner {
			continue
		}
		err := m.owner.Tries("member.mute", args{"server_id": m.server.ID, "user_id": p.ID, "until": soon()})
		if err != nil && !chat.Is(err, chat.Conflict) { // nothing silences an administrator
			m.t.Fatal(err)
		}
	}
}

// makeChannels makes parents before their children: their identifiers are smaller.
func (m *matrix) makeChannels() {
	for _, id := range keys(m.model.Channels) {
		c := m.model.Channels[id]
		if c.Type == "thread" {
			var made struct{ ID chat.ChannelID }
			m.owner.Gets("thread.create", args{"channel_id": m.rooms[c.Parent], "name": roomName(id)}, &made)
			m.rooms[id] = made.ID
			continue
		}
		a := args{"type": c.Type}
		if c.Parent != 0 {
			a["parent_id"] = m.rooms[c.Parent]
		}
		var overrides []args
		for r, o := range c.Roles {
			overrides = append(overrides, args{"role_id": m.roles[r], "allow": names(o.Allow), "deny": names(o.Deny)})
		}
		for u, o := range c.Members {
			overrides = append(overrides, args{"member_id": m.people[u].ID, "allow": names(o.Allow), "deny": names(o.Deny)})
		}
		if len(overrides) > 0 {
			a["permissions"] = overrides
		}
		m.rooms[id] = m.owner.MakesChannel(m.server, roomName(id), a)
	}
}

func roomName(id uint64) string { return fmt.Sprintf("room-%d-end", id) }

func names(s permmodel.Set) []string {
	list := []string{}
	for n, is := range s {
		if is {
			list = append(list, n)
		}
	}
	return list
}

func keys[V any](m map[uint64]V) []uint64 {
	list := make([]uint64, 0, len(m))
	for id := range m {
		list = append(list, id)
	}
	slices.Sort(list)
	return list
}

func (m *matrix) may(user, channel uint64, permission string) bool {
	return m.model.May(user, channel, permission, modelNow)
}

// each calls fn for every member and every channel that has messages.
func (m *matrix) each(fn func(user, channel uint64, p *beeptest.Person, ch chat.ChannelID)) {
	for _, u := range keys(m.people) {
		for _, c := range keys(m.rooms) {
			if m.model.Channels[c].Type != "category" {
				fn(u, c, m.people[u], m.rooms[c])
			}
		}
	}
}

// checkWhatIsShown compares the channels that each client has, and whether it
// ever heard of the others.
func (m *matrix) checkWhatIsShown() {
	for _, u := range keys(m.people) {
		p := m.people[u]
		for _, c := range keys(m.rooms) {
			if m.may(u, c, "view_channels") {
				p.SeesChannel(m.rooms[c])
			} else {
				p.LosesChannel(m.rooms[c])
			}
		}
		fresh := m.w.Another(p)
		for _, c := range keys(m.rooms) {
			_, shown := fresh.Client().State().Channel(m.rooms[c])
			if want := m.may(u, c, "view_channels"); shown != want {
				m.t.Errorf("ready shows %s the channel %s: %v, want %v", p.Name, roomName(c), shown, want)
			}
			if !m.may(u, c, "view_channels") {
				fresh.NeverHeardOf("a hidden channel", roomName(c))
			}
		}
		fresh.Leaves()
	}
}

// checkRequests compares reading and sending, over the socket and REST.
func (m *matrix) checkRequests() {
	m.each(func(u, c uint64, p *beeptest.Person, ch chat.ChannelID) {
		read, send := error(nil), error(nil)
		status, posted := http.StatusOK, http.StatusCreated
		switch {
		case !m.may(u, c, "view_channels"):
			read = chat.Errorf(chat.NotFound, "", "")
			send, status, posted = read, http.StatusNotFound, http.StatusNotFound
		case !m.may(u, c, "send_messages"):
			send, posted = chat.Errorf(chat.Forbidden, "", ""), http.StatusForbidden
		}
		m.compare(p, c, "message.list", p.Tries("message.list", args{"channel_id": ch}), read)
		m.compare(p, c, "message.send", p.Tries("message.send", args{"channel_id": ch, "content": "by socket"}), send)
		m.compare(p, c, "typing.start", p.Tries("typing.start", args{"channel_id": ch}), send)
		m.compare(p, c, "channel.members", p.Tries("channel.members", args{"channel_id": ch}), read)
		path := "/api/v1/channels/" + ch.String() + "/messages"
		if got := p.Rest(http.MethodGet, path, nil); got.Status != status {
			m.t.Errorf("%s reads %s by REST: %d, want %d: %s", p.Name, roomName(c), got.Status, status, got.Body)
		}
		if got := p.Rest(http.MethodPost, path, args{"content": "by REST"}); got.Status != posted {
			m.t.Errorf("%s sends into %s by REST: %d, want %d: %s", p.Name, roomName(c), got.Status, posted, got.Body)
		}
	})
}

func (m *matrix) compare(p *beeptest.Person, c uint64, method string, got, want error) {
	m.t.Helper()
	if (got == nil) != (want == nil) || got != nil && chat.KindOf(got) != chat.KindOf(want) {
		m.t.Errorf("%s asks %s in %s: %v, want %v", p.Name, method, roomName(c), got, want)
	}
}

// everywhere has the owner say something in every room that has messages, and
// waits until all of it, and something that all hear, was delivered.
func (m *matrix) everywhere(word string, hearers map[uint64]*beeptest.Person) {
	for _, c := range keys(m.rooms) {
		if m.model.Channels[c].Type != "category" {
			sent := m.owner.Sends(m.rooms[c], m.text(word, c)+" @everyone")
			m.owner.Sees(sent)
			m.last[c] = sent
			if _, ok := m.said[c]; !ok {
				m.said[c] = sent
			}
		}
	}
	m.owner.Does("server.update", args{"server_id": m.server.ID, "description": word})
	for _, p := range hearers {
		p.HearsOf("server_updated", "description", word)
	}
}

func (m *matrix) text(word string, c uint64) string { return fmt.Sprintf("%s in %d end", word, c) }

// saw reports whether p was told of what was said.
func saw(p *beeptest.Person, text string) bool {
	return slices.ContainsFunc(p.Events(), func(e client.Event) bool {
		got, ok := e.(client.Message)
		return ok && strings.Contains(got.Message.Content, text)
	})
}

// wasNotified reports whether p was notified of being mentioned in a message.
func wasNotified(p *beeptest.Person, sent chat.Sent) bool {
	return slices.ContainsFunc(p.Events(), func(e client.Event) bool {
		n, ok := e.(client.Notification)
		return ok && n.Kind == "mention" && n.Message == sent.ID
	})
}

// checkLive compares who is told of messages, and notified of mentions.
func (m *matrix) checkLive(word string) {
	m.everywhere(word, m.people)
	m.each(func(u, c uint64, p *beeptest.Person, _ chat.ChannelID) {
		sees := m.may(u, c, "view_channels")
		if got := saw(p, m.text(word, c)); got != sees {
			m.t.Errorf("%s was told of a message in %s: %v, want %v", p.Name, roomName(c), got, sees)
		}
		if got, want := wasNotified(p, m.last[c]), sees && p != m.owner; got != want {
			m.t.Errorf("%s was notified of a mention in %s: %v, want %v", p.Name, roomName(c), got, want)
		}
	})
}

// checkUnread compares where messages wait.
func (m *matrix) checkUnread() {
	for _, u := range keys(m.people) {
		p := m.people[u]
		if p == m.owner {
			continue
		}
		var want []chat.ChannelID
		for _, c := range keys(m.rooms) {
			if m.model.Channels[c].Type != "category" && m.may(u, c, "view_channels") {
				want = append(want, m.rooms[c])
			}
		}
		var got []chat.ChannelID
		beeptest.Eventually(m.t, "the counts are those of the visible channels", func() bool {
			var out struct {
				Channels []struct {
					ChannelID chat.ChannelID `json:"channel_id"`
				}
			}
			p.Gets("unread.list", args{"server_id": m.server.ID}, &out)
			got = got[:0]
			for _, c := range out.Channels {
				got = append(got, c.ChannelID)
			}
			slices.Sort(got)
			return slices.Equal(got, slices.Sorted(slices.Values(want)))
		})
	}
}

// checkReplies compares who sees the preview of what is answered.
func (m *matrix) checkReplies() {
	replies := map[uint64]string{}
	for c, sent := range m.said {
		replies[c] = m.owner.Makes("message.send", args{"channel_id": m.rooms[c], "content": "re", "reply_to": sent.ID})
	}
	m.each(func(u, c uint64, p *beeptest.Person, ch chat.ChannelID) {
		var out struct{ Message client.Posted }
		ctxErr := p.TriesFor("message.get", args{"channel_id": ch, "message_id": replies[c]}, &out)
		if !m.may(u, c, "view_channels") {
			m.compare(p, c, "message.get", ctxErr, chat.Errorf(chat.NotFound, "", ""))
		} else if ctxErr != nil || out.Message.Reply == nil || !strings.Contains(out.Message.Reply.Content, m.text("live", c)) {
			m.t.Errorf("%s sees the preview in %s: %+v, %v", p.Name, roomName(c), out.Message.Reply, ctxErr)
		}
	})
}

// checkResume cuts everybody but the owner off, changes rights, and compares
// what they get when they come back.
func (m *matrix) checkResume() {
	before := map[[2]uint64]bool{}
	m.each(func(u, c uint64, _ *beeptest.Person, _ chat.ChannelID) {
		before[[2]uint64{u, c}] = m.may(u, c, "view_channels")
	})
	for _, p := range m.people {
		if p != m.owner {
			p.IsCutOff()
		}
	}
	m.changeOverrides()
	m.everywhere("away", map[uint64]*beeptest.Person{m.model.Owner: m.owner})
	for _, p := range m.people {
		if p != m.owner {
			p.ComesBack()
		}
	}
	m.checkWhatIsShown()
	m.each(func(u, c uint64, p *beeptest.Person, _ chat.ChannelID) {
		now, got := m.may(u, c, "view_channels"), saw(p, m.text("away", c))
		if got && !now || before[[2]uint64{u, c}] && now && !got {
			m.t.Errorf("%s resumed with what was said in %s: %v; saw it before: %v, sees it now: %v", p.Name, roomName(c), got, before[[2]uint64{u, c}], now)
		}
	})
	m.checkLive("after")
	for _, p := range m.people {
		for _, c := range m.rooms {
			p.SawEverythingOnce(c)
		}
	}
}

// changeOverrides turns the view of each role and member round where a channel
// has overrides of its own.
func (m *matrix) changeOverrides() {
	turn := func(o permmodel.Override) permmodel.Override {
		had := o.Allow["view_channels"]
		delete(o.Allow, "view_channels")
		delete(o.Deny, "view_channels")
		if had {
			o.Deny["view_channels"] = true
		} else {
			o.Allow["view_channels"] = true
		}
		return o
	}
	for _, id := range keys(m.model.Channels) {
		c := m.model.Channels[id]
		if c.Type == "thread" {
			continue // it has those of its channel
		}
		for r, o := range c.Roles {
			o = turn(o)
			c.Roles[r] = o
			m.owner.Does("override.set", args{"channel_id": m.rooms[id], "role_id": m.roles[r], "allow": names(o.Allow), "deny": names(o.Deny)})
		}
		for u, o := range c.Members {
			o = turn(o)
			c.Members[u] = o
			m.owner.Does("override.set", args{"channel_id": m.rooms[id], "member_id": m.people[u].ID, "allow": names(o.Allow), "deny": names(o.Deny)})
		}
	}
}
