package requests_test

import (
	"strings"
	"testing"

	"beep/chat"
	"beep/store"
	"beep/wire"
)

func page(msgs ...chat.Message) *chat.HistoryPage { return &chat.HistoryPage{Messages: msgs} }

func said(id chat.MessageID, content string) chat.Message {
	return chat.Message{ID: id, ChannelID: general, SenderID: ada, Seq: uint64(id), Type: chat.PlainMessage, Content: content, CreatedAt: 5}
}

func TestPlainMessagesAreWrittenAsTheyAre(t *testing.T) {
	t.Parallel()
	w := setup(t)
	pinned := said(2, "b")
	pinned.Pinned = true
	w.answer["read history"] = page(said(1, "a"), pinned)
	want := `{"messages":[`
	for i, m := range []chat.Message{said(1, "a"), pinned} {
		if i > 0 {
			want += ","
		}
		want += string(wire.AppendMessage(nil, &m))
	}
	if got := w.gets(bob, "message.list", `{"channel_id":"101"}`); got != want+`]}` {
		t.Errorf("got %s", got)
	}
	if is := w.last(); is.Cmd.CommandName() != "read history" {
		t.Errorf("a page without replies also asked %T", is.Cmd)
	}
}

func TestReactionsAndVotesAreNumbersAndOnesOwn(t *testing.T) {
	t.Parallel()
	w := setup(t)
	m := said(1, "")
	m.Reactions = []chat.Reaction{{Emoji: "👍", Users: []chat.UserID{ada, bob}}, {Emoji: "👎", Users: []chat.UserID{ada}}}
	m.Poll = &chat.Poll{Question: "q?", EndsAt: now, Options: []chat.PollOption{{Text: "yes", Voters: []chat.UserID{ada, mia}}, {Text: "no", Voters: []chat.UserID{bob}}}}
	w.answer["get message"] = &m
	got := w.gets(bob, "message.get", `{"channel_id":"101","message_id":"1"}`)
	for _, part := range []string{
		`"reactions":[{"emoji":"👍","count":2,"me":true},{"emoji":"👎","count":1}]`,
		`"poll":{"question":"q?","options":[{"text":"yes","votes":2},{"text":"no","votes":1,"me":true}],"ends_at":1700000000000,"closed":true}`,
	} {
		if !strings.Contains(got, part) {
			t.Errorf("%s is not in %s", part, got)
		}
	}
	if strings.Contains(got, "users") || strings.Contains(got, "voters") || strings.Count(got, `"poll"`) != 1 {
		t.Errorf("got %s", got)
	}
	if got := w.gets(bob, "reaction.list", `{"channel_id":"101","message_id":"1","emoji":"👍"}`); got != `{"user_ids":["11","12"]}` {
		t.Errorf("who reacted: %s", got)
	}
	if got := w.gets(bob, "reaction.list", `{"channel_id":"101","message_id":"1","emoji":"?"}`); got != `{"user_ids":[]}` {
		t.Errorf("who did not react: %s", got)
	}
}

func TestRepliesShowWhatTheyAnswer(t *testing.T) {
	t.Parallel()
	w := setup(t)
	reply := func(id, to chat.MessageID) chat.Message {
		m := said(id, "re")
		m.ReplyTo = to
		return m
	}
	w.answer["read history"] = page(said(10, strings.Repeat("ü", 300)), reply(11, 10), reply(12, 3), reply(13, 4), reply(14, 5), reply(15, 6))
	w.answer["read replies"] = &chat.Replied{Messages: []chat.Message{said(3, "in memory")}, Missing: []chat.MessageID{4, 5}, Evicted: 9}
	w.read.byID = []chat.Message{said(4, "in the archive"), said(6, "not asked for")}
	got := w.gets(bob, "message.list", `{"channel_id":"101"}`)
	for _, part := range []string{
		`"reply":{"id":"10","sender_id":"11","content":"` + strings.Repeat("ü", 200) + `"}`,
		`"reply":{"id":"3","sender_id":"11","content":"in memory"}`,
		`"reply":{"id":"4","sender_id":"11","content":"in the archive"}`,
		`"reply":{"id":"5","deleted":true}`,
		`"reply":{"id":"6","deleted":true}`,
	} {
		if !strings.Contains(got, part) {
			t.Errorf("%s is not in %s", part, got)
		}
	}
	w.read.down = true
	if got := w.gets(bob, "message.list", `{"channel_id":"101"}`); strings.Count(got, `"reply":`) != 3 || strings.Contains(got, `"reply":{"id":"5"`) {
		t.Errorf("without the read model: %s", got)
	}
	q, ok := w.last().Cmd.(*chat.GetReplied)
	if !ok || q.By != bob || len(q.Messages) != 4 { // 10 is on the page
		t.Errorf("asked %+v", w.last().Cmd)
	}
}

func TestPinsAndEditsComeFromTheReadModelOnceItIsThere(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.answer["read replies"] = &chat.Replied{Number: 9}
	w.read.pins = []chat.Message{said(2, "newer"), said(1, "older")}
	if got := w.gets(bob, "message.pins", `{"channel_id":"101"}`); strings.Index(got, "newer") > strings.Index(got, "older") {
		t.Errorf("pins: %s", got)
	}
	m := said(1, "now")
	w.answer["get message"] = &m
	w.read.edits = []store.FormerContent{{Number: 3, Content: "before", At: 8}}
	if got := w.gets(bob, "message.edits", `{"channel_id":"101","message_id":"1"}`); got != `{"edits":[]}` {
		t.Errorf("never edited: %s", got)
	}
	m.EditedAt = 8
	if got := w.gets(bob, "message.edits", `{"channel_id":"101","message_id":"1"}`); got != `{"edits":[{"content":"before","at":8}]}` {
		t.Errorf("edited: %s", got)
	}
}
