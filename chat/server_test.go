package chat_test

import (
	"slices"
	"strings"
	"testing"

	"beep/chat"
)

// world applies what a server or user decides.
type world[S interface {
	Apply(chat.Record)
	Decide(chat.Command, int64) (chat.Decision, error)
}] struct {
	t      *testing.T
	st     S
	number uint64
}

func (w *world[S]) do(cmd chat.Command) error {
	d, err := w.st.Decide(cmd, 1)
	for _, e := range d.Events {
		w.number++
		w.st.Apply(chat.Record{Number: w.number, Time: 1, Author: d.Author, Event: e})
	}
	return err
}

func (w *world[S]) must(cmd chat.Command) {
	w.t.Helper()
	if err := w.do(cmd); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world[S]) refused(cmd chat.Command, kind chat.ErrorKind) {
	w.t.Helper()
	before := w.number
	if err := w.do(cmd); !chat.Is(err, kind) {
		w.t.Fatalf("%s: got %v, want %s", cmd.CommandName(), err, kind)
	}
	if w.number != before {
		w.t.Fatal("a refusal changed the state")
	}
}

func newServer(t *testing.T, v chat.Visibility) *world[*chat.Server] {
	t.Helper()
	w := &world[*chat.Server]{t: t, st: chat.NewServer()}
	w.must(&chat.CreateServer{
		ID: house, Name: "House", Visibility: v, Owner: ada, OwnerName: "ada", FirstChannel: room, FirstChanName: "general",
	})
	return w
}

func TestAServerBeginsWithItsOwnerAndAChannel(t *testing.T) {
	t.Parallel()
	w := newServer(t, chat.Public)
	if g := chat.Can(w.st, ada, room, 1); !g.Member || g.Permissions != chat.AllPermissions {
		t.Fatalf("the owner has %s", g.Permissions)
	}
	w.must(&chat.CreateServer{ID: house, Name: "House", Visibility: chat.Public, Owner: ada}) // a repeat
	w.refused(&chat.CreateServer{ID: house, Name: "x", Visibility: chat.Public, Owner: bob}, chat.Conflict)
}

func TestAnybodyJoinsAPublicServerAndNobodyAPrivateOne(t *testing.T) {
	t.Parallel()
	w := newServer(t, chat.Public)
	w.must(&chat.AddMember{User: bob, Username: "bob"})
	w.must(&chat.AddMember{User: bob, Username: "bob"})
	if g := chat.Can(w.st, bob, room, 1); g.Permissions != chat.DefaultEveryone|chat.ManageInvitations || g.ServerNumber != w.number {
		t.Fatalf("a member has %+v", g)
	}
	newServer(t, chat.Private).refused(&chat.AddMember{User: bob}, chat.NotFound)
	(&world[*chat.Server]{t: t, st: chat.NewServer()}).refused(&chat.AddMember{User: bob}, chat.NotFound)
}

func TestLeavingEndsAllRights(t *testing.T) {
	t.Parallel()
	w := newServer(t, chat.Public)
	w.must(&chat.AddMember{User: bob, Username: "bob"})
	w.must(&chat.RemoveMember{User: bob})
	w.must(&chat.RemoveMember{User: bob})
	if g := chat.Can(w.st, bob, room, 1); g.Member || g.Permissions != 0 {
		t.Fatalf("a former member has %+v", g)
	}
	w.refused(&chat.RemoveMember{User: ada}, chat.Conflict)
}

func TestChannelsAreMadeByThoseWhoMay(t *testing.T) {
	t.Parallel()
	w := newServer(t, chat.Public)
	w.must(&chat.AddMember{User: bob, Username: "bob"})
	w.must(&chat.CreateChannel{By: ada, ID: 70, Name: "plans"})
	w.refused(&chat.CreateChannel{By: bob, ID: 71, Name: "x"}, chat.Forbidden)
	w.refused(&chat.CreateChannel{By: 99, ID: 71, Name: "x"}, chat.NotFound)
	if c, ok := w.st.Channel(70); !ok || c.Position != 1 {
		t.Fatalf("channel is %+v", c)
	}
	if g := chat.Can(w.st, ada, 72, 1); g.Permissions != 0 {
		t.Fatal("rights in a channel that is not there")
	}
}

func TestNamesThatDeceiveAreRefused(t *testing.T) {
	t.Parallel()
	w := newServer(t, chat.Public)
	for _, name := range []string{"", "   ", "a\nb", "a\u202eb", "a\u2066b", "\xff"} {
		w.refused(&chat.CreateChannel{By: ada, ID: 71, Name: name}, chat.Invalid)
	}
	w.refused(&chat.CreateChannel{By: ada, ID: 71, Name: strings.Repeat("é", chat.MaxChannelName+1)}, chat.TooLarge)
	w.must(&chat.CreateChannel{By: ada, ID: 71, Name: strings.Repeat("é", chat.MaxChannelName)})
}

func newUser(t *testing.T) *world[*chat.User] {
	t.Helper()
	w := &world[*chat.User]{t: t, st: chat.NewUser()}
	w.refused(&chat.GetUser{}, chat.NotFound)
	w.must(&chat.RegisterUser{ID: ada, Username: "ada"})
	return w
}

func TestAUserIsInAtMostFiftyServers(t *testing.T) {
	t.Parallel()
	w := newUser(t)
	for id := chat.ServerID(1); id < chat.MaxServersPerUser; id++ {
		w.must(&chat.StartJoin{Server: id})
		w.must(&chat.FinishJoin{Server: id})
	}
	w.must(&chat.StartJoin{Server: 1000}) // the fiftieth is only asked for
	w.refused(&chat.StartJoin{Server: 1001}, chat.Conflict)
	w.must(&chat.FinishJoin{Server: 1000, Refused: true})
	w.must(&chat.StartJoin{Server: 1001})
	w.must(&chat.FinishJoin{Server: 1001})
	if len(w.st.Servers) != chat.MaxServersPerUser || !w.st.In(1001) || w.st.In(1000) {
		t.Fatalf("in %v", w.st.Servers)
	}
}

func TestReadPositionsOnlyMoveForward(t *testing.T) {
	t.Parallel()
	w := newUser(t)
	w.refused(&chat.SetRead{Server: house, Channel: room, Seq: 1}, chat.NotFound)
	w.must(&chat.StartJoin{Server: house})
	w.must(&chat.FinishJoin{Server: house})
	w.must(&chat.SetRead{Server: house, Channel: room, Seq: 9})
	w.refused(&chat.SetRead{Server: house, Channel: room, Seq: chat.MaxSequence + 1}, chat.Invalid)
	before := w.number
	w.must(&chat.SetRead{Server: house, Channel: room, Seq: 5})
	if w.number != before || w.st.Read[room].Seq != 9 {
		t.Fatal("a read position moved backwards")
	}
	w.must(&chat.StartLeave{Server: house})
	w.must(&chat.FinishJoin{Server: house})
	if len(w.st.Read) != 0 || w.st.In(house) {
		t.Fatal("something is left of a server that was left")
	}
}

func TestUsernames(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"ab", "ada.l-o_v", "9lives", strings.Repeat("x", 32)} {
		if err := chat.ValidateUsername("test", good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"", "a", "Ada", ".ada", "_a", "a b", "é́a", "аda", strings.Repeat("x", 33)} {
		if chat.ValidateUsername("test", bad) == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func TestIdentifiersHaveOneSpelling(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "0", "01", "+1", "-1", "1.0", "9223372036854775808", "18446744073709551616", "abc", " 1"} {
		if _, err := chat.ParseUserID(bad); !chat.Is(err, chat.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if id, err := chat.ParseUserID("9223372036854775807"); err != nil || id.String() != "9223372036854775807" {
		t.Error(id, err)
	}
}

// Check refuses such a log, but an actor must live with whatever is in it.
func TestWhatIsBelowAChannelInACircleEnds(t *testing.T) {
	t.Parallel()
	st := chat.NewServer()
	for i, e := range []chat.Event{
		&chat.ServerCreated{ID: house, OwnerID: ada},
		&chat.ChannelCreated{ID: 1, ServerID: house, Type: chat.TextChannel, ParentID: 1},
		&chat.ChannelCreated{ID: 2, ServerID: house, Type: chat.TextChannel, ParentID: 3},
		&chat.ChannelCreated{ID: 3, ServerID: house, Type: chat.TextChannel, ParentID: 2},
	} {
		st.Apply(chat.Record{Number: uint64(i + 1), Event: e})
	}
	if own, other := st.Below(1), st.Below(2); len(own) != 0 || !slices.Equal(other, []chat.ChannelID{3}) {
		t.Errorf("below are %v and %v", own, other)
	}
}
