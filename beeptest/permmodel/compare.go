package permmodel

import (
	"fmt"

	"beep/chat"
)

// Evaluate is what is compared with the model: chat.Can, or something that
// asks over a connection.
type Evaluate func(st *chat.Server, u chat.UserID, ch chat.ChannelID, now int64) chat.Permission

// Can is chat.Can as an Evaluate.
func Can(st *chat.Server, u chat.UserID, ch chat.ChannelID, now int64) chat.Permission {
	return chat.Can(st, u, ch, now).Permissions
}

// Outcome counts what a comparison has met.
type Outcome struct {
	Cases       int
	Allowed     int
	Differences []string // the first MaxDifferences of them, for people
	Different   int
}

// MaxDifferences is how many differences are described.
const MaxDifferences = 5

// Note counts a case and describes it if the two opinions differ.
func (o *Outcome) Note(model, got bool, format string, args ...any) {
	o.Cases++
	if model {
		o.Allowed++
	}
	if model == got {
		return
	}
	if o.Different++; len(o.Differences) < MaxDifferences {
		o.Differences = append(o.Differences, fmt.Sprintf("model says %t, not %t: ", model, got)+fmt.Sprintf(format, args...))
	}
}

// Compare asks the model and eval the same questions about servers made from
// seed, perServer about each, until there were cases of them.
func Compare(seed uint64, cases, perServer int, eval Evaluate) *Outcome {
	r := New(seed)
	o := &Outcome{}
	for o.Cases < cases {
		s := r.Server()
		st := s.Chat()
		for range perServer {
			c := r.Case(s)
			got := eval(st, chat.UserID(c.User), chat.ChannelID(c.Channel), c.Now).Has(Permission(SetOf(c.Permission)))
			o.Note(s.May(c.User, c.Channel, c.Permission, c.Now), got, "%+v in server %d", c, s.ID)
		}
	}
	return o
}
