package chat_test

import (
	"testing"

	"beep/chat"
)

func override(ch chat.ChannelID, r chat.RoleID, u chat.UserID, allow, deny chat.Permission) chat.Override {
	return chat.Override{ChannelID: ch, RoleID: r, MemberID: u, Allow: chat.Rights(allow), Deny: chat.Rights(deny)}
}

func TestOverridesAreCheckedInThemselves(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	for what, bad := range map[string]chat.Override{
		"of nobody":             override(room, 0, 0, chat.Speak, 0),
		"of two":                override(room, helper, dweller, chat.Speak, 0),
		"allowed and denied":    override(room, helper, 0, chat.Speak, chat.Speak),
		"a right of servers":    override(room, helper, 0, chat.ManageServer, 0),
		"administrator":         override(room, helper, 0, chat.Administrator, 0),
		"an unknown right":      override(room, helper, 0, 1<<50, 0),
		"nothing":               override(room, helper, 0, 0, 0),
		"an unknown right gone": override(room, helper, 0, 0, 1<<50),
	} {
		t.Log(what)
		w.refused(&chat.SetOverride{By: ada, Override: bad}, chat.Invalid)
		w.refused(&chat.CreateChannel{By: ada, ID: 500, Name: "x", Overrides: []chat.Override{bad}}, chat.Invalid)
	}
	w.refused(&chat.SetOverride{By: ada, Override: override(room, 999, 0, chat.Speak, 0)}, chat.NotFound)
	w.refused(&chat.SetOverride{By: ada, Override: override(room, 0, guest, chat.Speak, 0)}, chat.NotFound)
	w.refused(&chat.SetOverride{By: ada, Override: override(999, helper, 0, chat.Speak, 0)}, chat.NotFound)
	w.refused(&chat.SetOverride{By: mod, Override: override(vault, helper, 0, chat.Speak, 0)}, chat.NotFound)
	w.must(&chat.CreateChannel{By: ada, ID: 500, Name: "x", Type: chat.ThreadChannel, Parent: roses})
	w.refused(&chat.SetOverride{By: ada, Override: override(500, helper, 0, chat.Speak, 0)}, chat.Invalid)
	w.refused(&chat.RemoveOverride{By: ada, Channel: vault}, chat.Invalid)
	w.refused(&chat.RemoveOverride{By: ada, Channel: vault, RoleID: helper, MemberID: dweller}, chat.Invalid)
	w.refused(&chat.RemoveOverride{By: ada, Channel: vault, RoleID: helper}, chat.NotFound)
}

func TestNobodyOverridesAtOrAboveHisRank(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	for _, o := range []chat.Override{
		override(room, keeper, 0, 0, chat.Speak), override(room, chief, 0, 0, chat.Speak),
		override(room, 0, mod, chat.Speak, 0), override(room, 0, deputy, 0, chat.Speak), override(room, 0, ada, 0, chat.Speak),
	} {
		w.refused(&chat.SetOverride{By: mod, Override: o}, chat.Forbidden)
	}
	w.refused(&chat.SetOverride{By: dweller, Override: override(room, helper, 0, chat.Speak, 0)}, chat.Forbidden)
	w.must(&chat.SetOverride{By: mod, Override: override(room, helper, 0, 0, chat.Speak)})
	w.must(&chat.SetOverride{By: mod, Override: override(room, 0, dweller, 0, chat.Speak)})
	w.must(&chat.SetOverride{By: mod, Override: override(room, chat.EveryoneRole(house), 0, 0, chat.Speak)})
	w.must(&chat.SetOverride{By: ada, Override: override(room, 0, ada, 0, chat.Speak)}) // senseless, but his
	w.must(&chat.SetOverride{By: deputy, Override: override(room, keeper, 0, 0, chat.Connect)})
	w.refused(&chat.RemoveOverride{By: mod, Channel: room, RoleID: keeper}, chat.Forbidden)
}

func TestNobodyGivesOrTakesInAChannelWhatHeHasNot(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.refused(&chat.SetOverride{By: mod, Override: override(room, helper, 0, chat.ManageMessages, 0)}, chat.Forbidden)
	w.refused(&chat.SetOverride{By: mod, Override: override(room, helper, 0, 0, chat.ManageMessages)}, chat.Forbidden)
	w.must(&chat.SetOverride{By: ada, Override: override(room, helper, 0, chat.ManageMessages, 0)})
	w.must(&chat.SetOverride{By: mod, Override: override(room, helper, 0, chat.ManageMessages, chat.Speak)}) // leaves it alone
	w.refused(&chat.SetOverride{By: mod, Override: override(room, helper, 0, 0, chat.Speak)}, chat.Forbidden)
	w.refused(&chat.RemoveOverride{By: mod, Channel: room, RoleID: helper}, chat.Forbidden)
	version := w.number
	w.refused(&chat.SetOverride{By: ada, Override: override(room, helper, 0, chat.Speak, 0), IfVersion: version - 1}, chat.Stale)
	w.refused(&chat.RemoveOverride{By: ada, Channel: room, RoleID: helper, IfVersion: version - 1}, chat.Stale)
	w.unchanged(&chat.SetOverride{By: mod, Override: override(room, helper, 0, chat.ManageMessages, chat.Speak), IfVersion: version})
	w.must(&chat.RemoveOverride{By: ada, Channel: room, RoleID: helper, IfVersion: version})
	w.must(&chat.UpdateRole{By: ada, ID: keeper, Permissions: ptr(chat.Administrator)})
	w.must(&chat.SetOverride{By: mod, Override: override(room, helper, 0, chat.ManageMessages, 0)})
}

// The first override of its own takes a channel out of its category's hands:
// nothing but what was asked for may change by it.
func TestTheFirstOverrideKeepsWhatTheCategorySaid(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.must(&chat.SetOverride{By: ada, Override: override(garden, chat.EveryoneRole(house), 0, 0, chat.ViewChannels)})
	w.must(&chat.SetOverride{By: ada, Override: override(garden, keeper, 0, chat.ViewChannels, 0)})
	if chat.CanSee(w.st, dweller, roses) || !chat.CanSee(w.st, mod, roses) || w.st.Governing(roses) != garden {
		t.Fatal("the channel is not its category's")
	}
	w.must(&chat.SetOverride{By: mod, Override: override(roses, helper, 0, chat.ViewChannels, 0)})
	c, _ := w.st.Channel(roses)
	if len(c.Overrides) != 3 || chat.CanSee(w.st, dweller, roses) || !chat.CanSee(w.st, mod, roses) || w.st.Governing(roses) != roses {
		t.Fatalf("the channel has %+v", c.Overrides)
	}
	w.must(&chat.AddToChannel{By: mod, Channel: roses, User: dweller})
	if !chat.CanSee(w.st, dweller, roses) || chat.CanSee(w.st, dweller, garden) {
		t.Fatal("she was not added to the channel, or to more than it")
	}
	for i := range chat.RoleID(chat.MaxInherited) {
		r := 2000 + i
		w.must(&chat.CreateRole{By: ada, ID: r, RoleSettings: chat.RoleSettings{Name: "r"}})
		w.must(&chat.SetOverride{By: ada, Override: override(garden, r, 0, 0, chat.Speak)})
	}
	w.must(&chat.CreateChannel{By: ada, ID: 500, Name: "x", Parent: garden})
	w.refused(&chat.SetOverride{By: ada, Override: override(500, helper, 0, chat.Speak, 0)}, chat.Conflict)
}

func TestRemovingTheLastOverrideIsNoWayToGainRights(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.must(&chat.SetOverride{By: ada, Override: override(roses, helper, 0, 0, chat.Speak)})
	w.must(&chat.SetOverride{By: ada, Override: override(garden, keeper, 0, chat.ManageMessages, 0)})
	w.refused(&chat.RemoveOverride{By: mod, Channel: roses, RoleID: helper}, chat.Forbidden)
	w.must(&chat.RemoveOverride{By: ada, Channel: roses, RoleID: helper})
	if !chat.Can(w.st, mod, roses, 1).Permissions.Has(chat.ManageMessages) {
		t.Error("the category does not govern the channel again")
	}
}

func TestAChannelIsMadeWithOverridesOfThoseWhoMay(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	private := func(by chat.UserID, o ...chat.Override) *chat.CreateChannel {
		return &chat.CreateChannel{By: by, ID: 500, Name: "x", Private: true, Overrides: o}
	}
	w.refused(private(mod, override(0, chief, 0, chat.Speak, 0)), chat.Forbidden)
	w.refused(private(mod, override(0, helper, 0, chat.ManageMessages, 0)), chat.Forbidden)
	w.refused(private(mod, override(0, 0, guest, chat.Speak, 0)), chat.NotFound)
	w.refused(private(mod, override(0, helper, 0, chat.Speak, 0), override(0, helper, 0, 0, chat.Speak)), chat.Invalid)
	w.must(private(mod, override(0, 0, dweller, chat.ViewChannels, chat.Speak)))
	if g := chat.Can(w.st, dweller, 500, 1).Permissions; !g.Has(chat.ViewChannels) || g.Has(chat.Speak) {
		t.Errorf("she may %s", g)
	}
	w.must(&chat.UpdateRole{By: ada, ID: helper, Permissions: ptr(chat.ManageChannels)})
	w.must(&chat.ChangeMemberRoles{By: ada, User: dweller, Add: []chat.RoleID{helper}})
	another := private(dweller, override(0, chat.EveryoneRole(house), 0, 0, chat.Speak))
	another.ID = 501
	w.refused(another, chat.Forbidden)
}

func TestOverridesOfAChannelAreBounded(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	for i := range chat.UserID(chat.MaxOverrides) {
		w.must(&chat.AddMember{User: 10_000 + i, Invitation: "open"})
	}
	for i := range chat.UserID(chat.MaxOverrides - 1) { // everyone's is there
		w.must(&chat.AddToChannel{By: ada, Channel: vault, User: 10_000 + i})
	}
	w.refused(&chat.AddToChannel{By: ada, Channel: vault, User: 10_000 + chat.MaxOverrides - 1}, chat.Conflict)
	w.must(&chat.SetOverride{By: ada, Override: override(vault, 0, 10_000, chat.Speak, 0)}) // one that is there
	many := &chat.CreateChannel{By: ada, ID: 500, Name: "x", Private: true}
	for i := range chat.UserID(chat.MaxOverrides) {
		many.Overrides = append(many.Overrides, override(0, 0, 10_000+i, chat.Speak, 0))
	}
	w.refused(many, chat.Conflict) // with everyone's it is one too many
}

func TestPrivateChannelsAreEnteredByOthersWillAndLeftByOnesOwn(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.refused(&chat.AddToChannel{By: mod, Channel: vault, User: mod}, chat.NotFound)
	w.refused(&chat.AddToChannel{By: ada, Channel: room, User: mod}, chat.Conflict)
	w.refused(&chat.AddToChannel{By: ada, Channel: vault, User: guest}, chat.NotFound)
	w.must(&chat.AddToChannel{By: ada, Channel: vault, User: mod})
	w.unchanged(&chat.AddToChannel{By: ada, Channel: vault, User: mod})
	w.must(&chat.AddToChannel{By: mod, Channel: vault, User: deputy}) // a look gives no power
	w.must(&chat.AddToChannel{By: mod, Channel: vault, User: dweller})
	w.refused(&chat.AddToChannel{By: dweller, Channel: vault, User: mod}, chat.Forbidden)
	w.must(&chat.LeaveChannel{By: deputy, Channel: vault})
	w.refused(&chat.LeaveChannel{By: deputy, Channel: vault}, chat.NotFound)
	w.must(&chat.SetOverride{By: ada, Override: override(vault, 0, deputy, 0, chat.ViewChannels)})
	w.refused(&chat.AddToChannel{By: mod, Channel: vault, User: deputy}, chat.Forbidden) // that denial is above him
	w.refused(&chat.LeaveChannel{By: ada, Channel: vault}, chat.Conflict)
	w.refused(&chat.LeaveChannel{By: dweller, Channel: room}, chat.Conflict)
	w.must(&chat.SetOverride{By: ada, Override: override(vault, keeper, 0, chat.ViewChannels, 0)})
	w.refused(&chat.LeaveChannel{By: mod, Channel: vault}, chat.Conflict) // the role would keep him
	w.must(&chat.CreateChannel{By: ada, ID: 500, Name: "x", Type: chat.ThreadChannel, Parent: vault})
	w.refused(&chat.AddToChannel{By: mod, Channel: 500, User: dweller}, chat.Conflict)
	w.refused(&chat.LeaveChannel{By: dweller, Channel: 500}, chat.Conflict)
}

func TestLeavingAChannelKeepsWhatWasDenied(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.must(&chat.SetOverride{By: ada, Override: override(vault, 0, dweller, chat.ViewChannels, chat.SendMessages)})
	w.must(&chat.LeaveChannel{By: dweller, Channel: vault})
	w.must(&chat.AddToChannel{By: ada, Channel: vault, User: dweller})
	if g := chat.Can(w.st, dweller, vault, 1).Permissions; g.Has(chat.SendMessages) || !g.Has(chat.ViewChannels) {
		t.Errorf("after coming back she may %s", g)
	}
}
