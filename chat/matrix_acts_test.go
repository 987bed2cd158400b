package chat_test

import (
	"math/rand/v2"
	"testing"

	"beep/beeptest/permmodel"
	"beep/chat"
)

func TestActsAreAllowedAsTheReferenceModelSays(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{matrixSeed, rand.Uint64()} {
		acts, questions := permmodel.CompareActs(seed, 60_000, 60, permmodel.Rules, permmodel.Can)
		for kind, o := range acts {
			t.Logf("seed %d: %s: %d cases, %d allowed", seed, kind, o.Cases, o.Allowed)
			if o.Different != 0 {
				t.Errorf("seed %d: %s: %d differences in %d cases, such as %q", seed, kind, o.Different, o.Cases, o.Differences)
			}
			if o.Allowed < o.Cases/100 || o.Allowed == o.Cases {
				t.Errorf("seed %d: %s: %d of %d allowed: the generator says little", seed, kind, o.Allowed, o.Cases)
			}
		}
		if questions.Different != 0 {
			t.Errorf("seed %d: rights after acts: %d differences in %d cases, such as %q",
				seed, questions.Different, questions.Cases, questions.Differences)
		}
	}
}

func TestTheComparisonOfActsNoticesMissingRules(t *testing.T) {
	t.Parallel()
	lax := func(st *chat.Server, cmd chat.Command, now int64) (chat.Decision, error) {
		if c, ok := cmd.(*chat.MuteMember); ok { // as if rank did not matter
			if _, member := st.Members[c.User]; member && chat.Can(st, c.By, 0, now).Permissions.Has(chat.ManageMembers) {
				return chat.Decision{Author: c.By, Events: []chat.Event{&chat.MemberMuted{UserID: c.User, Until: c.Until}}}, nil
			}
		}
		return st.Decide(cmd, now)
	}
	acts, _ := permmodel.CompareActs(matrixSeed, 10_000, 60, lax, permmodel.Can)
	if acts["mute"].Different == 0 {
		t.Error("nobody noticed that rank does not matter")
	}
	deaf := func(st *chat.Server, cmd chat.Command, now int64) (chat.Decision, error) {
		d, err := st.Decide(cmd, now)
		if _, ok := cmd.(*chat.MuteMember); ok {
			d.Events = nil // as if nothing came of it
		}
		return d, err
	}
	if _, questions := permmodel.CompareActs(matrixSeed, 10_000, 60, deaf, permmodel.Can); questions.Different == 0 {
		t.Error("nobody noticed that mutes have no effect")
	}
}
