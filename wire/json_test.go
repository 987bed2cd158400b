package wire_test

import (
	"encoding/json"
	"testing"

	"beep/chat"
	"beep/wire"
)

// awkward are strings at which hand-written JSON differs from encoding/json if
// it differs at all.
var awkward = []string{
	"", "plain", `quote " and \ backslash`, "<b>&amp;</b>", "tab\tnew\nline\rand\bback\fform",
	"\x00\x01\x1f\x7f", "ümläut 日本語 🎈", "\u2028 and \u2029", "broken \xff\xfe utf-8 \xc3", "\ufffd itself", "surrogate \xed\xa0\x80",
}

func TestHandWrittenJSONIsThatOfTheStandardLibrary(t *testing.T) {
	t.Parallel()
	for _, s := range awkward {
		sameJSON(t, wire.AppendString(nil, s), s)
		for _, m := range []chat.Message{
			{ID: 1, ChannelID: 2, SenderID: 3, Seq: 4, Type: chat.PlainMessage, Content: s, CreatedAt: 5},
			{ID: 1<<63 - 1, ChannelID: 2, SenderID: 3, Seq: 1<<64 - 1, Type: chat.MessageType(s), Content: s, CreatedAt: -5, EditedAt: 6, ReplyTo: 7},
		} {
			sameJSON(t, wire.AppendMessage(nil, &m), &m)
		}
		for _, e := range []*chat.MessageSent{
			{ID: 1, ChannelID: 2, Type: chat.PlainMessage, Content: s},
			{ID: 1, ChannelID: 2, Type: chat.MessageType(s), Content: s, ReplyTo: 9, Nonce: s},
		} {
			r, err := wire.EncodeEvent(e, 1, 2, 3, "")
			if err != nil {
				t.Fatal(err)
			}
			sameJSON(t, r.Payload, e)
		}
	}
}

func sameJSON(t *testing.T, got []byte, v any) {
	t.Helper()
	want, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("wrote %s, encoding/json %s", got, want)
	}
}

func FuzzAppendString(f *testing.F) {
	for _, s := range awkward {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { sameJSON(t, wire.AppendString(nil, s), s) })
}
