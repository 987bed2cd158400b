package projector_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"beep/beeptest/postgres"
	"beep/chat"
	"beep/store"
)

// begun is a time (Unix milliseconds) that identifiers can hold.
const begun = chat.SnowflakeEpoch + 1_000_000

// both runs a test on either database.
func both(t *testing.T, test func(*testing.T, *world)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		test(t, setup(t))
	})
	t.Run("Postgres", func(t *testing.T) {
		t.Parallel()
		test(t, setupOn(t, postgres.New(t).Database(t)))
	})
}

func (w *world) whole(ch chat.ChannelID) (list []chat.Message) {
	w.t.Helper()
	err := w.store.AllMessages(w.ctx, ch, func(m chat.Message) error {
		list = append(list, m)
		return nil
	})
	if err != nil {
		w.t.Fatalf("read messages: %v", err)
	}
	return list
}

func (w *world) audit(server chat.ServerID) (actions []string) {
	w.t.Helper()
	list, err := w.store.AuditLog(w.ctx, store.AuditQuery{Server: server, Limit: 100})
	if err != nil {
		w.t.Fatalf("read audit log: %v", err)
	}
	for _, e := range slices.Backward(list) {
		actions = append(actions, e.Action)
	}
	return actions
}

func (w *world) server(id chat.ServerID, channels ...chat.ChannelID) {
	w.t.Helper()
	events := []chat.Event{
		&chat.ServerCreated{ID: id, Name: "Gophers", Visibility: chat.Public, OwnerID: ann},
		&chat.MemberJoined{UserID: ann, Username: "ann"},
	}
	for _, ch := range channels {
		events = append(events, &chat.ChannelCreated{ID: ch, ServerID: id, Name: "general", Type: chat.TextChannel})
	}
	w.commit(chat.ServerKey(id), events...)
}

func TestWhatHappensToMessagesIsFoldedIn(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		p, _ := w.run(w.store)
		k := chat.ChannelKey(srv, room)
		poll := &chat.MessageSent{ID: 2, ChannelID: room, Type: chat.PlainMessage, Poll: &chat.Poll{
			Question: "tea?", Options: []chat.PollOption{{Text: "yes"}, {Text: "no"}},
		}}
		w.commit(k, &chat.MessageSent{ID: 1, ChannelID: room, Type: chat.PlainMessage, Content: "one"}, poll, // 1, 2
			&chat.MessageSent{ID: 3, ChannelID: room, Type: chat.PlainMessage, Content: "<@5>", Mentions: chat.Mentions{Users: []chat.UserID{5}}}) // 3
		w.commit(k,
			&chat.ReactionAdded{ID: 1, Seq: 1, Emoji: "👍", UserID: 5}, &chat.ReactionAdded{ID: 1, Seq: 1, Emoji: "👍", UserID: 6},
			&chat.ReactionRemoved{ID: 1, Seq: 1, Emoji: "👍", UserID: 5},
			&chat.PollVoted{ID: 2, Seq: 2, UserID: 5, Options: []int{1}}, &chat.PollClosed{ID: 2, Seq: 2},
			&chat.MessagePinned{ID: 1, Seq: 1, Pinned: true}, &chat.ThreadAttached{ID: 1, Seq: 1, ThreadID: room + 5},
			&chat.MessageEdited{ID: 1, Seq: 1, Content: "uno"},
			&chat.ConferenceJoined{UserID: 5}, &chat.ConferenceLeft{UserID: 5})
		w.commit(k, &chat.MessageSent{ID: 4, ChannelID: room, Type: chat.PlainMessage}, &chat.MessageSent{ID: 5, ChannelID: room, Type: chat.PlainMessage},
			&chat.MessagesPurged{UserID: ann, Seqs: []uint64{14, 15}})
		w.wait(p)

		got := w.whole(room)
		if len(got) != 3 {
			t.Fatalf("there are %d messages", len(got))
		}
		first := chat.Message{
			ID: 1, ChannelID: room, SenderID: ann, Seq: 1, Type: chat.PlainMessage, Content: "uno", CreatedAt: 1001, EditedAt: 1011,
			Pinned: true, ThreadID: room + 5, Reactions: []chat.Reaction{{Emoji: "👍", Users: []chat.UserID{6}}},
		}
		equal(t, "first message", got[0], first)
		equal(t, "poll", *got[1].Poll, chat.Poll{
			Question: "tea?", Options: []chat.PollOption{{Text: "yes"}, {Text: "no", Voters: []chat.UserID{5}}}, Closed: true,
		})
		equal(t, "mentions", got[2].Mentions, chat.Mentions{Users: []chat.UserID{5}})
		edits, err := w.store.Edits(w.ctx, room, 1, 0, 5)
		if err != nil || len(edits) != 1 || edits[0] != (store.FormerContent{Number: 11, Content: "one", At: 1011}) {
			t.Errorf("edits are %v, error %v", edits, err)
		}
		pins, _, err := w.store.Pins(w.ctx, room, 5)
		if err != nil || len(pins) != 1 {
			t.Errorf("pins are %v, error %v", pins, err)
		}
		if n := len(w.deadLetters()); n != 0 {
			t.Errorf("there are %d dead letters", n)
		}
	})
}

func TestTheAuditLogTellsWhatAdministratorsWantToSee(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		w.at = begun
		p, _ := w.run(w.store)
		k := chat.ServerKey(srv)
		w.server(srv, room)
		w.commit(k,
			&chat.MemberJoined{UserID: 5, Username: "bob"}, &chat.MemberJoined{UserID: 6, Username: "eve"}, &chat.MemberLeft{UserID: 6},
			&chat.ServerUpdated{ServerSettings: chat.ServerSettings{Name: "Go"}, Was: chat.ServerSettings{Name: "Gophers"}},
			&chat.RoleCreated{ID: 70, Position: 1}, &chat.MemberRolesChanged{UserID: 5, Added: []chat.RoleID{70}},
			&chat.MemberRenamed{UserID: 5, Nickname: "Bobby"}, &chat.MemberRenamed{UserID: ann, Nickname: "Annie"}, // the second by herself
			&chat.OverrideSet{Override: chat.Override{ID: 5, ChannelID: room, MemberID: 5}},
			&chat.InvitationCreated{Code: "secret-code"}, &chat.InvitationUsed{Code: "secret-code", UserID: 6}, &chat.InvitationRevoked{Code: "secret-code"},
			&chat.MemberMuted{UserID: 5, Until: 99, Reason: "loud"}, &chat.MemberBanned{UserID: 5, Reason: "louder"}, &chat.MemberUnbanned{UserID: 5})
		w.wait(p)
		ch := chat.ChannelKey(srv, room)
		w.author = 5
		w.send(room, 2)
		w.commit(ch, &chat.MessageDeleted{ID: 1, Seq: 1}) // his own
		w.author = ann
		w.commit(ch, &chat.MessageDeleted{ID: 2, Seq: 2}, &chat.MessagePinned{ID: 3, Seq: 9, Pinned: true}, &chat.MessagesPurged{UserID: 5, Seqs: []uint64{1}})
		w.wait(p)

		want := []string{
			"channel_created", "server_updated", "role_created", "member_roles_changed", "member_renamed", "override_set",
			"invitation_created", "invitation_revoked", "member_muted", "member_banned", "member_unbanned",
			"message_deleted", "message_pinned", "messages_purged",
		}
		got := w.audit(srv)
		slices.Sort(want)
		slices.Sort(got)
		equal(t, "actions", got, want)
		list, err := w.store.AuditLog(w.ctx, store.AuditQuery{Server: srv, Action: "member_muted", Limit: 1})
		if err != nil || len(list) != 1 {
			t.Fatalf("entries are %v, error %v", list, err)
		}
		e := list[0]
		if e.ActorID != ann || e.TargetKind != "user" || e.TargetID != 5 || e.Reason != "loud" || string(e.Before) != `{"until":0}` || string(e.After) != `{"until":99}` {
			t.Errorf("entry is %+v, before %s, after %s", e, e.Before, e.After)
		}
		list, err = w.store.AuditLog(w.ctx, store.AuditQuery{Server: srv, Action: "message_deleted", Limit: 2})
		if err != nil || len(list) != 1 || list[0].ChannelID != room || string(list[0].Before) != `{"sender_id":"5"}` {
			t.Errorf("entries are %v, error %v", list, err)
		}
		for _, action := range []string{"invitation_created", "invitation_revoked"} {
			list, err = w.store.AuditLog(w.ctx, store.AuditQuery{Server: srv, Action: action, Limit: 1})
			if err != nil || len(list) != 1 || list[0].TargetID != 13 || strings.Contains(string(list[0].After), "secret") {
				t.Errorf("entry is %+v, after %s, error %v", list, list[0].After, err)
			}
		}
		bans, err := w.store.Bans(w.ctx, srv, 0, 5)
		if err != nil || len(bans) != 0 {
			t.Errorf("bans are %v, error %v", bans, err)
		}
		members, err := w.store.Members(w.ctx, srv, 0, 5)
		if err != nil || len(members) != 1 || members[0].Nickname != "Annie" {
			t.Errorf("members are %v, error %v", members, err)
		}
	})
}

func TestWhatComesAfterTheDeletionLeavesNoRows(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world) {
		p, stop := w.run(w.store)
		w.server(srv, room, room+1, room+2)
		w.send(room, 3)
		w.send(room+1, 3)
		w.send(room+2, 3)
		w.wait(p)
		w.commit(chat.ServerKey(srv), &chat.ChannelDeleted{ID: room, With: []chat.ChannelID{room + 1}})
		w.wait(p)
		w.send(room, 2) // their streams are read side by side
		w.wait(p)
		stop()
		p, stop = w.run(w.store) // one that remembers nothing
		w.send(room+1, 2)
		w.send(room+2, 2)
		w.wait(p)
		for ch, want := range map[chat.ChannelID]int{room: 0, room + 1: 0, room + 2: 5} {
			if n := len(w.seqs(ch)); n != want {
				t.Errorf("channel %d has %d messages, want %d", ch, n, want)
			}
		}
		w.commit(chat.ServerKey(srv), &chat.ServerDeleted{Name: "Gophers"})
		w.wait(p)
		w.send(room+2, 1)
		w.send(room+3, 1) // of which nobody had heard
		w.wait(p)
		stop()
		for ch := range chat.ChannelID(4) {
			if n := len(w.seqs(room + ch)); n != 0 {
				t.Errorf("channel %d has %d messages", room+ch, n)
			}
		}
		members, err := w.store.Members(w.ctx, srv, 0, 5)
		if err != nil || len(members) != 0 || len(w.audit(srv)) != 0 {
			t.Errorf("members are %v, error %v", members, err)
		}
		if n := len(w.deadLetters()); n != 0 {
			t.Errorf("there are %d dead letters", n)
		}
	})
}

func TestADeletedChannelOfManyMessagesIsSweptWhileOthersGoOn(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p, _ := w.run(w.store)
	w.server(srv, room)
	k := chat.ChannelKey(srv, room)
	const many = 60 * chat.MaxRecordsPerCommit // three stretches
	for range many / chat.MaxRecordsPerCommit {
		var events []chat.Event
		for range chat.MaxRecordsPerCommit {
			events = append(events, &chat.MessageSent{ID: chat.MessageID(w.next[k] + uint64(len(events)) + 1), ChannelID: room, Type: chat.PlainMessage})
		}
		w.commit(k, events...)
	}
	w.wait(p)
	if n := len(w.seqs(room)); n != many {
		t.Fatalf("there are %d messages", n)
	}
	w.commit(chat.ServerKey(srv), &chat.ChannelDeleted{ID: room})
	for len(w.seqs(room)) > 0 {
		if w.ctx.Err() != nil {
			t.Fatal("the messages are not deleted")
		}
		w.send(room+1, 1) // a barrier: each takes a transaction
		w.wait(p)
	}
}

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got %+v, want %+v", what, got, want)
	}
}
