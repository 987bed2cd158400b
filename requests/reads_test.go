package requests_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"beep/chat"
	"beep/requests"
	"beep/store"
	"beep/tenant"
)

const inClub = `"server_id":"1073741824"`

// TestWhatOneMayNotSeeLooksAbsent asks, for what is hidden and for what was never
// there, and wants the same answer.
func TestWhatOneMayNotSeeLooksAbsent(t *testing.T) {
	t.Parallel()
	channel := []struct{ method, args string }{
		{"channel.get", ``}, {"channel.members", ``}, {"channel.join", ``}, {"channel.leave", ``}, {"typing.start", ``}, {"read.set", `,"seq":1`},
		{"notification.set", `,"level":"all"`}, {"permissions.why", `,"permission":"speak"`}, {"permissions.why", `,"permission":"speak","user_id":"11"`},
	}
	for _, c := range channel {
		w := setup(t)
		_, absent := w.calls(bob, c.method, `{"channel_id":"999"`+c.args+`}`)
		_, hidden := w.calls(bob, c.method, `{"channel_id":"102"`+c.args+`}`)
		if !chat.Is(absent, chat.NotFound) || fmt.Sprint(hidden) != fmt.Sprint(absent) {
			t.Errorf("%s: hidden %v, absent %v", c.method, hidden, absent)
		}
		if w.last().Cmd != nil {
			t.Errorf("%s: %T was asked", c.method, w.last().Cmd)
		}
	}
	server := []struct{ method, args string }{
		{"server.get", ``}, {"role.list", ``}, {"member.list", ``}, {"member.list", `,"query":"a"`}, {"member.get", `,"user_id":"11"`}, {"ban.list", ``},
		{"invitation.list", ``}, {"audit.list", ``}, {"permissions.why", `,"permission":"speak"`}, {"unread.list", ``},
	}
	for _, c := range server {
		w := setup(t)
		_, absent := w.calls(eve, c.method, `{"server_id":"999"`+c.args+`}`)
		_, hidden := w.calls(eve, c.method, `{`+inClub+c.args+`}`)
		if !chat.Is(absent, chat.NotFound) || fmt.Sprint(hidden) != fmt.Sprint(absent) {
			t.Errorf("%s: hidden %v, absent %v", c.method, hidden, absent)
		}
	}
}

// TestAChannelOfAServerOneIsNotInIsAbsent asks when the server's copy is held for
// others, which is when its channels are known.
func TestAChannelOfAServerOneIsNotInIsAbsent(t *testing.T) {
	t.Parallel()
	message := `"message_id":"9"`
	for _, c := range []struct{ method, args string }{
		{"message.list", ``}, {"message.get", `,` + message}, {"message.edits", `,` + message}, {"message.pins", ``}, {"message.edit", `,` + message + `,"content":"x"`},
		{"message.delete", `,` + message}, {"message.pin", `,` + message}, {"reaction.add", `,` + message + `,"emoji":"x"`},
		{"reaction.list", `,` + message + `,"emoji":"x"`}, {"poll.vote", `,` + message}, {"channel.get", ``}, {"channel.update", `,"name":"x"`},
		{"channel.delete", ``}, {"channel.add", `,"user_id":"13"`}, {"channel.members", ``}, {"override.set", `,"role_id":"1"`}, {"override.remove", ``},
		{"thread.create", `,"name":"x"`}, {"conference.members", ``}, {"conference.remove", `,"user_id":"11"`}, {"typing.start", ``}, {"read.set", ``},
	} {
		w := setup(t)
		w.gets(ada, "server.get", `{`+inClub+`}`)
		w.gets(zoe, "server.get", `{"server_id":"1073741825"}`)
		w.refused(chat.NotFound, eve, c.method, `{"channel_id":"101"`+c.args+`}`)
		w.refused(chat.NotFound, zoe, c.method, `{"channel_id":"101"`+c.args+`}`)
		w.refused(chat.NotFound, ada, c.method, `{"channel_id":"104"`+c.args+`}`)
		if w.last().Cmd != nil {
			t.Errorf("%s: %T was asked", c.method, w.last().Cmd)
		}
	}
}

func TestAServerIsShownAsItsMemberSeesIt(t *testing.T) {
	t.Parallel()
	w := setup(t)
	forBob := w.gets(bob, "server.get", `{`+inClub+`}`)
	for _, leak := range []string{"secret", "102", openCode, "noise", "slot"} {
		if strings.Contains(forBob, leak) {
			t.Errorf("bob is shown %q: %s", leak, forBob)
		}
	}
	for _, part := range []string{
		`"kind":"server"`, `"members":3`, `"nickname":"Bobby"`, `"name":"general"`, `"name":"mods"`, `"server_id":"1073741824"`,
	} {
		if !strings.Contains(forBob, part) {
			t.Errorf("bob is not shown %s: %s", part, forBob)
		}
	}
	forAda := w.gets(ada, "server.get", `{`+inClub+`}`)
	if !strings.Contains(forAda, `"name":"secret"`) || strings.Contains(forAda, `"member_id"`) {
		t.Errorf("ada is shown %s", forAda)
	}
	if one := w.gets(ada, "channel.get", `{"channel_id":"102"}`); !strings.Contains(one, `"member_id":"15"`) {
		t.Errorf("who manages permissions is not shown overrides of members: %s", one)
	}
	direct := w.gets(zoe, "server.get", `{"server_id":"1073741825"}`)
	for _, part := range []string{`"kind":"group"`, `"server_id":null`, `"recipients":[{"user_id":"12","username":"bob"},{"user_id":"15","username":"zoe"}]`} {
		if !strings.Contains(direct, part) {
			t.Errorf("zoe is not shown %s: %s", part, direct)
		}
	}
	if strings.Contains(direct, `"roles":[{`) {
		t.Errorf("a conversation has roles: %s", direct)
	}
}

func TestMembersAreShownInWindows(t *testing.T) {
	t.Parallel()
	w := setup(t)
	got := w.gets(bob, "member.list", `{`+inClub+`,"after":"11","limit":1}`)
	want := `{"members":[{"user_id":"12","username":"bob","nickname":"Bobby","roles":[],"joined_at":1000,"status":"offline"}]}`
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	w.read.found = []store.Member{{UserID: ada}, {UserID: zoe}} // zoe has left since
	if got = w.gets(bob, "member.list", `{`+inClub+`,"query":"a"}`); strings.Count(got, "user_id") != 1 || !strings.Contains(got, `"status":"online"`) {
		t.Errorf("search: %s", got)
	}
	w.refused(chat.NotFound, bob, "member.get", `{`+inClub+`,"user_id":"15"}`)
	if got = w.gets(bob, "member.get", `{`+inClub+`,"user_id":"14"}`); !strings.Contains(got, `"roles":["201"]`) {
		t.Errorf("mia: %s", got)
	}
}

func TestAChannelsMembersAreThoseWhoSeeIt(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ids := func(data string) (ids []string, next string) {
		var page struct {
			Members []struct {
				UserID string `json:"user_id"`
			}
			Next string `json:"next"`
		}
		if err := json.Unmarshal([]byte(data), &page); err != nil {
			t.Fatal(err)
		}
		for _, m := range page.Members {
			ids = append(ids, m.UserID)
		}
		return ids, page.Next
	}
	// zoe has an override, but is no member.
	if got, next := ids(w.gets(ada, "channel.members", `{"channel_id":"102"}`)); !reflect.DeepEqual(got, []string{"11"}) || next != "" {
		t.Errorf("secret: %v, next %q", got, next)
	}
	got, next := ids(w.gets(bob, "channel.members", `{"channel_id":"101","limit":2}`))
	if !reflect.DeepEqual(got, []string{"11", "12"}) || next != "12" {
		t.Errorf("general: %v, next %q", got, next)
	}
	got, next = ids(w.gets(bob, "channel.members", `{"channel_id":"101","limit":2,"after":"12"}`))
	if !reflect.DeepEqual(got, []string{"14"}) || next != "" {
		t.Errorf("general, second page: %v, next %q", got, next)
	}
}

func TestBansAndAuditAreForThoseWhoMay(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.read.audit = []store.AuditEntry{
		{Number: 9, At: 5, ActorID: ada, Action: "channel_updated", TargetKind: "channel", TargetID: uint64(secret), ChannelID: secret},
		{Number: 8, At: 4, ActorID: ada, Action: "channel_deleted", TargetKind: "channel", TargetID: 77, ChannelID: 77},
		{Number: 7, At: 3, ActorID: ada, Action: "invitation_created", TargetKind: "invitation", After: json.RawMessage(`{"code":"hidden"}`)},
		{Number: 6, At: 2, ActorID: mia, Action: "member_muted", TargetKind: "user", TargetID: uint64(bob), Reason: "loud"},
		{Number: 5, At: 2, ActorID: ada, Action: "channel_updated", TargetKind: "channel", TargetID: uint64(general), ChannelID: general,
			Before: json.RawMessage(`{"name":"general","parent_id":"102"}`), After: json.RawMessage(`{"name":"general","parent_id":"103"}`)},
	}
	w.refused(chat.Forbidden, bob, "ban.list", `{`+inClub+`}`)
	w.refused(chat.Forbidden, bob, "audit.list", `{`+inClub+`}`)
	if got := w.gets(mia, "ban.list", `{`+inClub+`}`); got != `{"bans":[{"user_id":"13","by":"11","at":1000,"reason":"noise"}]}` {
		t.Errorf("bans: %s", got)
	}
	if got := w.gets(mia, "ban.list", `{`+inClub+`,"after":"13"}`); got != `{"bans":[]}` {
		t.Errorf("bans, second page: %s", got)
	}
	numbers := func(data string) string {
		var page struct{ Entries []struct{ Number int } }
		if err := json.Unmarshal([]byte(data), &page); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(page.Entries)
	}
	forMia := w.gets(mia, "audit.list", `{`+inClub+`}`)
	if numbers(forMia) != "[{7} {6} {5}]" || strings.Contains(forMia, "hidden") {
		t.Errorf("mia is shown %s", forMia)
	}
	// In which channel one has stood that she sees, without seeing that other.
	if !strings.Contains(forMia, `"before":{"name":"general"},"after":{"name":"general","parent_id":"103"}`) {
		t.Errorf("mia is shown %s", forMia)
	}
	if got := w.gets(mia, "audit.list", `{`+inClub+`,"limit":1}`); numbers(got) != "[{7}]" {
		t.Errorf("mia's first page: %s", got)
	}
	if got := w.gets(ada, "audit.list", `{`+inClub+`}`); numbers(got) != "[{9} {8} {7} {6} {5}]" || !strings.Contains(got, "hidden") || !strings.Contains(got, `"parent_id":"102"`) {
		t.Errorf("ada is shown %s", got)
	}
}

func TestInvitationsAreShownToWhoMaySeeThem(t *testing.T) {
	t.Parallel()
	w := setup(t)
	if got := w.gets(ada, "invitation.list", `{`+inClub+`}`); strings.Count(got, `"code"`) != 2 || strings.Contains(got, oldCode) {
		t.Errorf("ada: %s", got)
	}
	if got := w.gets(bob, "invitation.list", `{`+inClub+`}`); got != `{"invitations":[]}` {
		t.Errorf("bob: %s", got)
	}
	if got := w.gets(zoe, "invitation.get", `{"code":"`+openCode+`"}`); !strings.Contains(got, `"name":"Club"`) || !strings.Contains(got, `"members":3`) {
		t.Errorf("who holds the code: %s", got)
	}
	w.refused(chat.Gone, zoe, "invitation.get", `{"code":"`+oldCode+`"}`)
	w.refused(chat.NotFound, zoe, "invitation.get", `{"code":"`+bobsCode+`"}`)
	w.refused(chat.NotFound, zoe, "invitation.get", `{"code":"hra0hs-9999999999"}`)
	w.gets(bob, "invitation.get", `{"code":"`+bobsCode+`"}`)
}

func TestRightsAreExplained(t *testing.T) {
	t.Parallel()
	w := setup(t)
	own := w.gets(bob, "permissions.why", `{"channel_id":"101","permission":"send_messages"}`)
	if !strings.Contains(own, `"allowed":true`) || !strings.Contains(own, `"rule":"role"`) {
		t.Errorf("bob's own: %s", own)
	}
	w.refused(chat.Forbidden, bob, "permissions.why", `{"channel_id":"101","permission":"send_messages","user_id":"14"}`)
	others := w.gets(mia, "permissions.why", `{`+inClub+`,"permission":"manage_members","user_id":"12"}`)
	if !strings.Contains(others, `"allowed":false`) {
		t.Errorf("bob's by mia: %s", others)
	}
	why, err := w.svc.Why(t.Context(), bob, club, secret, chat.ViewChannels)
	if err != nil || why.Allowed || len(why.Steps) == 0 {
		t.Errorf("for the operator: %+v, %v", why, err)
	}
}

func TestUnreadIsCountedWhereOneSees(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.read.unread = map[chat.ChannelID]store.UnreadCount{general: {Messages: 2, Mentions: 1}, secret: {Messages: 9}}
	got := w.gets(bob, "unread.list", `{}`)
	if got != `{"channels":[{"channel_id":"101","server_id":"1073741824","read":3,"unread":2,"mentions":1}]}` {
		t.Errorf("got %s", got)
	}
	marks := map[chat.ChannelID]store.ReadMark{}
	for _, m := range w.read.marks {
		marks[m.Channel] = m
	}
	if len(marks) != 3 || marks[general].Seq != 3 || marks[talk].Server != group {
		t.Errorf("asked for %v", w.read.marks)
	}
	if w.gets(bob, "unread.list", `{"server_id":"1073741825"}`); len(w.read.marks) != 1 {
		t.Errorf("of one: asked for %v", w.read.marks)
	}
}

func TestServersThatAreTooManyForOneCountAreNamed(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const big, more, small = chat.ServerID(1<<30 + 10), chat.ServerID(1<<30 + 11), chat.ServerID(1<<30 + 12)
	for i, of := range []struct {
		id       chat.ServerID
		channels int
	}{{big, 1400}, {more, 700}, {small, 20}} {
		events := []chat.Event{
			&chat.ServerCreated{ID: of.id, Name: "x", Visibility: chat.Private, OwnerID: bob, Everyone: chat.DefaultEveryone},
			&chat.MemberJoined{UserID: bob, Username: "bob"},
		}
		for n := range of.channels {
			ch := chat.ChannelID((i+1)*10_000 + n)
			events = append(events, &chat.ChannelCreated{ID: ch, ServerID: of.id, Name: "x", Type: chat.TextChannel})
		}
		w.writes(chat.ServerKey(of.id), bob, events...)
		w.users[bob].Servers = append(w.users[bob].Servers, of.id)
	}
	if got := w.gets(bob, "unread.list", `{}`); got != `{"channels":[],"left_out":["1073741835"]}` {
		t.Errorf("got %s", got)
	}
	if n := len(w.read.marks); n != 3+1400+20 {
		t.Errorf("%d channels are counted in", n)
	}
	if got := w.gets(bob, "unread.list", `{"server_id":"1073741835"}`); got != `{"channels":[]}` || len(w.read.marks) != 700 {
		t.Errorf("alone: %s of %d channels", got, len(w.read.marks))
	}
}

func TestFriendsAreListedWithoutStrangers(t *testing.T) {
	t.Parallel()
	w := setup(t)
	if got := w.gets(bob, "friend.list", `{}`); got != `{"relations":[{"user_id":"15","username":"zoe","state":"friends","since":5}]}` {
		t.Errorf("got %s", got)
	}
}

func TestPeopleAreFoundFromTheLastOneOn(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.read.people = []store.Profile{{ID: ada, Username: "ada", FirstName: "Ada"}}
	if got := w.gets(bob, "user.search", `{"query":"a","after":"11"}`); w.read.after != "ada" || got != `{"users":[{"id":"11","username":"ada","first_name":"Ada"}]}` {
		t.Errorf("got %s after %q", got, w.read.after)
	}
}

func TestOnlyTheOwnerExportsAndMembersTheirConversation(t *testing.T) {
	t.Parallel()
	w := setup(t)
	book := tenant.New(w.log, slog.New(slog.DiscardHandler))
	t.Cleanup(book.Close)
	svc := requests.New(requests.Config{Place: w, Tenants: book, Read: w.read, Export: func(_ context.Context, id chat.ServerID, to io.Writer) error {
		_, err := fmt.Fprint(to, id)
		return err
	}})
	var b bytes.Buffer
	if err := svc.Export(t.Context(), mia, club, &b); !chat.Is(err, chat.Forbidden) {
		t.Errorf("mia: %v", err)
	}
	if err := svc.Export(t.Context(), eve, club, &b); !chat.Is(err, chat.NotFound) {
		t.Errorf("eve: %v", err)
	}
	if err := svc.Export(t.Context(), eve, group, &b); !chat.Is(err, chat.NotFound) {
		t.Errorf("eve, a conversation: %v", err)
	}
	if b.Len() != 0 {
		t.Errorf("%q was written", b.String())
	}
	if err := svc.Export(t.Context(), ada, club, &b); err != nil || b.String() != club.String() {
		t.Errorf("ada: %q, %v", b.String(), err)
	}
	b.Reset()
	if err := svc.Export(t.Context(), bob, group, &b); err != nil || b.String() != group.String() {
		t.Errorf("bob, his conversation: %q, %v", b.String(), err)
	}
}
