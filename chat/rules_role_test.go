package chat_test

import (
	"slices"
	"testing"

	"beep/chat"
)

func role(name string, rights chat.Permission) chat.RoleSettings {
	return chat.RoleSettings{Name: name, Permissions: chat.Rights(rights)}
}

func TestRolesAreMadeBelowAllOthers(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.must(&chat.CreateRole{By: mod, ID: 500, RoleSettings: chat.RoleSettings{
		Name: "new", Color: 0xff0000, Permissions: chat.Rights(chat.ManageMembers), Mentionable: true,
	}})
	for id, want := range map[chat.RoleID]int{500: 1, helper: 2, keeper: 3, chief: 4, chat.EveryoneRole(house): 0} {
		if r, _ := w.st.Role(id); r.Position != want {
			t.Errorf("role %d stands at %d", id, r.Position)
		}
	}
	w.refused(&chat.CreateRole{By: mod, ID: 501, RoleSettings: role("x", chat.ManageMessages)}, chat.Forbidden)
	w.refused(&chat.CreateRole{By: dweller, ID: 501, RoleSettings: role("x", 0)}, chat.Forbidden)
	w.refused(&chat.CreateRole{By: ada, ID: helper, RoleSettings: role("x", 0)}, chat.Conflict)
	w.refused(&chat.CreateRole{By: ada, ID: 501, RoleSettings: role("x", 1<<50)}, chat.Invalid)
	w.refused(&chat.CreateRole{By: ada, ID: 501, RoleSettings: role(chat.EveryoneName, 0)}, chat.Invalid)
	w.refused(&chat.CreateRole{By: ada, ID: 501, RoleSettings: chat.RoleSettings{Name: "x", Color: chat.MaxColor + 1}}, chat.Invalid)
	for name, kind := range deceiving(chat.MaxRoleName) {
		w.refused(&chat.CreateRole{By: ada, ID: 501, RoleSettings: role(name, 0)}, kind)
	}
	for i := len(w.st.Roles); i < chat.MaxRolesPerServer; i++ {
		w.must(&chat.CreateRole{By: ada, ID: chat.RoleID(1000 + i), RoleSettings: role("x", 0)})
	}
	w.refused(&chat.CreateRole{By: ada, ID: 501, RoleSettings: role("x", 0)}, chat.Conflict)
}

func TestWhoHasNoRankMakesNoRoles(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.must(&chat.UpdateRole{By: ada, ID: chat.EveryoneRole(house), Permissions: ptr(chat.ManageRoles | chat.ViewChannels)})
	w.refused(&chat.CreateRole{By: dweller, ID: 500, RoleSettings: role("x", 0)}, chat.Forbidden)
	w.refused(&chat.UpdateRole{By: dweller, ID: chat.EveryoneRole(house), Permissions: ptr(chat.ViewChannels)}, chat.Forbidden)
}

func TestRolesAreChangedFromAboveAlone(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	for _, id := range []chat.RoleID{keeper, chief} {
		w.refused(&chat.UpdateRole{By: mod, ID: id, Name: ptr("x")}, chat.Forbidden)
		w.refused(&chat.DeleteRole{By: mod, ID: id}, chat.Forbidden)
	}
	w.refused(&chat.UpdateRole{By: dweller, ID: helper, Name: ptr("x")}, chat.Forbidden)
	w.refused(&chat.DeleteRole{By: dweller, ID: helper}, chat.Forbidden)
	w.refused(&chat.UpdateRole{By: mod, ID: 999, Name: ptr("x")}, chat.NotFound)
	w.refused(&chat.DeleteRole{By: mod, ID: 999}, chat.NotFound)
	w.must(&chat.UpdateRole{By: mod, ID: helper, Name: ptr("hand"), Color: ptr(uint32(7)), Permissions: ptr(chat.ManageMembers), Mentionable: ptr(true)})
	r, _ := w.st.Role(helper)
	if r.Name != "hand" || r.Color != 7 || !r.Mentionable || chat.Permission(r.Permissions) != chat.ManageMembers || r.Version != w.number {
		t.Fatalf("role is %+v", r)
	}
	w.unchanged(&chat.UpdateRole{By: mod, ID: helper, Name: ptr("hand")})
	w.refused(&chat.UpdateRole{By: mod, ID: helper, Name: ptr("x"), IfVersion: r.Version - 1}, chat.Stale)
	w.refused(&chat.DeleteRole{By: mod, ID: helper, IfVersion: r.Version - 1}, chat.Stale)
	w.refused(&chat.UpdateRole{By: mod, ID: helper, Permissions: ptr(chat.ManageMessages)}, chat.Forbidden)
	w.must(&chat.UpdateRole{By: ada, ID: helper, Permissions: ptr(chat.ManageMessages)})
	w.refused(&chat.UpdateRole{By: mod, ID: helper, Permissions: ptr(chat.Permission(0))}, chat.Forbidden) // nor takes it
	w.must(&chat.UpdateRole{By: mod, ID: helper, Permissions: ptr(chat.ManageMessages | chat.ManageRoles)})
	w.refused(&chat.UpdateRole{By: ada, ID: helper, Permissions: ptr(chat.Permission(1 << 50))}, chat.Invalid)
}

func TestEveryoneIsNeitherRenamedNorDeletedNorGiven(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	everyone := chat.EveryoneRole(house)
	w.must(&chat.UpdateRole{By: mod, ID: everyone, Permissions: ptr(chat.DefaultEveryone &^ chat.ShareVideo)})
	w.refused(&chat.UpdateRole{By: ada, ID: everyone, Name: ptr("all")}, chat.Invalid)
	w.refused(&chat.UpdateRole{By: ada, ID: everyone, Color: ptr(uint32(1))}, chat.Invalid)
	w.refused(&chat.UpdateRole{By: ada, ID: everyone, Mentionable: ptr(true)}, chat.Invalid)
	w.refused(&chat.DeleteRole{By: ada, ID: everyone}, chat.Invalid)
	w.refused(&chat.ChangeMemberRoles{By: ada, User: dweller, Add: []chat.RoleID{everyone}}, chat.Invalid)
	w.refused(&chat.ChangeMemberRoles{By: ada, User: dweller, Remove: []chat.RoleID{everyone}}, chat.Invalid)
	w.refused(&chat.OrderRoles{By: ada, Order: []chat.RoleID{everyone, helper, keeper, chief}}, chat.Invalid)
}

func TestADeletedRoleLeavesNothing(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.must(&chat.ChangeMemberRoles{By: mod, User: dweller, Add: []chat.RoleID{helper}})
	w.must(&chat.SetOverride{By: ada, Override: override(vault, helper, 0, chat.ViewChannels, 0)})
	if !chat.CanSee(w.st, dweller, vault) {
		t.Fatal("the override has no effect")
	}
	w.must(&chat.DeleteRole{By: mod, ID: helper})
	w.must(&chat.CreateRole{By: ada, ID: 500, RoleSettings: role("next", 0)}) // takes its slot
	if chat.CanSee(w.st, dweller, vault) || len(w.st.RolesOf(dweller)) != 0 {
		t.Error("the next role was given with the slot of the last")
	}
	if r, _ := w.st.Role(keeper); r.Position != 2 {
		t.Errorf("keeper stands at %d", r.Position)
	}
}

func TestRolesAreOrderedBelowOnesOwn(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.must(&chat.CreateRole{By: ada, ID: 500, RoleSettings: role("new", 0)}) // new, helper, keeper, chief
	w.must(&chat.OrderRoles{By: mod, Order: []chat.RoleID{helper, 500, keeper, chief}})
	if r, _ := w.st.Role(500); r.Position != 2 {
		t.Fatalf("it stands at %d", r.Position)
	}
	w.unchanged(&chat.OrderRoles{By: mod, Order: []chat.RoleID{helper, 500, keeper, chief}})
	for _, bad := range [][]chat.RoleID{
		nil, {helper, 500, keeper}, {helper, helper, keeper, chief}, {helper, 500, keeper, chief, 999}, {helper, 999, keeper, chief},
	} {
		w.refused(&chat.OrderRoles{By: ada, Order: bad}, chat.Invalid)
	}
	w.refused(&chat.OrderRoles{By: mod, Order: []chat.RoleID{helper, keeper, 500, chief}}, chat.Forbidden)
	w.refused(&chat.OrderRoles{By: mod, Order: []chat.RoleID{helper, 500, chief, keeper}}, chat.Forbidden)
	w.refused(&chat.OrderRoles{By: dweller, Order: []chat.RoleID{helper, 500, keeper, chief}}, chat.Forbidden)
	w.must(&chat.OrderRoles{By: ada, Order: []chat.RoleID{chief, keeper, 500, helper}})
}

func TestRolesAreGivenDownwards(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	give := func(by, u chat.UserID, r ...chat.RoleID) *chat.ChangeMemberRoles {
		return &chat.ChangeMemberRoles{By: by, User: u, Add: r}
	}
	w.must(give(mod, dweller, helper))
	w.unchanged(give(mod, dweller, helper))
	if !slices.Equal(w.st.RolesOf(dweller), []chat.RoleID{helper}) {
		t.Fatalf("she has %v", w.st.RolesOf(dweller))
	}
	w.refused(give(mod, dweller, keeper), chat.Forbidden)
	w.refused(give(mod, dweller, chief), chat.Forbidden)
	w.refused(give(mod, deputy, helper), chat.Forbidden)
	w.refused(give(mod, ada, helper), chat.Forbidden)
	w.refused(give(dweller, mod, helper), chat.Forbidden)
	w.refused(give(mod, guest, helper), chat.NotFound)
	w.refused(give(mod, dweller, 999), chat.NotFound)
	w.refused(give(ada, dweller, keeper, keeper), chat.Invalid)
	w.refused(&chat.ChangeMemberRoles{By: ada, User: dweller, Add: []chat.RoleID{helper}, Remove: []chat.RoleID{helper}}, chat.Invalid)
	w.must(give(mod, mod, helper)) // to himself, for it is lower
	w.must(&chat.ChangeMemberRoles{By: mod, User: mod, Remove: []chat.RoleID{helper}})
	w.must(give(ada, ada, chief))
	w.refused(&chat.ChangeMemberRoles{By: mod, User: mod, Remove: []chat.RoleID{keeper}}, chat.Forbidden)
}

// A lower role may hold what the one who hands it out has not.
func TestNobodyGivesARoleThatAllowsMoreThanHeMay(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.must(&chat.UpdateRole{By: ada, ID: helper, Permissions: ptr(chat.ManageMessages)})
	w.refused(&chat.ChangeMemberRoles{By: mod, User: mod, Add: []chat.RoleID{helper}}, chat.Forbidden)
	w.must(&chat.UpdateRole{By: ada, ID: helper, Permissions: ptr(chat.Permission(0))})
	w.must(&chat.SetOverride{By: ada, Override: override(vault, helper, 0, chat.ViewChannels, 0)})
	w.refused(&chat.ChangeMemberRoles{By: mod, User: mod, Add: []chat.RoleID{helper}}, chat.Forbidden)
	w.refused(&chat.ChangeMemberRoles{By: mod, User: dweller, Add: []chat.RoleID{helper}}, chat.Forbidden)
	w.must(&chat.AddToChannel{By: ada, Channel: vault, User: mod})
	w.must(&chat.ChangeMemberRoles{By: mod, User: dweller, Add: []chat.RoleID{helper}})
}

// Taking the role away lets somebody do what the one who takes it may not.
func TestNobodyLiftsWhatARoleDeniesHimself(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.must(&chat.ChangeMemberRoles{By: ada, User: mod, Add: []chat.RoleID{helper}})
	w.must(&chat.ChangeMemberRoles{By: ada, User: dweller, Add: []chat.RoleID{helper}})
	w.must(&chat.SetOverride{By: ada, Override: override(hall, helper, 0, 0, chat.ViewChannels)})
	take := func(by, u chat.UserID) *chat.ChangeMemberRoles {
		return &chat.ChangeMemberRoles{By: by, User: u, Remove: []chat.RoleID{helper}}
	}
	w.refused(take(mod, mod), chat.Forbidden)
	w.refused(take(mod, dweller), chat.Forbidden)
	w.refused(&chat.DeleteRole{By: mod, ID: helper}, chat.Forbidden)
	if chat.CanSee(w.st, mod, hall) {
		t.Fatal("he sees the channel")
	}
	w.unchanged(take(mod, another(w))) // has it not: nothing is lifted
	w.must(take(ada, mod))
	w.must(take(mod, dweller)) // now he may himself
	w.must(&chat.DeleteRole{By: mod, ID: helper})
}

// another is a member below mod without the role helper.
func another(w *world[*chat.Server]) chat.UserID {
	const other chat.UserID = 205
	w.must(&chat.AddMember{User: other, Username: "other", Invitation: "open"})
	return other
}

// A channel that loses its last override takes its category's.
func TestNobodyOpensAChannelByDeletingItsOnlyRole(t *testing.T) {
	t.Parallel()
	const guests, team chat.RoleID = 500, 501
	w := newTown(t)
	w.must(&chat.UpdateRole{By: ada, ID: chat.EveryoneRole(house), Permissions: ptr(chat.SendMessages)})
	w.must(&chat.CreateRole{By: ada, ID: guests, RoleSettings: role("guests", 0)})
	w.must(&chat.CreateRole{By: ada, ID: team, RoleSettings: role("team", 0)})
	w.must(&chat.ChangeMemberRoles{By: ada, User: mod, Add: []chat.RoleID{guests}})
	w.must(&chat.SetOverride{By: ada, Override: override(garden, guests, 0, chat.ViewChannels, 0)})
	w.must(&chat.SetOverride{By: ada, Override: override(roses, team, 0, chat.ViewChannels, 0)})
	w.must(&chat.RemoveOverride{By: ada, Channel: roses, RoleID: guests}) // it came along with the first
	if chat.CanSee(w.st, mod, roses) || !chat.CanSee(w.st, mod, garden) {
		t.Fatal("the channels are not as the test needs them")
	}
	w.refused(&chat.DeleteRole{By: mod, ID: team}, chat.Forbidden)
	w.must(&chat.RemoveOverride{By: ada, Channel: garden, RoleID: guests}) // nothing comes into force
	w.must(&chat.DeleteRole{By: mod, ID: team})
}
