package subjects_test

import (
	"testing"

	"beep/chat"
	"beep/subjects"
)

func FuzzParseLog(f *testing.F) {
	f.Add(subjects.Log(chat.ChannelKey(3, 9)))
	f.Add(subjects.Log(chat.UserKey(1<<62 + 5)))
	f.Add("ev.0.1.")
	f.Add("ev.a.01.c1")
	f.Fuzz(func(t *testing.T, subject string) {
		key, ok := subjects.ParseLog(subject)
		if ok && subjects.Log(key) != subject {
			t.Fatalf("%q is read as %v, which is %q", subject, key, subjects.Log(key))
		}
	})
}

func FuzzParseLive(f *testing.F) {
	f.Add(subjects.Live(chat.ChannelKey(3, 9)))
	f.Add(subjects.Typing(3, 9))
	f.Add(subjects.Presence(3))
	f.Add("live.3.p4")
	f.Fuzz(func(t *testing.T, subject string) {
		kind, key, ok := subjects.ParseLive(subject)
		if !ok {
			return
		}
		var again string
		switch kind {
		case subjects.LiveCommit:
			again = subjects.Live(key)
		case subjects.LiveTyping:
			again = subjects.Typing(chat.ServerID(key.Tenant), chat.ChannelID(key.ID))
		case subjects.LivePresence:
			again = subjects.Presence(chat.ServerID(key.ID))
		}
		if again != subject {
			t.Fatalf("%q is read as %c of %v, which is %q", subject, kind, key, again)
		}
	})
}
