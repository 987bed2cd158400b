package projector_test

import (
	"testing"

	"beep/chat"
)

// A read model that is rebuilt after a conversation was erased comes to its end,
// holds nothing of it, and calls nothing of it damaged.
func TestErasedRecordsCountAndAreNoDeadLetters(t *testing.T) {
	t.Parallel()
	w := setup(t)
	key := chat.ChannelKey(srv, room)
	if err := w.log.CreateKey(w.ctx, key.Tenant); err != nil {
		t.Fatal(err)
	}
	w.appendMessages(key, 3)
	if err := w.log.EraseKey(w.ctx, key.Tenant); err != nil {
		t.Fatal(err)
	}
	p, _ := w.run(w.store)
	w.wait(p)
	if got := w.seqs(room); len(got) != 0 {
		t.Errorf("messages %v outlived their erasure", got)
	}
	if s := p.Status(); s.DeadLetters != 0 || s.Alarms != 0 || len(w.deadLetters()) != 0 {
		t.Errorf("erasure passes for damage: %+v", s)
	}
	w.cursorsAtEnd()
}
