package bench

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"beep/chat"
)

// townSpec is a large server to be made up: the same spec leads to the same
// server but for its identifiers, its time and its people's names.
type townSpec struct {
	Members  int // the owner included
	Roles    int // beside everyone
	Channels int // categories included
}

const (
	townCategories = 10
	// townPrivate of the categories are hidden from everyone but a few roles.
	townPrivate = 3
	// townOwnRules: every so many channels have overrides of their own; the
	// others hold what their category says.
	townOwnRules   = 3
	townAge        = time.Hour // how old it is when it is made up
	townLeastRoles = 2         // of a member
	townMostRoles  = 5
	// townPeople: the members' overrides are of some of the first so many.
	townPeople = 1000
	// halfRole is the place of the role that every other member has. It is in no
	// override, and says nothing at first.
	halfRole = 0
)

// town is such a server with its identifiers.
type town struct {
	spec     townSpec
	at       int64 // Unix milliseconds
	id       chat.ServerID
	roles    []chat.RoleID
	channels []chat.ChannelID
	base     uint64 // identifiers count on from here
	accounts []account
}

// newTown makes a town up whose first members are accounts, of which the first
// one owns it. now tells towns apart: none may be made in the same millisecond.
func newTown(spec townSpec, accounts []account, now time.Time) *town {
	at := now.Add(-townAge).UnixMilli()
	const timeBits = 22 // of a snowflake, below its time
	w := &town{spec: spec, at: at, base: uint64(at-chat.SnowflakeEpoch) << timeBits, accounts: accounts}
	w.id = chat.ServerID(w.base + 1)
	for i := range spec.Roles {
		w.roles = append(w.roles, chat.RoleID(w.base+100+uint64(i)))
	}
	for i := range spec.Channels {
		w.channels = append(w.channels, chat.ChannelID(w.base+1000+uint64(i)))
	}
	return w
}

// member is who the i-th member is.
func (w *town) member(i int) (chat.UserID, string) {
	if i < len(w.accounts) {
		return w.accounts[i].ID, w.accounts[i].Username
	}
	return chat.UserID(w.base + 10_000 + uint64(i)), fmt.Sprintf("townsman-%d", i)
}

func (w *town) owner() chat.UserID { u, _ := w.member(0); return u }

// lobby is a channel without category or overrides: whoever may view channels
// at all sees it.
func (w *town) lobby() chat.ChannelID { return w.channels[min(townCategories, len(w.channels)-1)] }

// events hands out what has happened in the town, in order, with who did it.
func (w *town) events(emit func(by chat.UserID, e chat.Event) error) error {
	owner := w.owner()
	all := []chat.Event{&chat.ServerCreated{
		ID: w.id, Name: "town", Description: "made up", Visibility: chat.Public, OwnerID: owner, Everyone: chat.DefaultEveryone | chat.ManageInvitations,
	}}
	for i := range w.roles {
		all = append(all, w.roleEvent(i))
	}
	for i := range w.channels {
		all = append(all, w.channelEvent(i))
	}
	for _, e := range all {
		if err := emit(owner, e); err != nil {
			return err
		}
	}
	for i := range w.spec.Members {
		u, name := w.member(i)
		if err := emit(u, &chat.MemberJoined{UserID: u, Username: name}); err != nil {
			return err
		}
		if err := emit(owner, &chat.MemberRolesChanged{UserID: u, Added: w.rolesOf(i)}); err != nil {
			return err
		}
	}
	return nil
}

// dice are the same for the same thing in every town.
func dice(kind, i int) *rand.Rand { return rand.New(rand.NewPCG(uint64(kind), uint64(i))) }

// roleEvent gives each role a few rights. None has view_channels, so that
// everyone's decides about all channels without overrides at once.
func (w *town) roleEvent(i int) *chat.RoleCreated {
	e := &chat.RoleCreated{ID: w.roles[i], Position: i + 1, RoleSettings: chat.RoleSettings{Name: fmt.Sprintf("role %d", i), Color: uint32(i) * 7919 % chat.MaxColor}}
	if i == halfRole {
		return e
	}
	some := []chat.Permission{
		chat.ManageMessages, chat.MentionEveryone, chat.ManageNicknames, chat.MuteMembers, chat.MoveMembers, chat.ViewAuditLog,
		chat.ManageWebhooks, chat.SendMessages, chat.AttachFiles, chat.CreateThreads, chat.AddReactions,
	}
	d := dice(1, i)
	for range 2 + d.IntN(4) {
		e.Permissions |= chat.Rights(some[d.IntN(len(some))])
	}
	return e
}

// channelEvent makes the first channels categories, the next one the lobby, and
// spreads the others over the categories.
func (w *town) channelEvent(i int) *chat.ChannelCreated {
	e := &chat.ChannelCreated{
		ID: w.channels[i], ServerID: w.id, Name: fmt.Sprintf("channel-%d", i), Type: chat.TextChannel, Position: i, Topic: "what is talked of here",
	}
	d := dice(2, i)
	switch {
	case w.channels[i] == w.lobby():
	case i < townCategories:
		e.Type, e.Topic = chat.CategoryChannel, ""
		if i < 2*townPrivate {
			e.Overrides = w.overrides(d, e.ID, i < townPrivate)
		}
	default:
		e.ParentID = w.channels[i%townCategories]
		if i%townOwnRules == 0 {
			e.Overrides = w.overrides(d, e.ID, i%townCategories < townPrivate)
		}
	}
	return e
}

// overrides are those of a few roles and members.
func (w *town) overrides(d *rand.Rand, ch chat.ChannelID, private bool) []chat.Override {
	some := []chat.Permission{chat.SendMessages, chat.AttachFiles, chat.AddReactions, chat.CreateThreads, chat.ManageMessages, chat.MentionEveryone}
	pick := func() chat.Rights { // one or two
		first := some[d.IntN(len(some))]
		return chat.Rights(first | some[d.IntN(len(some))])
	}
	var list []chat.Override
	add := func(o chat.Override) {
		o.ChannelID, o.Deny = ch, o.Deny&^o.Allow
		if !slices.ContainsFunc(list, func(other chat.Override) bool { return other.ID == o.ID }) {
			list = append(list, o)
		}
	}
	if private {
		everyone := chat.EveryoneRole(w.id)
		add(chat.Override{ID: uint64(everyone), RoleID: everyone, Deny: chat.Rights(chat.ViewChannels)})
	}
	for range 2 + d.IntN(5) {
		r := w.roles[(halfRole+1+d.IntN(max(len(w.roles)-1, 1)))%len(w.roles)]
		o := chat.Override{ID: uint64(r), RoleID: r, Allow: pick(), Deny: pick()}
		if private {
			o.Allow |= chat.Rights(chat.ViewChannels)
		}
		add(o)
	}
	for range d.IntN(9) {
		i, allow, deny := d.IntN(townPeople), pick(), pick()
		if i >= w.spec.Members {
			continue // drawn all the same: the dice fall alike in towns of all sizes
		}
		u, _ := w.member(i)
		add(chat.Override{ID: uint64(u), MemberID: u, Allow: allow | chat.Rights(chat.ViewChannels), Deny: deny})
	}
	return list
}

// rolesOf are the roles of the i-th member.
func (w *town) rolesOf(i int) []chat.RoleID {
	d := dice(3, i)
	var list []chat.RoleID
	if i%2 == 1 {
		list = append(list, w.roles[halfRole])
	}
	want := min(townLeastRoles+d.IntN(townMostRoles-townLeastRoles+1), len(w.roles)-1)
	for len(list) < want {
		r := w.roles[halfRole+1+d.IntN(len(w.roles)-1-halfRole)]
		if !slices.Contains(list, r) {
			list = append(list, r)
		}
	}
	return list
}

// state is the town as its actor knows it.
func (w *town) state() *chat.Server {
	st := chat.NewServer()
	_ = w.events(func(by chat.UserID, e chat.Event) error { // apply gives no error
		st.Apply(chat.Record{Number: st.Number + 1, Time: w.at, Author: by, Event: e})
		return nil
	})
	return st
}
