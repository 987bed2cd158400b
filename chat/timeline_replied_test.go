package chat_test

import (
	"reflect"
	"testing"

	"beep/chat"
)

func TestAChannelTellsWhatRepliesAnswer(t *testing.T) {
	t.Parallel()
	st := chat.NewTimeline(5)
	tell := func(e chat.Event) {
		st.Apply(chat.Record{Number: st.Number + 1, Time: 1, Author: 7, Event: e})
	}
	for i := range 2 * chat.RecentMessages { // the first half leaves memory
		tell(&chat.MessageSent{ID: chat.MessageID(1 + i), ChannelID: 5, Type: chat.PlainMessage, Content: "x"})
	}
	deleted := chat.MessageID(2 * chat.RecentMessages)
	tell(&chat.MessageDeleted{ID: deleted, Seq: uint64(deleted)})
	ask := func(member bool, ids ...chat.MessageID) (*chat.Replied, error) {
		env := chat.Environment{Now: 1, Grant: chat.Grant{Member: member, Permissions: chat.ViewChannels}}
		d, err := st.Decide(&chat.GetReplied{By: 7, Channel: 5, Messages: ids}, env)
		r, _ := d.Reply.(*chat.Replied)
		return r, err
	}
	if _, err := ask(false, 1); !chat.Is(err, chat.NotFound) {
		t.Errorf("a stranger: %v", err)
	}
	r, err := ask(true, 1, 200, deleted)
	if err != nil || len(r.Messages) != 1 || r.Messages[0].ID != 200 || !reflect.DeepEqual(r.Missing, []chat.MessageID{1}) {
		t.Fatalf("got %+v, %v", r, err)
	}
	if r.Number != st.Number || r.Evicted != st.Evicted || r.Evicted == 0 {
		t.Errorf("numbers %d and %d, want %d and %d", r.Number, r.Evicted, st.Number, st.Evicted)
	}
}
