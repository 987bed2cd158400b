package chat_test

import (
	"slices"
	"testing"

	"beep/chat"
)

// callers is a conference channel in which the users of may connect.
func callers(may ...chat.UserID) chat.Environment {
	env := member
	env.Channel = chat.Channel{ID: room, ServerID: house, Type: chat.ConferenceChannel}
	env.MayUser = func(u chat.UserID) chat.Grant {
		if slices.Contains(may, u) {
			return chat.Grant{Member: true, Permissions: chat.DefaultEveryone}
		}
		return chat.Grant{Member: true, Permissions: chat.ViewChannels}
	}
	return env
}

func (w *timeline) present(env chat.Environment) []chat.UserID {
	w.t.Helper()
	return w.must(&chat.GetConference{By: ada}, env).Reply.([]chat.UserID)
}

func TestTheFirstInAConferenceIsReported(t *testing.T) {
	t.Parallel()
	w, env := newTimeline(t), callers(ada, bob)
	w.must(&chat.JoinConference{By: ada, SystemID: 1}, env)
	m := w.message(1)
	same(t, []any{m.Type, m.SenderID}, []any{chat.ConferenceMessage, ada})
	w.idle(&chat.JoinConference{By: ada, SystemID: 2}, env)
	same(t, len(w.must(&chat.JoinConference{By: bob, SystemID: 3}, env).Events), 1)
	same(t, w.present(env), []chat.UserID{ada, bob})
	w.must(&chat.LeaveConference{By: ada}, env)
	w.idle(&chat.LeaveConference{By: ada}, env)
	same(t, w.present(env), []chat.UserID{bob})
	w.must(&chat.LeaveConference{By: bob}, env)
	same(t, len(w.must(&chat.JoinConference{By: bob, SystemID: 4}, env).Events), 2)
}

func TestADirectConversationHasACallWithoutAReport(t *testing.T) {
	t.Parallel()
	w, env := newTimeline(t), callers(ada)
	env.Channel.Type, env.Kind = chat.DirectChannel, chat.DirectOfTwo
	same(t, len(w.must(&chat.JoinConference{By: ada}, env).Events), 1)
	w.refused(&chat.LeaveConference{By: bob, User: ada}, env, chat.Forbidden)
}

func TestWhoMayNotConnectIsRefusedAndOthersAreMovedByRight(t *testing.T) {
	t.Parallel()
	w, env := newTimeline(t), callers(ada, bob)
	w.refused(&chat.JoinConference{By: bob, SystemID: 1}, lacking(env, chat.Connect), chat.Forbidden)
	w.refused(&chat.JoinConference{By: bob, SystemID: 1}, chat.Environment{Channel: env.Channel}, chat.NotFound)
	w.must(&chat.JoinConference{By: ada, SystemID: 1}, env)
	w.refused(&chat.LeaveConference{By: bob, User: ada}, env, chat.Forbidden)
	w.must(&chat.LeaveConference{By: bob, User: ada}, with(env, chat.MoveMembers))
	same(t, len(w.present(env)), 0)
	env.Channel.Type = chat.TextChannel
	w.refused(&chat.JoinConference{By: bob, SystemID: 1}, env, chat.Conflict)
	w.refused(&chat.LeaveConference{By: bob}, env, chat.Conflict)
	w.refused(&chat.GetConference{By: bob}, env, chat.Conflict)
}

func TestWhoMayNotConnectAnyMoreIsTakenOut(t *testing.T) {
	t.Parallel()
	w := newTimeline(t)
	w.must(&chat.JoinConference{By: ada, SystemID: 1}, callers(ada, bob, eve))
	w.must(&chat.JoinConference{By: bob, SystemID: 2}, callers(ada, bob, eve))
	w.st = w.restored()
	n := w.st.Number
	same(t, w.present(callers(bob)), []chat.UserID{bob})
	same(t, w.st.Number, n) // looking changes nothing
	w.must(&chat.JoinConference{By: eve, SystemID: 3}, callers(bob, eve))
	same(t, w.st.Conference, []chat.UserID{bob, eve})
	// All others are gone: the next one is the first again.
	d := w.must(&chat.JoinConference{By: ada, SystemID: 4}, callers(ada))
	same(t, len(d.Events), 4)
	same(t, w.st.Conference, []chat.UserID{ada})
	// Whoever may not connect any more may still leave.
	w.must(&chat.LeaveConference{By: ada}, lacking(callers(), chat.Connect))
	same(t, len(w.st.Conference), 0)
}

func TestAConferenceIsBounded(t *testing.T) {
	t.Parallel()
	w, env := newTimeline(t), callers()
	env.MayUser = func(chat.UserID) chat.Grant { return member.Grant }
	for i := range chat.MaxConferenceMember {
		w.must(&chat.JoinConference{By: chat.UserID(100 + i), SystemID: 1}, env)
	}
	w.refused(&chat.JoinConference{By: bob, SystemID: 2}, env, chat.Conflict)
	w.idle(&chat.JoinConference{By: 100, SystemID: 2}, env)
}
