package chat_test

import (
	"math/rand/v2"
	"testing"

	"beep/beeptest/permmodel"
	"beep/chat"
)

// The seed is fixed so that what is red today is red tomorrow; the second test
// of each pair takes a new one each time.
const matrixSeed = 20260715

// matrixCases is what issue and catalogue ask for at least.
const matrixCases = 150_000

func TestThePermissionMatrixAgreesWithTheReferenceModel(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{matrixSeed, rand.Uint64()} {
		o := permmodel.Compare(seed, matrixCases, 100, permmodel.Can)
		t.Logf("seed %d: %d cases, %d allowed", seed, o.Cases, o.Allowed)
		if o.Different != 0 {
			t.Errorf("seed %d: %d differences in %d cases, such as %q", seed, o.Different, o.Cases, o.Differences)
		}
		if share := float64(o.Allowed) / float64(o.Cases); share < 0.2 || share > 0.8 {
			t.Errorf("seed %d: %.2f of the cases are allowed: the generator says little", seed, share)
		}
	}
}

// Each of these evaluations is wrong in one thing. A matrix that does not
// notice proves nothing.
func TestTheMatrixNoticesWrongEvaluations(t *testing.T) {
	t.Parallel()
	wrong := map[string]permmodel.Evaluate{
		"mutes are forgotten": func(st *chat.Server, u chat.UserID, ch chat.ChannelID, _ int64) chat.Permission {
			return permmodel.Can(st, u, ch, chat.Forever)
		},
		"channels are forgotten": func(st *chat.Server, u chat.UserID, _ chat.ChannelID, now int64) chat.Permission {
			return permmodel.Can(st, u, 0, now)
		},
		"threads and categories stand alone": func(st *chat.Server, u chat.UserID, ch chat.ChannelID, now int64) chat.Permission {
			if c, ok := st.Channel(ch); ok && len(c.Overrides) == 0 {
				ch = 0
			}
			return permmodel.Can(st, u, ch, now)
		},
		"the owner is like others": func(st *chat.Server, u chat.UserID, ch chat.ChannelID, now int64) chat.Permission {
			other := *st
			other.OwnerID = 0
			return permmodel.Can(&other, u, ch, now)
		},
		"direct conversations are like servers": func(st *chat.Server, u chat.UserID, ch chat.ChannelID, now int64) chat.Permission {
			other := *st
			other.Kind = chat.ServerOfMembers
			return permmodel.Can(&other, u, ch, now)
		},
		"one right too many": func(st *chat.Server, u chat.UserID, ch chat.ChannelID, now int64) chat.Permission {
			return permmodel.Can(st, u, ch, now) | chat.MoveMembers
		},
		"members' overrides are forgotten": func(st *chat.Server, u chat.UserID, ch chat.ChannelID, now int64) chat.Permission {
			return permmodel.Can(without(st, func(o chat.Override) bool { return o.MemberID != 0 }), u, ch, now)
		},
		"everyone's overrides are forgotten": func(st *chat.Server, u chat.UserID, ch chat.ChannelID, now int64) chat.Permission {
			return permmodel.Can(without(st, func(o chat.Override) bool { return o.RoleID == chat.EveryoneRole(st.ID) }), u, ch, now)
		},
	}
	for name, eval := range wrong {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if o := permmodel.Compare(matrixSeed, 20_000, 100, eval); o.Different == 0 {
				t.Error("nobody noticed")
			}
		})
	}
}

// without is a state in which some overrides say nothing.
func without(st *chat.Server, which func(chat.Override) bool) *chat.Server {
	other := *st
	other.Channels = append([]chat.Channel(nil), st.Channels...)
	for i := range other.Channels {
		list := append([]chat.Override(nil), other.Channels[i].Overrides...)
		for k := range list {
			if which(list[k]) {
				list[k].Allow, list[k].Deny = 0, 0
			}
		}
		other.Channels[i].Overrides = list
	}
	other.Restore()
	return &other
}
