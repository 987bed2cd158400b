package scenarios_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"beep/beeptest"
	"beep/chat"
	"beep/client"
)

// relation is how p stands to o, as p's own client knows it.
func relation(p, o *beeptest.Person) chat.RelationState {
	var out struct{ Relations []client.Relation }
	p.Gets("friend.list", nil, &out)
	for _, r := range out.Relations {
		if r.UserID == o.ID {
			return r.State
		}
	}
	return chat.Strangers
}

// SOC-1, SOC-2 and SOC-6: users are found, asked, told, and answer.
func TestFriendsAreFoundAndAsked(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob, cy := w.Person("ada"), w.Person("bob"), w.Person("cy")
	var found struct{ Users []client.User }
	beeptest.Eventually(t, "bob is found", func() bool {
		ada.Gets("user.search", args{"query": "BO"}, &found)
		return len(found.Users) == 1 && found.Users[0].ID == bob.ID
	})
	ada.Does("friend.request", args{"username": "bob"})
	bob.HearsOf("relation_changed", "state", "request_received")
	bob.Awaits("the notification", func(e client.Event) bool {
		n, ok := e.(client.Notification)
		return ok && n.Kind == "friend_request" && n.By == ada.ID
	})
	if a, b := relation(ada, bob), relation(bob, ada); a != chat.RequestSent || b != chat.RequestReceived {
		t.Fatalf("ada: %q, bob: %q", a, b)
	}
	cy.IsRefused(chat.NotFound, "friend.accept", args{"user_id": ada.ID})
	bob.Does("friend.decline", args{"user_id": ada.ID})
	if a, b := relation(ada, bob), relation(bob, ada); a != chat.Strangers || b != chat.Strangers {
		t.Fatalf("after declining ada: %q, bob: %q", a, b)
	}
	ada.Does("friend.request", args{"user_id": bob.ID})
	ada.Does("friend.cancel", args{"user_id": bob.ID})
	bob.IsRefused(chat.NotFound, "friend.accept", args{"user_id": ada.ID})
	ada.IsRefused(chat.Invalid, "friend.request", args{"user_id": ada.ID})
	ada.IsRefused(chat.NotFound, "friend.request", args{"username": "nobody"})
	ada.IsRefused(chat.NotFound, "friend.request", args{"user_id": "12345"})
}

// SOC-2: two requests that cross become one friendship with one conversation.
func TestCrossingRequestsBecomeOneFriendship(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob := w.Person("ada"), w.Person("bob")
	for _, err := range beeptest.AtOnce(
		func() error { return ada.Asks("friend.request", args{"user_id": bob.ID}, nil) },
		func() error { return bob.Asks("friend.request", args{"user_id": ada.ID}, nil) },
	) {
		if err != nil {
			t.Fatal(err)
		}
	}
	mine, theirs := ada.Conversation(bob), bob.Conversation(ada)
	if mine != theirs {
		t.Fatalf("ada has %v, bob %v", mine, theirs)
	}
	bob.Sees(ada.Sends(mine.General, "we did it"))
	w.Verifies()
}

// SOC-3 and SOC-4: friends have a conversation with equal rights that nobody
// else sees and nobody can change.
func TestFriendsHaveAConversation(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob, eve := w.Person("ada"), w.Person("bob"), w.Person("eve")
	talk := ada.Befriends(bob)
	hello := ada.Sends(talk.General, "between us")
	bob.Sees(hello)
	answer := bob.Sends(talk.General, "yes")
	ada.Sees(answer)
	for method, a := range map[string]args{
		"message.send":    {"channel_id": talk.General, "content": "x"},
		"message.list":    {"channel_id": talk.General},
		"server.join":     {"server_id": talk.ID},
		"member.list":     {"server_id": talk.ID},
		"channel.members": {"channel_id": talk.General},
		"typing.start":    {"channel_id": talk.General},
	} {
		eve.IsRefused(chat.NotFound, method, a)
	}
	ada.IsRefused(chat.Forbidden, "message.delete", args{"channel_id": talk.General, "message_id": answer.ID})
	for method, a := range map[string]args{
		"channel.create": {"server_id": talk.ID, "name": "x"},
		"role.create":    {"server_id": talk.ID, "name": "x", "permissions": []string{}},
		"override.set":   {"channel_id": talk.General, "member_id": bob.ID, "allow": []string{}, "deny": []string{"send_messages"}},
		"member.kick":    {"server_id": talk.ID, "user_id": bob.ID},
		"server.delete":  {"server_id": talk.ID},
		"server.update":  {"server_id": talk.ID, "name": "x"},
	} {
		ada.IsRefused(chat.NotFound, method, a)
	}
	bob.Does("message.pin", args{"channel_id": talk.General, "message_id": hello.ID})
	ada.Hears("message_pinned", nil)
	bob.Leaves()
	missed := ada.Sends(talk.General, "while you were away")
	if page := w.Another(bob).History(talk.General, historyOf(5)); page[len(page)-1].ID != missed.ID {
		t.Errorf("history ends with %+v", page[len(page)-1])
	}
	w.Verifies()
}

// SOC-5: the end of a friendship erases the conversation, everywhere.
func TestTheEndOfAFriendshipErasesTheConversation(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob, eve := w.Person("ada"), w.Person("bob"), w.Person("eve")
	talk := ada.Befriends(bob)
	const secret = "the-secret-nobody-may-read-again"
	bob.Sees(ada.Sends(talk.General, secret))
	ada.Sees(bob.Sends(talk.General, "answer to "+secret))
	beeptest.Eventually(t, "the read model has it", func() bool { return len(ada.History(talk.General, historyOf(10))) == 2 })

	ada.IsRefused(chat.Invalid, "friend.remove", args{"user_id": bob.ID}) // not confirmed
	kept := ada.Rest(http.MethodGet, v1+"/servers/"+talk.ID.String()+"/export", nil)
	if text := unzipped(t, kept.Body); kept.Status != http.StatusOK || !bytes.Contains(text, []byte(secret)) {
		t.Errorf("the export is %d %s", kept.Status, text)
	}
	if got := eve.Rest(http.MethodGet, v1+"/servers/"+talk.ID.String()+"/export", nil); got.Status != http.StatusNotFound {
		t.Errorf("a stranger exports with %d", got.Status)
	}
	ada.Does("friend.remove", args{"user_id": bob.ID, "erase": true})
	ada.LosesServer(talk)
	bob.LosesServer(talk)
	if a, b := relation(ada, bob), relation(bob, ada); a != chat.Strangers || b != chat.Strangers {
		t.Errorf("ada: %q, bob: %q", a, b)
	}
	for _, p := range []*beeptest.Person{ada, bob} {
		p.IsRefused(chat.NotFound, "message.send", args{"channel_id": talk.General, "content": "x"})
		p.IsRefused(chat.NotFound, "message.list", args{"channel_id": talk.General})
		if back := w.Another(p); len(back.Client().State().Servers()) != 0 {
			t.Errorf("%s still has %v", p.Name, back.Client().State().Servers())
		}
	}
	w.Verifies()
	w.Stops() // closes the database: what it has deleted is overwritten
	if at := fileWith(t, w.Config().Data, []byte(secret)); at != "" {
		t.Errorf("it can be read in %s", at)
	}
	w.Starts()
	again := ada.Befriends(bob)
	if again == talk {
		t.Error("the new friendship has the old conversation")
	}
	bob.Sees(ada.Sends(again.General, "anew"))
}

func unzipped(t *testing.T, b []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// fileWith names a file below dir that holds text, "" for none.
func fileWith(t *testing.T, dir string, text []byte) (found string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, text) {
			found = path
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// SOC-7: who is blocked is not heard and does not learn of it.
func TestTheBlockedAreNotHeard(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob := w.Person("ada"), w.Person("bob")
	ada.Does("user.block", args{"user_id": bob.ID})
	bob.Does("friend.request", args{"user_id": ada.ID})
	if b := relation(bob, ada); b != chat.RequestSent {
		t.Errorf("bob sees %q", b)
	}
	if a := relation(ada, bob); a != chat.Blocked {
		t.Errorf("ada sees %q", a)
	}
	ada.Does("user.unblock", args{"user_id": bob.ID})
	if a := relation(ada, bob); a == chat.RequestReceived {
		t.Error("the request of the blocked came through")
	}
	talk := func() error { return ada.Asks("friend.request", args{"user_id": bob.ID}, nil) }
	if err := talk(); err != nil {
		t.Fatal(err)
	}
	bob.NeverHeardOf("being blocked", string(chat.Blocked))
	bob.NeverHeardOf("what the pair's keeper knows", "blocked_by")
	ada.NeverHeardOf("what the pair's keeper knows", "blocked_by")
}

// SOC-7: groups of up to ten friends.
func TestAGroupOfFriendsTalks(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob, cy, eve := w.Person("ada"), w.Person("bob"), w.Person("cy"), w.Person("eve")
	ada.Befriends(bob)
	ada.Befriends(cy)
	ada.IsRefused(chat.NotFound, "direct.create", args{"user_ids": []chat.UserID{eve.ID}})
	var made struct {
		ID        chat.ServerID
		ChannelID chat.ChannelID `json:"channel_id"`
	}
	ada.Gets("direct.create", args{"user_ids": []chat.UserID{bob.ID}, "name": "trip"}, &made)
	bob.SeesChannel(made.ChannelID)
	bob.Sees(ada.Sends(made.ChannelID, "who drives?"))
	ada.Does("direct.add", args{"server_id": made.ID, "user_id": cy.ID})
	cy.SeesChannel(made.ChannelID)
	if page := cy.History(made.ChannelID, historyOf(5)); !slices.ContainsFunc(page, func(p client.Posted) bool { return p.Content == "who drives?" }) {
		t.Errorf("cy reads %+v", page)
	}
	bob.IsRefused(chat.NotFound, "direct.add", args{"server_id": made.ID, "user_id": eve.ID})
	bob.Does("direct.rename", args{"server_id": made.ID, "name": "holiday"})
	cy.HearsOf("server_updated", "name", "holiday")
	ada.Does("direct.leave", args{"server_id": made.ID})
	cy.Sees(bob.Sends(made.ChannelID, "ada is gone"))
	ada.IsRefused(chat.NotFound, "message.list", args{"channel_id": made.ChannelID})
	bob.Does("direct.leave", args{"server_id": made.ID})
	cy.Does("direct.leave", args{"server_id": made.ID})
	cy.IsRefused(chat.NotFound, "message.list", args{"channel_id": made.ChannelID})
	w.Verifies()
}
