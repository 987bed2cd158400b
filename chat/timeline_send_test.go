package chat_test

import (
	"strings"
	"testing"
	"time"

	"beep/chat"
)

const (
	eve   chat.UserID = 13
	cooks chat.RoleID = 21 // everybody may mention them
	staff chat.RoleID = 22
)

// addressing is a server of ada, bob and the roles cooks and staff; eve does not
// see the channel.
func addressing() chat.Environment {
	env := member
	env.Channel = chat.Channel{ID: room, ServerID: house, Type: chat.TextChannel}
	env.HasRole = func(r chat.RoleID) bool { return r == cooks || r == staff }
	env.Mentionable = func(r chat.RoleID) bool { return r == cooks }
	env.MayUser = func(u chat.UserID) chat.Grant {
		switch u {
		case ada, bob:
			return chat.Grant{Member: true, Permissions: chat.DefaultEveryone}
		case eve:
			return chat.Grant{Member: true}
		}
		return chat.Grant{}
	}
	return env
}

func say(by chat.UserID, id chat.MessageID, content string) *chat.SendMessage {
	return &chat.SendMessage{By: by, Channel: room, ID: id, Content: content}
}

func TestWhomOneMayNotAddressIsNotMentioned(t *testing.T) {
	t.Parallel()
	w, env := newTimeline(t), addressing()
	const content = "<@12> <@13> <@99> <@&21> <@&22> <@&23> @everyone"
	w.must(say(ada, 1, content), env)
	same(t, w.message(1).Mentions, chat.Mentions{Users: []chat.UserID{bob}, Roles: []chat.RoleID{cooks}})
	w.must(say(ada, 2, content), with(env, chat.MentionEveryone))
	same(t, w.message(2).Mentions, chat.Mentions{Users: []chat.UserID{bob}, Roles: []chat.RoleID{cooks, staff}, Everyone: true})
	w.must(say(ada, 3, "<@&5>"), env) // the role everyone has the server's identifier
	w.must(say(ada, 4, "<@&5>"), with(env, chat.MentionEveryone))
	same(t, []any{w.message(3).Mentions, w.message(4).Mentions}, []any{chat.Mentions{}, chat.Mentions{Everyone: true}})
	w.refused(say(ada, 5, many("<@%d>", chat.MaxMentions+1)), env, chat.TooLarge)
}

func TestAnEditChangesWhoIsMentioned(t *testing.T) {
	t.Parallel()
	w, env := newTimeline(t), addressing()
	w.must(say(ada, 1, "<@12>"), env)
	w.must(&chat.EditMessage{By: ada, Message: 1, Content: "<@11> <@13>"}, env)
	same(t, w.message(1).Mentions.Users, []chat.UserID{ada})
	w.must(&chat.EditMessage{By: ada, Message: 1, Content: "nobody"}, env)
	same(t, w.message(1).Mentions, chat.Mentions{})
	w.idle(&chat.EditMessage{By: ada, Message: 1, Content: "nobody"}, env)
	w.refused(&chat.EditMessage{By: ada, Message: 1, Content: many("<@%d>", chat.MaxMentions+1)}, env, chat.TooLarge)
	w.refused(&chat.EditMessage{By: ada, Message: 1, Content: "x"}, lacking(env, chat.SendMessages), chat.Forbidden)
}

func TestACategoryAndAnArchivedThreadTakeNoMessages(t *testing.T) {
	t.Parallel()
	w, env := newTimeline(t), addressing()
	env.Channel.Type = chat.CategoryChannel
	w.refused(say(ada, 1, "x"), env, chat.NotFound)
	env.Channel.Type = chat.ThreadChannel
	first := say(ada, 1, "x")
	first.Nonce = "n"
	w.must(first, env)
	env.Channel.Archived = true
	w.refused(say(ada, 2, "x"), env, chat.Conflict)
	w.idle(first, env) // its answer was lost, it is repeated
	env.Channel.Type, env.Channel.Archived = chat.ConferenceChannel, false
	w.must(say(ada, 3, "x"), env)
}

func TestEveryRecordSaysWhatWasKnownOfTheServer(t *testing.T) {
	t.Parallel()
	w, env := newTimeline(t), addressing()
	env.Grant.ServerNumber = 77
	w.must(say(ada, 1, "x"), env)
	w.must(&chat.React{By: ada, Message: 1, Emoji: "👍"}, env)
	w.must(&chat.PostSystem{By: ada, ID: 2, Type: chat.JoinMessage}, env)
	w.must(&chat.DeleteMessage{By: ada, Message: 1}, env)
	for _, rec := range w.recs {
		same(t, rec.ServerNumber, 77)
	}
	same(t, len(w.recs), 4)
}

func TestAMessageMayForwardAnotherOrAskButNotBoth(t *testing.T) {
	t.Parallel()
	w, env := newTimeline(t), at(addressing(), 1000)
	from := &chat.Forwarded{SenderID: bob, Content: "<@12> said", CreatedAt: 5}
	forward := say(ada, 1, "")
	forward.Forwarded = from
	w.must(forward, env)
	same(t, *w.message(1).Forwarded, *from)
	same(t, w.message(1).Mentions, chat.Mentions{})
	both := say(ada, 2, "")
	both.Forwarded, both.Poll = from, &chat.Poll{Question: "?", Options: []chat.PollOption{{Text: "a"}, {Text: "b"}}}
	w.refused(both, env, chat.Invalid)
	blank := say(ada, 2, " \n")
	blank.Forwarded = from
	w.refused(blank, env, chat.Invalid)
	long := say(ada, 2, "")
	long.Forwarded = &chat.Forwarded{Content: strings.Repeat("x", chat.MaxContentRunes+1)}
	w.refused(long, env, chat.TooLarge)
	w.must(&chat.EditMessage{By: ada, Message: 1, Content: "look"}, env)
	w.must(&chat.EditMessage{By: ada, Message: 1, Content: ""}, env)
	same(t, *w.message(1).Forwarded, *from)
}

func TestSlowModeLetsAMemberSendOnceInItsTime(t *testing.T) {
	t.Parallel()
	w, env := newTimeline(t), addressing()
	const start = 1_000_000
	// It finds the last message of before it was turned on.
	w.must(say(ada, 1, "x"), at(env, start))
	env.Channel.SlowMode = 10
	waits := func(now int64, want time.Duration) {
		t.Helper()
		_, err := w.do(say(ada, 99, "x"), at(env, now))
		e, ok := err.(*chat.Error) //nolint:errorlint // the rules return it as it is
		if !ok || e.Kind != chat.RateLimited || e.RetryAfter != want {
			t.Fatalf("at %d: got %v, want to wait %s", now, err, want)
		}
	}
	waits(start, 10*time.Second)
	waits(start+9_999, time.Millisecond)
	waits(start-60_000, 10*time.Second) // a clock that went back
	w.must(say(bob, 2, "x"), at(env, start+1))
	for i, p := range []chat.Permission{chat.ManageMessages, chat.ManageChannels} {
		w.must(say(ada, chat.MessageID(3+i), "x"), at(with(env, p), start+2))
	}
	waits(start+10_001, time.Millisecond) // what a moderator sends counts when he is none any more
	again := say(ada, 5, "x")
	again.Nonce = "n"
	w.must(again, at(env, start+10_002))
	w.idle(again, at(env, start+10_003))
	// A deleted message counts, a system message does not.
	w.must(&chat.DeleteMessage{By: ada, Message: 5}, at(env, start+10_004))
	waits(start+20_001, time.Millisecond)
	w.must(&chat.PostSystem{By: ada, ID: 6, Type: chat.JoinMessage}, at(env, start+15_000))
	w.st = w.restored()
	waits(start+20_001, time.Millisecond)
	w.must(say(ada, 7, "x"), at(env, start+20_002))
}

func TestTheLongestSlowModeIsRemembered(t *testing.T) {
	t.Parallel()
	w, env := newTimeline(t), addressing()
	env.Channel.SlowMode = chat.MaxSlowMode
	const hour, most = 3_600_000, chat.MaxSlowMode * 1000
	w.must(say(bob, 1, "x"), at(env, hour))
	w.must(say(ada, 2, "x"), at(env, 6*hour))
	w.must(say(eve, 3, "x"), at(env, 8*hour)) // the generation of bob and ada is the older one now
	w.must(say(bob, 99, "x"), at(env, 10*hour))
	w.refused(say(ada, 4, "x"), at(env, 6*hour+most-1), chat.RateLimited)
	w.must(say(ada, 4, "x"), at(env, 6*hour+most))
}

func TestSendersAreBounded(t *testing.T) {
	t.Parallel()
	w, env := newTimeline(t), addressing()
	for i := range 20_000 {
		w.must(say(chat.UserID(1000+i), chat.MessageID(1+i), "x"), at(env, int64(1000+i)))
	}
	if n := len(w.st.Senders.Newer) + len(w.st.Senders.Older); n > 16384 || n < 8192 {
		t.Fatalf("%d senders are remembered", n)
	}
	env.Channel.SlowMode = 60
	w.refused(say(1000+19_999, 99_999, "x"), at(env, 21_000), chat.RateLimited)
	w.refused(say(1000+12_500, 99_999, "x"), at(env, 21_000), chat.RateLimited)
}
