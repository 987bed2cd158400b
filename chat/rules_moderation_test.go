package chat_test

import (
	"slices"
	"strings"
	"testing"

	"beep/chat"
)

func TestNicknamesAreOnesOwnOrFromAbove(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.must(&chat.RenameMember{By: dweller, User: dweller, Nickname: "Dora"})
	w.unchanged(&chat.RenameMember{By: dweller, User: dweller, Nickname: "Dora"})
	if m := w.st.Members[dweller]; m.Name() != "Dora" {
		t.Fatalf("she is called %s", m.Name())
	}
	w.must(&chat.RenameMember{By: mod, User: dweller})
	w.must(&chat.RenameMember{By: ada, User: ada, Nickname: "Queen"})
	w.refused(&chat.RenameMember{By: dweller, User: mod, Nickname: "x"}, chat.Forbidden)
	w.refused(&chat.RenameMember{By: mod, User: deputy, Nickname: "x"}, chat.Forbidden)
	w.refused(&chat.RenameMember{By: mod, User: ada, Nickname: "x"}, chat.Forbidden)
	w.refused(&chat.RenameMember{By: mod, User: guest, Nickname: "x"}, chat.NotFound)
	w.refused(&chat.RenameMember{By: dweller, User: dweller, Nickname: "  "}, chat.Invalid)
	for name, kind := range deceiving(chat.MaxNickname) {
		w.refused(&chat.RenameMember{By: dweller, User: dweller, Nickname: name}, kind)
	}
	w.must(&chat.UpdateRole{By: ada, ID: chat.EveryoneRole(house), Permissions: ptr(chat.ViewChannels)})
	w.refused(&chat.RenameMember{By: dweller, User: dweller, Nickname: "x"}, chat.Forbidden)
}

// Muting, kicking and banning share the rules of who may do it to whom.
func TestModerationGoesDownwards(t *testing.T) {
	t.Parallel()
	for _, act := range []func(by, u chat.UserID) chat.Command{
		func(by, u chat.UserID) chat.Command { return &chat.MuteMember{By: by, User: u, Until: 100} },
		func(by, u chat.UserID) chat.Command { return &chat.KickMember{By: by, User: u} },
		func(by, u chat.UserID) chat.Command { return &chat.BanMember{By: by, User: u} },
	} {
		w := newTown(t)
		w.refused(act(dweller, mod), chat.Forbidden)
		w.refused(act(dweller, dweller), chat.Forbidden)
		w.refused(act(mod, mod), chat.Conflict)
		w.refused(act(mod, ada), chat.Forbidden)
		w.refused(act(ada, ada), chat.Conflict)
		w.refused(act(mod, deputy), chat.Forbidden)
		w.must(&chat.ChangeMemberRoles{By: ada, User: dweller, Add: []chat.RoleID{keeper}})
		w.refused(act(mod, dweller), chat.Forbidden) // an equal
		w.must(&chat.ChangeMemberRoles{By: ada, User: dweller, Remove: []chat.RoleID{keeper}})
		w.must(act(mod, dweller))
		w.must(act(deputy, mod))
		w.must(act(ada, deputy))
	}
}

func TestReasonsAreOneShortLine(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	for reason, kind := range map[string]chat.ErrorKind{
		"a\nb": chat.Invalid, "a\u202eb": chat.Invalid, strings.Repeat("x", chat.MaxReason+1): chat.TooLarge,
	} {
		w.refused(&chat.MuteMember{By: mod, User: dweller, Until: 100, Reason: reason}, kind)
		w.refused(&chat.KickMember{By: mod, User: dweller, Reason: reason}, kind)
		w.refused(&chat.BanMember{By: mod, User: dweller, Reason: reason}, kind)
	}
}

func TestAMuteLastsUntilItsTime(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.unchanged(&chat.MuteMember{By: mod, User: dweller})
	w.must(&chat.MuteMember{By: mod, User: dweller, Until: 100, Reason: "noise"})
	w.unchanged(&chat.MuteMember{By: mod, User: dweller, Until: 100})
	for now, want := range map[int64]bool{99: false, 100: true} {
		if got := chat.Can(w.st, dweller, room, now).Permissions.Has(chat.SendMessages); got != want {
			t.Errorf("at %d she may speak: %t", now, got)
		}
	}
	if d := decision(t, w.st, &chat.MuteMember{By: mod, User: dweller}, 200); len(d.Events) != 0 {
		t.Error("a mute that is over was ended")
	}
	w.must(&chat.MuteMember{By: mod, User: dweller})
	for _, until := range []int64{-1, 1, 2 + chat.MaxMuteMillis} {
		w.refused(&chat.MuteMember{By: mod, User: dweller, Until: until}, chat.Invalid)
	}
	w.refused(&chat.MuteMember{By: mod, User: guest, Until: 100}, chat.NotFound)
	w.must(&chat.UpdateRole{By: ada, ID: keeper, Permissions: ptr(chat.Administrator)})
	w.refused(&chat.MuteMember{By: ada, User: mod, Until: 100}, chat.Conflict)
}

func TestWhoIsKickedHearsOfItAndMayComeBack(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	kick := &chat.KickMember{By: mod, User: dweller, Reason: "noise"}
	then := decision(t, w.st, kick, 1).Then
	want := chat.MembershipEnded{Server: house, Reason: "kicked"}
	if len(then) != 1 || then[0].Wait || then[0].To != chat.UserKey(dweller) || *then[0].Command.(*chat.MembershipEnded) != want {
		t.Fatalf("tells %+v", then)
	}
	w.must(kick)
	w.refused(kick, chat.NotFound)
	if chat.Can(w.st, dweller, room, 1).Member {
		t.Fatal("she is still there")
	}
	w.must(&chat.AddMember{User: dweller, Invitation: "open"})
}

func TestABanKeepsOutWhoeverItIs(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.must(&chat.BanMember{By: mod, User: dweller, Reason: "noise"})
	if ban := w.st.Bans[dweller]; ban != (chat.Ban{Username: "user", By: mod, At: 1, Reason: "noise"}) {
		t.Errorf("the ban is %+v", ban)
	}
	w.must(&chat.BanMember{By: mod, User: guest})
	w.unchanged(&chat.BanMember{By: mod, User: guest, Reason: "again"})
	w.refused(&chat.BanMember{By: mod}, chat.Invalid)
	w.refused(&chat.AddMember{User: dweller, Invitation: "open"}, chat.Forbidden)
	w.refused(&chat.AddMember{User: dweller}, chat.NotFound)
	w.refused(&chat.UnbanMember{By: dweller, User: dweller}, chat.NotFound)
	w.refused(&chat.UnbanMember{By: mod, User: 999}, chat.NotFound)
	w.must(&chat.UnbanMember{By: mod, User: dweller})
	w.refused(&chat.UnbanMember{By: mod, User: dweller}, chat.NotFound)
	w.must(&chat.AddMember{User: dweller, Invitation: "open"})
	w.refused(&chat.UnbanMember{By: dweller, User: guest}, chat.Forbidden)
	for u := range chat.UserID(chat.MaxBans) {
		w.st.Bans[100_000+u] = chat.Ban{}
	}
	w.refused(&chat.BanMember{By: mod, User: dweller}, chat.Conflict)
}

func TestABanTakesRecentMessagesWithIt(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	const now = 2 * chat.MaxPurgeMillis
	many := make([]uint64, chat.MaxPurgedMessages+1)
	for i := range many {
		many[i] = uint64(len(many) - i)
	}
	ban := &chat.BanMember{By: mod, User: dweller, Since: now - 10, Purge: map[chat.ChannelID][]uint64{roses: many, room: {3, 1}, 999: {1}}}
	d := decision(t, w.st, ban, now)
	if len(d.Then) != 3 || d.Then[1].To != chat.ChannelKey(house, room) || d.Then[2].To != chat.ChannelKey(house, roses) {
		t.Fatalf("tells %+v", d.Then)
	}
	purge := d.Then[1].Command.(*chat.PurgeMessages)
	if !d.Then[1].Wait || purge.By != mod || purge.User != dweller || purge.Since != now-10 || !slices.Equal(purge.Seqs, []uint64{1, 3}) {
		t.Errorf("purges %+v", purge)
	}
	if seqs := d.Then[2].Command.(*chat.PurgeMessages).Seqs; len(seqs) != chat.MaxPurgedMessages || seqs[0] != 2 {
		t.Errorf("purges %d messages from %d on", len(seqs), seqs[0])
	}
	for _, since := range []int64{-1, now + 1, now - chat.MaxPurgeMillis - 1} {
		if _, err := w.st.Decide(&chat.BanMember{By: mod, User: dweller, Since: since}, now); !chat.Is(err, chat.Invalid) {
			t.Errorf("since %d: %v", since, err)
		}
	}
	ban.Since = 0
	if d := decision(t, w.st, ban, now); len(d.Then) != 1 {
		t.Errorf("deletes messages although nobody asked: %+v", d.Then)
	}
}
