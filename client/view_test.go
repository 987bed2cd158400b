package client

import (
	"testing"

	"beep/chat"
)

func TestAViewTellsWhatItTakesAway(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	c, r := run(t, g, Options{})
	p, _ := g.accept()
	p.send(readyFrame, `{"op":"view","s":"100","hide":["200","999"],"show":[{"id":"202","server_id":"100","name":"new","n":3}]}`,
		`{"op":"server_gone","s":"100"}`)
	next[Ready](r)
	v := next[ViewChanged](r)
	if len(v.Hidden) != 1 || v.Hidden[0].Name != "general" || len(v.Hide) != 2 || len(v.Show) != 1 {
		t.Fatalf("view %+v", v)
	}
	if gone := next[ServerGone](r); gone.Was.Name != "Home" || len(gone.Was.Channels) != 1 || gone.Was.Channels[0].Name != "new" {
		t.Fatalf("gone %+v", gone)
	}
	if _, ok := c.State().Server(100); ok {
		t.Fatal("the state still has the server")
	}
}

func TestAWholeViewForgetsRightsThatItDoesNotName(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	c, r := run(t, g, Options{})
	p, _ := g.accept()
	p.send(readyFrame, `{"op":"view","s":"100","show":[{"id":"202","server_id":"100","name":"new","n":3}]}`,
		`{"op":"view","s":"100","rights":[{"id":"200","rights":["speak"]},{"id":"202","rights":["speak"]}]}`,
		`{"op":"view","s":"100","whole":true,"rights":[{"id":"202","rights":["connect"]}]}`)
	next[Ready](r)
	for range 3 {
		next[ViewChanged](r)
	}
	for id, want := range map[chat.ChannelID]int{200: 0, 202: 1} {
		if ch, ok := c.State().Channel(id); !ok || len(ch.Rights) != want {
			t.Fatalf("channel %+v", ch)
		}
	}
}

func TestRecordsWithoutATypeOfTheirOwnCanBeRead(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	c, r := run(t, g, Options{})
	p, _ := g.accept()
	p.send(readyFrame,
		`{"op":"event","e":"role_created","s":"100","n":13,"t":1,"by":"7","d":{"id":"60","position":1,"name":"Low"}}`,
		`{"op":"event","e":"role_created","s":"100","n":14,"t":1,"by":"7","d":{"id":"61","position":1,"name":"New"}}`,
		`{"op":"event","e":"roles_ordered","s":"100","n":15,"t":1,"by":"7","d":{"order":["61","60"],"was":["61","60"]}}`,
		`{"op":"event","e":"hidden","s":"100","n":16}`, `{"op":"event","e":"role_created","s":"100","n":17,"d":[]}`)
	next[Ready](r)
	if e, ok := next[Other](r).Event().(*chat.RoleCreated); !ok || e.Name != "Low" {
		t.Fatalf("read as %+v", e)
	}
	next[Other](r)
	if e, ok := next[Other](r).Event().(*chat.RolesOrdered); !ok || len(e.Order) != 2 {
		t.Fatalf("read as %+v", e)
	}
	for range 2 {
		if e := next[Other](r).Event(); e != nil {
			t.Fatalf("what cannot be read became %+v", e)
		}
	}
	s, _ := c.State().Server(100)
	if len(s.Roles) != 2 || s.Roles[0].Position != 2 || s.Roles[1].Position != 1 {
		t.Fatalf("roles %+v", s.Roles)
	}
}

func TestAUserIsFoundByHisNameOnceAskedFor(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	c, r := run(t, g, Options{})
	p, _ := g.accept()
	p.send(readyFrame)
	next[Ready](r)
	found := make(chan chat.UserID, 3)
	failed := make(chan error, 1)
	go func() {
		for _, name := range []string{"Cleo", "cleo"} { // the second is known by then
			id, err := c.FindUser(t.Context(), name)
			if err != nil {
				t.Error(err)
			}
			found <- id
		}
		_, err := c.FindUser(t.Context(), "cle")
		failed <- err
	}()
	for range 2 {
		f := p.read()
		if f.Method != "user.search" {
			t.Errorf("asked for %s", f.Method)
		}
		p.reply(f, `{"users":[{"id":"9","username":"cleo"},{"id":"10","username":"cleopatra"}]}`)
	}
	if a, b := get(t, found), get(t, found); a != 9 || b != 9 {
		t.Fatalf("found %d and %d", a, b)
	}
	if err := get(t, failed); !chat.Is(err, chat.NotFound) {
		t.Fatalf("the beginning of a name gave %v", err)
	}
}
