package tenant

import (
	"slices"
	"testing"

	"beep/chat"
)

func TestAJournalSaysWhoseRightsRecordsMayHaveChanged(t *testing.T) {
	t.Parallel()
	const ada, bob chat.UserID = 1, 2
	s := newServer(nil, 7)
	number := uint64(0)
	apply := func(events ...chat.Event) {
		for _, e := range events {
			number++
			s.applyLocked([]chat.Record{{Number: number, Event: e}})
		}
	}
	check := func(since uint64, all bool, users ...chat.UserID) {
		t.Helper()
		n, gotAll, got := s.Changes(since, nil)
		if n != number || gotAll != all || !all && !slices.Equal(got, users) {
			t.Fatalf("since %d: to %d, all %v, users %v", since, n, gotAll, got)
		}
	}
	apply(&chat.ServerCreated{ID: 7, OwnerID: 9}, &chat.MemberJoined{UserID: ada}, &chat.MemberJoined{UserID: bob})
	check(0, true)
	check(1, false, bob, ada)
	check(2, false, bob)
	check(3, false)
	apply(&chat.RoleCreated{ID: 5}, &chat.MemberRolesChanged{UserID: bob, Added: []chat.RoleID{5}}, &chat.ServerUpdated{})
	check(3, true)
	check(4, false, bob)
	apply(nil) // could not be read
	check(6, true)
	for range maxTouched {
		apply(&chat.MemberRenamed{UserID: ada})
	}
	check(number-1, false, ada)
	apply(&chat.MemberRenamed{UserID: ada})
	check(7, true)
	if len(s.journal.touched) > maxTouched {
		t.Fatalf("%d changes remembered", len(s.journal.touched))
	}
}
