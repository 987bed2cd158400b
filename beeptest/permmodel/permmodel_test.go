package permmodel_test

import (
	"reflect"
	"testing"

	"beep/beeptest/permmodel"
	"beep/chat"
)

func TestOneSeedMakesOneSequence(t *testing.T) {
	t.Parallel()
	a, b := permmodel.New(7), permmodel.New(7)
	for range 20 {
		x, y := a.Server(), b.Server()
		if !reflect.DeepEqual(x, y) {
			t.Fatal("two servers of one seed differ")
		}
		for now := range int64(10) {
			if p, q := a.Act(x, now+1), b.Act(y, now+1); !reflect.DeepEqual(p, q) || x.Do(p, now+1) != y.Do(q, now+1) {
				t.Fatalf("two acts of one seed differ: %+v, %+v", p, q)
			}
			if len(x.Members) == 0 {
				break
			}
		}
	}
}

// The examples are worked out by hand from the catalogue, so that the model has
// more behind it than its agreement with what it is to check.
func TestTheModelKnowsTheCataloguesExamples(t *testing.T) {
	t.Parallel()
	s := &permmodel.Server{
		ID: 1, Owner: 10,
		Roles: map[uint64]*permmodel.Role{
			1: {Rights: permmodel.SetOf("view_channels", "send_messages")},
			2: {Rank: 1, Rights: permmodel.SetOf("manage_messages")},
			3: {Rank: 2, Rights: permmodel.SetOf("administrator")},
		},
		Channels: map[uint64]*permmodel.Channel{
			20: {Type: "category", Roles: map[uint64]permmodel.Override{1: {Deny: permmodel.SetOf("view_channels")}},
				Members: map[uint64]permmodel.Override{11: {Allow: permmodel.SetOf("view_channels")}}},
			21: {Type: "text", Parent: 20},
			22: {Type: "thread", Parent: 21},
			23: {Type: "text", Parent: 20, Roles: map[uint64]permmodel.Override{
				1: {Deny: permmodel.SetOf("send_messages")}, 2: {Allow: permmodel.SetOf("send_messages")},
			}},
		},
		Members: map[uint64]*permmodel.Member{
			10: {}, 11: {}, 12: {Roles: map[uint64]bool{2: true}}, 13: {Roles: map[uint64]bool{3: true}}, 14: {MutedUntil: 100},
		},
	}
	for _, c := range []struct {
		user, channel uint64
		permission    string
		now           int64
		want          bool
	}{
		{10, 22, "manage_members", 1, true},   // the owner may all
		{13, 22, "manage_members", 1, true},   // so does an administrator
		{11, 20, "view_channels", 1, true},    // by his override
		{11, 22, "send_messages", 1, true},    // a thread in a channel in the category
		{12, 21, "view_channels", 1, false},   // the category hides it
		{12, 22, "manage_messages", 1, false}, // and with it every right
		{12, 23, "send_messages", 1, true},    // its own overrides, not the category's; the role's is stronger
		{11, 23, "send_messages", 1, false},
		{12, 0, "manage_messages", 1, true},
		{14, 0, "send_messages", 99, false}, // muted
		{14, 0, "send_messages", 100, true},
		{14, 0, "view_channels", 99, true},
		{99, 23, "view_channels", 1, false}, // nobody
		{11, 99, "view_channels", 1, false}, // nowhere
	} {
		if got := s.May(c.user, c.channel, c.permission, c.now); got != c.want {
			t.Errorf("%+v: the model says %t", c, got)
		}
	}
}

func TestATranslatedServerSaysTheSame(t *testing.T) {
	t.Parallel()
	r := permmodel.New(11)
	for range 100 {
		s := r.Server()
		ids := map[uint64]uint64{}
		for id := s.ID; id < s.ID+1000; id++ {
			ids[id] = id + 1_000_000
		}
		other := s.Translate(ids)
		st := other.Chat()
		for range 50 {
			c := r.Case(s)
			to := func(id uint64) uint64 {
				if t, ok := ids[id]; ok {
					return t
				}
				return id
			}
			want := s.May(c.User, c.Channel, c.Permission, c.Now)
			if other.May(to(c.User), to(c.Channel), c.Permission, c.Now) != want {
				t.Fatalf("%+v means something else after translation", c)
			}
			got := chat.Can(st, chat.UserID(to(c.User)), chat.ChannelID(to(c.Channel)), c.Now).Permissions
			if got.Has(permmodel.Permission(permmodel.SetOf(c.Permission))) != want {
				t.Fatalf("%+v is handed over as something else", c)
			}
		}
	}
}
