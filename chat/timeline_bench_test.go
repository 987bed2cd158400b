package chat_test

import (
	"testing"
	"unsafe"

	"beep/chat"
)

// The send path of the rules: what a channel's actor does per message besides
// encoding and the log.
func BenchmarkDecideSend(b *testing.B) {
	for _, bench := range []struct{ name, content string }{
		{"plain", "see you at the usual place, the train is late again"},
		{"mention", "see you there, <@12>"},
	} {
		b.Run(bench.name, func(b *testing.B) {
			st, env := chat.NewTimeline(room), member
			cmd := &chat.SendMessage{By: ada, Server: house, Channel: room, Content: bench.content}
			b.ReportAllocs()
			for b.Loop() {
				cmd.ID++
				d, err := st.Decide(cmd, env)
				if err != nil {
					b.Fatal(err)
				}
				st.Apply(chat.Record{Number: st.Number + 1, Time: int64(st.Number), Author: ada, Event: d.Events[0]})
			}
		})
	}
}

// What a plain message costs in memory: a channel keeps up to 256 of them.
func TestAPlainMessageStaysSmall(t *testing.T) {
	t.Parallel()
	const most = 240
	if n := unsafe.Sizeof(chat.RecentMessage{}); n > most {
		t.Fatalf("a message in memory takes %d bytes beside its text", n)
	}
}
