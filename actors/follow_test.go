package actors

import (
	"errors"
	"testing"

	"beep/chat"
)

func TestARefusalDoesNotHideWhatIsStillToBeDone(t *testing.T) {
	t.Parallel()
	refused, later := chat.Errorf(chat.Conflict, "a", "one too many"), chat.Errorf(chat.Unavailable, "b", "lost on the way")
	for _, c := range []struct {
		answers []error
		want    error
	}{
		{[]error{nil, nil}, nil},
		{[]error{refused, nil, chat.Errorf(chat.NotFound, "c", "gone")}, refused},
		{[]error{refused, later, nil}, later},
		{[]error{later, refused}, later},
	} {
		var got error
		answered := 0
		f := &following{reply: func(_ any, err error) { got, answered = err, answered+1 }}
		f.left.Store(int64(len(c.answers)))
		for _, err := range c.answers {
			f.done(err)
		}
		if !errors.Is(got, c.want) || (got == nil) != (c.want == nil) || answered != 1 {
			t.Errorf("%v: answered %d times, with %v", c.answers, answered, got)
		}
	}
}
