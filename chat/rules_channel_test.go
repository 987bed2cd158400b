package chat_test

import (
	"slices"
	"strings"
	"testing"

	"beep/chat"
)

func TestChannelsStandWhereTheyMay(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.must(&chat.CreateChannel{By: mod, ID: 500, Name: "deep", Type: chat.ThreadChannel, Parent: roses})
	for what, bad := range map[string]chat.CreateChannel{
		"a category in a category": {Type: chat.CategoryChannel, Parent: garden},
		"a channel in a channel":   {Parent: roses},
		"a channel in a thread":    {Parent: 500},
		"a thread in a thread":     {Type: chat.ThreadChannel, Parent: 500},
		"a thread in a conference": {Type: chat.ThreadChannel, Parent: hall},
		"a thread in a category":   {Type: chat.ThreadChannel, Parent: garden},
		"a thread in nothing":      {Type: chat.ThreadChannel},
		"a direct channel":         {Type: chat.DirectChannel},
		"an unknown type":          {Type: "park"},
		"a message of a channel":   {Message: 9},
		"a private thread":         {Type: chat.ThreadChannel, Parent: roses, Private: true},
		"a slow category":          {Type: chat.CategoryChannel, SlowMode: 5},
		"slower than slow":         {SlowMode: chat.MaxSlowMode + 1},
		"faster than now":          {SlowMode: -1},
	} {
		bad.By, bad.ID, bad.Name = ada, 501, "x"
		t.Log(what)
		w.refused(&bad, chat.Invalid)
	}
	w.refused(&chat.CreateChannel{By: ada, ID: 501, Name: "x", Parent: 999}, chat.NotFound)   // no or another server's
	w.refused(&chat.CreateChannel{By: mod, ID: 501, Name: "x", Parent: vault}, chat.NotFound) // he does not see it
	w.refused(&chat.CreateChannel{By: dweller, ID: 501, Name: "x"}, chat.Forbidden)
	w.refused(&chat.CreateChannel{By: ada, ID: roses, Name: "x"}, chat.Conflict)
	w.refused(&chat.CreateChannel{By: ada, Name: "x"}, chat.Invalid)
	w.refused(&chat.CreateChannel{By: ada, ID: 501, Name: "x", Topic: strings.Repeat("x", 1<<20)}, chat.TooLarge)
	w.refused(&chat.CreateChannel{By: ada, ID: 501, Name: "x", Topic: "a\u202eb"}, chat.Invalid)
	w.must(&chat.CreateChannel{By: ada, ID: 501, Name: "x", Topic: "two\nlines"})
}

func TestAThreadIsTiedToItsMessageOnce(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	tie := &chat.CreateChannel{By: dweller, ID: 500, Name: "deep", Type: chat.ThreadChannel, Parent: roses, Message: 77, SystemID: 78}
	d := decision(t, w.st, tie, 1)
	want := chat.AttachThread{By: dweller, Message: 77, ThreadID: 500, SystemID: 78}
	if len(d.Then) != 1 || d.Then[0].To != chat.ChannelKey(house, roses) || !d.Then[0].Wait || *d.Then[0].Command.(*chat.AttachThread) != want {
		t.Fatalf("tells %+v", d.Then)
	}
	w.must(tie)
	again := decision(t, w.st, &chat.CreateChannel{By: mod, ID: 501, Name: "x", Type: chat.ThreadChannel, Parent: roses, Message: 77, SystemID: 79}, 1)
	refusal, ok := again.Reply.(*chat.Error)
	if !ok || refusal.Kind != chat.Conflict || len(again.Events) != 0 || len(again.Then) != 1 {
		t.Fatalf("%+v", again)
	}
	if got := *again.Then[0].Command.(*chat.AttachThread); got != (chat.AttachThread{By: dweller, Message: 77, ThreadID: 500, SystemID: 79}) {
		t.Errorf("the thread that is there is not attached again: %+v", got)
	}
	w.must(&chat.CreateChannel{By: mod, ID: 502, Name: "x", Type: chat.ThreadChannel, Parent: room, Message: 77}) // says nothing of roses
	w.must(&chat.MuteMember{By: mod, User: dweller, Until: 1000})
	w.refused(&chat.CreateChannel{By: dweller, ID: 501, Name: "x", Type: chat.ThreadChannel, Parent: roses}, chat.Forbidden)
	w.refused(&chat.UpdateChannel{By: dweller, ID: 500, Name: ptr("muted")}, chat.Forbidden)
	w.must(&chat.MuteMember{By: mod, User: dweller})
	w.must(&chat.UpdateChannel{By: dweller, ID: 500, Name: ptr("deeper"), Topic: ptr("t"), Archived: ptr(true)})
	w.refused(&chat.UpdateChannel{By: dweller, ID: 500, SlowMode: ptr(1)}, chat.Forbidden)
	w.refused(&chat.UpdateChannel{By: dweller, ID: 500, Position: ptr(1)}, chat.Forbidden)
	w.refused(&chat.UpdateChannel{By: ada, ID: 500, Parent: ptr(room)}, chat.Invalid)
	w.refused(&chat.UpdateChannel{By: ada, ID: 500, Parent: ptr(chat.ChannelID(0))}, chat.Invalid)
}

func TestChannelsAndThreadsAreCountedApart(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	for i := len(w.st.Channels); i < chat.MaxChannelsPerServer; i++ {
		w.must(&chat.CreateChannel{By: ada, ID: chat.ChannelID(1000 + i), Name: "x"})
	}
	w.refused(&chat.CreateChannel{By: ada, ID: 999, Name: "x"}, chat.Conflict)
	for i := range chat.MaxThreadsPerServer {
		w.must(&chat.CreateChannel{By: ada, ID: chat.ChannelID(5000 + i), Name: "x", Type: chat.ThreadChannel, Parent: roses})
	}
	w.refused(&chat.CreateChannel{By: ada, ID: 999, Name: "x", Type: chat.ThreadChannel, Parent: roses}, chat.Conflict)
}

func TestChannelSettingsAreChangedByThoseWhoMay(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.must(&chat.UpdateChannel{By: mod, ID: roses, Name: ptr("tulips"), Topic: ptr("a\nb"), Position: ptr(7), SlowMode: ptr(30)})
	c, _ := w.st.Channel(roses)
	if c.Name != "tulips" || c.Topic != "a\nb" || c.Position != 7 || c.SlowMode != 30 || c.ParentID != garden || c.Version != w.number {
		t.Fatalf("channel is %+v", c)
	}
	w.unchanged(&chat.UpdateChannel{By: mod, ID: roses, Name: ptr("tulips"), IfVersion: c.Version})
	w.refused(&chat.UpdateChannel{By: mod, ID: roses, Name: ptr("x"), IfVersion: c.Version - 1}, chat.Stale)
	w.refused(&chat.UpdateChannel{By: dweller, ID: roses, Name: ptr("x")}, chat.Forbidden)
	w.refused(&chat.UpdateChannel{By: mod, ID: vault, Name: ptr("x")}, chat.NotFound)
	w.refused(&chat.UpdateChannel{By: ada, ID: 999, Name: ptr("x")}, chat.NotFound)
	w.refused(&chat.UpdateChannel{By: ada, ID: roses, Archived: ptr(true)}, chat.Invalid)
	w.refused(&chat.UpdateChannel{By: ada, ID: roses, Position: ptr(-1)}, chat.Invalid)
	w.refused(&chat.UpdateChannel{By: ada, ID: roses, Position: ptr(chat.MaxChannelPosition + 1)}, chat.Invalid)
	w.refused(&chat.UpdateChannel{By: ada, ID: roses, Topic: ptr(strings.Repeat("x", 1<<20))}, chat.TooLarge)
	for name, kind := range deceiving(chat.MaxChannelName) {
		w.refused(&chat.UpdateChannel{By: ada, ID: roses, Name: &name}, kind)
	}
}

func TestAChannelMovesOnlyIntoACategoryOfItsServer(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.must(&chat.UpdateChannel{By: mod, ID: hall, Parent: ptr(garden)})
	w.must(&chat.UpdateChannel{By: mod, ID: hall, Parent: ptr(chat.ChannelID(0))})
	for _, parent := range []chat.ChannelID{hall, roses} { // itself, and no category
		w.refused(&chat.UpdateChannel{By: ada, ID: hall, Parent: &parent}, chat.Invalid)
	}
	w.refused(&chat.UpdateChannel{By: ada, ID: garden, Parent: ptr(garden)}, chat.Invalid)
	w.must(&chat.CreateChannel{By: ada, ID: 500, Name: "other", Type: chat.CategoryChannel})
	w.refused(&chat.UpdateChannel{By: ada, ID: garden, Parent: ptr(chat.ChannelID(500))}, chat.Invalid) // it would make cycles
	w.refused(&chat.UpdateChannel{By: ada, ID: hall, Parent: ptr(chat.ChannelID(999))}, chat.NotFound)
	w.must(&chat.DeleteChannel{By: ada, ID: 500})
	w.refused(&chat.UpdateChannel{By: ada, ID: hall, Parent: ptr(chat.ChannelID(500))}, chat.NotFound)
}

// Who may not change a channel's permissions must not change them by moving it.
func TestMovingAChannelIsNoWayToChangeItsPermissions(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.must(&chat.UpdateRole{By: ada, ID: helper, Permissions: ptr(chat.ManageChannels)})
	w.must(&chat.ChangeMemberRoles{By: ada, User: dweller, Add: []chat.RoleID{helper}})
	w.must(&chat.UpdateChannel{By: dweller, ID: hall, Parent: ptr(garden)}) // neither has overrides
	w.must(&chat.SetOverride{By: ada, Override: chat.Override{
		ChannelID: garden, RoleID: keeper, Deny: chat.Rights(chat.AddReactions),
	}})
	none := chat.ChannelID(0)
	w.refused(&chat.UpdateChannel{By: dweller, ID: hall, Parent: &none}, chat.Forbidden)
	w.refused(&chat.UpdateChannel{By: mod, ID: hall, Parent: &none}, chat.Forbidden) // the override is of his own rank
	w.must(&chat.UpdateChannel{By: deputy, ID: hall, Parent: &none})
}

func TestDeletingACategoryTakesWhatIsInIt(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.must(&chat.CreateChannel{By: mod, ID: 500, Name: "deep", Type: chat.ThreadChannel, Parent: roses})
	w.refused(&chat.DeleteChannel{By: dweller, ID: garden}, chat.Forbidden)
	w.refused(&chat.DeleteChannel{By: mod, ID: vault}, chat.NotFound)
	w.refused(&chat.DeleteChannel{By: ada, ID: garden, IfVersion: 999}, chat.Stale)
	w.must(&chat.CreateChannel{By: ada, ID: 501, Name: "hidden", Parent: garden, Private: true})
	w.refused(&chat.DeleteChannel{By: mod, ID: garden}, chat.Forbidden) // not the hidden one alone either
	d := decision(t, w.st, &chat.DeleteChannel{By: ada, ID: garden}, 1)
	with := d.Events[0].(*chat.ChannelDeleted).With
	if slices.Sort(with); !slices.Equal(with, []chat.ChannelID{roses, 500, 501}) {
		t.Fatalf("goes with it: %v", with)
	}
	w.must(&chat.DeleteChannel{By: ada, ID: garden})
	for _, id := range []chat.ChannelID{garden, roses, 500, 501} {
		if _, ok := w.st.Channel(id); ok || chat.Can(w.st, ada, id, 1).Permissions != 0 {
			t.Errorf("channel %d is left", id)
		}
	}
	w.refused(&chat.DeleteChannel{By: ada, ID: garden}, chat.NotFound)
	for _, id := range []chat.ChannelID{room, hall, vault} {
		w.must(&chat.DeleteChannel{By: ada, ID: id})
	}
	if len(w.st.Channels) != 0 {
		t.Error("the last channel cannot be deleted")
	}
}

func TestAPrivateChannelBeginsWithItsMakerAlone(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.must(&chat.CreateChannel{By: mod, ID: 500, Name: "den", Private: true})
	for u, want := range map[chat.UserID]bool{ada: true, mod: true, dweller: false, deputy: false} {
		if chat.CanSee(w.st, u, 500) != want {
			t.Errorf("%d sees it: %t", u, !want)
		}
	}
	if c, _ := w.st.Channel(vault); len(c.Overrides) != 1 || !w.st.Private(vault) {
		t.Errorf("the owner's private channel has %+v", c.Overrides)
	}
}
