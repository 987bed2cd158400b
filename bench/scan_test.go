package bench

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"beep/chat"
	"beep/client"
	"beep/wire"
)

// event is a message_sent as the server writes it.
func event(key chat.Key, n uint64, content string) []byte {
	payload, err := json.Marshal(chat.MessageSent{ID: 99, ChannelID: chat.ChannelID(key.ID), Content: content, Nonce: "z"})
	if err != nil {
		panic(err) // strings always marshal
	}
	r := wire.Record{Number: n, Time: 1763675464123, Kind: chat.KindMessageSent, Author: 5, Payload: payload}
	return wire.AppendEvent(nil, key, &r)
}

func TestEventsAreReadAsTheServerWritesThem(t *testing.T) {
	t.Parallel()
	content := string(appendContent(nil, mark{7, 1234, 987654321}, 100))
	if len(content) != 100 {
		t.Errorf("content has %d bytes, want 100", len(content))
	}
	e := event(chat.ChannelKey(11, 22), 345, content)
	user, server, ch := logOf(e)
	n, ok := numberOf(e)
	mk, marked := eventMark(e)
	if opOf(e) != opEvent || user != 0 || server != 0 || ch != 22 || !ok || n != 345 {
		t.Errorf("%s: log %d/%d/%d, number %d", e, user, server, ch, n)
	}
	if !marked || mk != (mark{7, 1234, 987654321}) {
		t.Errorf("mark %+v", mk)
	}
	if _, server, ch := logOf(event(chat.ServerKey(11), 1, "")); server != 11 || ch != 0 {
		t.Errorf("a server's event is of %d/%d", server, ch)
	}
	if user, _, _ := logOf(event(chat.UserKey(33), 1, "")); user != 33 {
		t.Errorf("a user's event is of %d", user)
	}
}

func TestContentCannotPoseAsAKey(t *testing.T) {
	t.Parallel()
	e := event(chat.UserKey(33), 8, `"c":"66","n":7,"content":"bench 1 2 3 "`)
	user, _, ch := logOf(e)
	n, _ := numberOf(e)
	if user != 33 || ch != 0 || n != 8 {
		t.Errorf("%s: user %d, channel %d, number %d", e, user, ch, n)
	}
	if mk, ok := eventMark(e); ok {
		t.Errorf("mark %+v in foreign content", mk)
	}
}

func TestRepliesAreReadAsTheServerWritesThem(t *testing.T) {
	t.Parallel()
	good := wire.AppendReply(nil, 77, []byte(`{"id":"1","channel_id":"2","seq":9,"created_at":1}`))
	bad := wire.AppendError(nil, 78, &chat.Error{Kind: chat.RateLimited, Message: "slow"})
	if ref, ok := replyRef(good); !ok || ref != 77 || opOf(good) != opReply {
		t.Errorf("reply to %d", ref)
	}
	if kind, is := refused(good); is {
		t.Errorf("refused: %s", kind)
	}
	if seq, _ := scanNumber(good, `"seq":`); seq != 9 {
		t.Errorf("seq %d", seq)
	}
	if kind, is := refused(bad); !is || kind != "rate_limited" {
		t.Errorf("%s: kind %q", bad, kind)
	}
	if kind, is := refused([]byte(`{"op":"reply","error":{"message":"x","kind":"gone"},"ref":5}`)); !is || kind != "gone" {
		t.Errorf("fields in another order: %q", kind)
	}
}

func TestOtherFramesTakeTheSlowWay(t *testing.T) {
	t.Parallel()
	for frame, want := range map[string]frameOp{
		`{"op":"heartbeat"}`: opIgnored, `{"op":"presence","s":"1","d":[]}`: opIgnored, `{"op":"ready"}`: opOther,
		`{"op":"resync","n":4}`: opResync, `{"n":1,"op":"event"}`: opOther, `{`: opOther, `{"op":"event`: opOther, ``: opOther,
	} {
		if got := opOf([]byte(frame)); got != want {
			t.Errorf("%s is %d, want %d", frame, got, want)
		}
	}
}

func TestMarksOfOthersAreNoMarks(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "bench", "bench ", "bench 1", "bench 1 2 3", "bench 1 2 x ", "bench -1 2 3 ", "hello"} {
		if mk, ok := contentMark([]byte(s)); ok {
			t.Errorf("%q: %+v", s, mk)
		}
	}
	if m := string(appendContent(nil, mark{1, 2, 3}, 0)); m != "bench 1 2 3 " {
		t.Errorf("%q", m)
	}
}

func FuzzScanners(f *testing.F) {
	f.Add(uint64(1), uint64(2), uint64(3), "hello")
	f.Add(uint64(1)<<60, uint64(9), uint64(1)<<52, `","n":1,"c":"5\`)
	f.Fuzz(func(t *testing.T, server, ch, n uint64, content string) {
		server, ch, n = server>>1|1, ch>>1|1, n>>2|1
		if !utf8.ValidString(content) || strings.ContainsAny(content, "\n") {
			return // no content that the server takes as it is
		}
		e := event(chat.ChannelKey(chat.ServerID(server), chat.ChannelID(ch)), n, content)
		want, err := client.DecodeFrame(e)
		if err != nil {
			t.Fatal(err)
		}
		_, _, gotCh := logOf(e)
		gotN, _ := numberOf(e)
		if gotCh != uint64(want.ChannelID) || gotN != want.Number {
			t.Errorf("%s: channel %d, number %d", e, gotCh, gotN)
		}
		mk, ok := eventMark(e)
		if wantMark, is := contentMark([]byte(content)); is != ok || mk != wantMark {
			t.Errorf("%q: mark %+v, want %+v", content, mk, wantMark)
		}
		opOf([]byte(content))
		refused([]byte(content))
		replyRef([]byte(content))
	})
}
