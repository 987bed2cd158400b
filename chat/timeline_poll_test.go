package chat_test

import (
	"fmt"
	"strings"
	"testing"

	"beep/chat"
)

func question(id chat.MessageID, change func(*chat.Poll)) *chat.SendMessage {
	p := &chat.Poll{Question: "Where?", Options: []chat.PollOption{{Text: "here"}, {Text: "there"}, {Text: "nowhere"}}}
	if change != nil {
		change(p)
	}
	return &chat.SendMessage{By: ada, Channel: room, ID: id, Poll: p}
}

func voters(m chat.Message) (lists [][]chat.UserID) {
	for _, o := range m.Poll.Options {
		lists = append(lists, o.Voters)
	}
	return lists
}

func TestAPollTakesOneVoteOfEach(t *testing.T) {
	t.Parallel()
	w := newTimeline(t)
	w.must(question(1, nil), member)
	w.must(&chat.VotePoll{By: ada, Message: 1, Options: []int{1}}, member)
	w.must(&chat.VotePoll{By: bob, Message: 1, Options: []int{1}}, member)
	w.idle(&chat.VotePoll{By: bob, Message: 1, Options: []int{1}}, member)
	w.must(&chat.VotePoll{By: ada, Message: 1, Options: []int{2}}, member)
	same(t, voters(w.message(1)), "[[] [12] [11]]")
	w.must(&chat.VotePoll{By: ada, Message: 1}, member)
	w.idle(&chat.VotePoll{By: ada, Message: 1}, member)
	same(t, voters(w.message(1)), "[[] [12] []]")
	w.refused(&chat.VotePoll{By: bob, Message: 1, Options: []int{0, 1}}, member, chat.Invalid)
}

func TestSeveralOptionsMayBeChosenWhereThePollSaysSo(t *testing.T) {
	t.Parallel()
	w := newTimeline(t)
	w.must(question(1, func(p *chat.Poll) { p.Multiple = true }), member)
	d := w.must(&chat.VotePoll{By: bob, Message: 1, Options: []int{2, 0}}, member)
	same(t, d.Events[0].(*chat.PollVoted).Options, []int{0, 2})
	w.idle(&chat.VotePoll{By: bob, Message: 1, Options: []int{0, 2}}, member)
	w.must(&chat.VotePoll{By: bob, Message: 1, Options: []int{1, 2}}, member)
	same(t, voters(w.message(1)), "[[] [12] [12]]")
	for _, options := range [][]int{{0, 0}, {-1}, {3}, {0, 1, 2, 0}} {
		w.refused(&chat.VotePoll{By: bob, Message: 1, Options: options}, member, chat.Invalid)
	}
}

func TestWhoMayNotVoteIsRefused(t *testing.T) {
	t.Parallel()
	w := newTimeline(t)
	w.must(question(1, nil), member)
	w.send(ada, 2, "")
	vote := &chat.VotePoll{By: bob, Message: 1, Options: []int{0}}
	w.refused(vote, lacking(member, chat.Speaking), chat.Forbidden)
	w.refused(vote, chat.Environment{}, chat.NotFound)
	w.refused(&chat.VotePoll{By: bob, Message: 2, Options: []int{0}}, member, chat.NotFound)
	w.refused(&chat.VotePoll{By: bob, Message: 9, Options: []int{0}}, member, chat.NotFound)
	w.refused(&chat.ClosePoll{By: bob, Message: 2}, member, chat.NotFound)
}

func TestAClosedPollTakesNoVotes(t *testing.T) {
	t.Parallel()
	w := newTimeline(t)
	vote := func(id chat.MessageID) *chat.VotePoll { return &chat.VotePoll{By: bob, Message: id, Options: []int{0}} }
	w.must(question(1, func(p *chat.Poll) { p.EndsAt = 2000 }), at(member, 1000))
	w.must(vote(1), at(member, 1999))
	w.refused(&chat.VotePoll{By: ada, Message: 1, Options: []int{0}}, at(member, 2000), chat.Conflict)
	w.idle(&chat.ClosePoll{By: ada, Message: 1}, at(member, 2000))
	w.must(question(2, nil), member)
	w.must(question(3, nil), member)
	w.refused(&chat.ClosePoll{By: bob, Message: 2}, member, chat.Forbidden)
	w.must(&chat.ClosePoll{By: ada, Message: 2}, member)
	w.must(&chat.ClosePoll{By: bob, Message: 3}, with(member, chat.ManageMessages))
	w.idle(&chat.ClosePoll{By: ada, Message: 2}, member)
	w.refused(vote(2), member, chat.Conflict)
	w.refused(vote(3), member, chat.Conflict)
}

func TestBadPollsAreRefused(t *testing.T) {
	t.Parallel()
	w := newTimeline(t)
	long := strings.Repeat("x", chat.MaxPollText+1)
	for name, c := range map[string]struct {
		kind   chat.ErrorKind
		change func(*chat.Poll)
	}{
		"no question":      {chat.Invalid, func(p *chat.Poll) { p.Question = "  " }},
		"a long question":  {chat.TooLarge, func(p *chat.Poll) { p.Question = long }},
		"a line feed":      {chat.Invalid, func(p *chat.Poll) { p.Question = "a\nb" }},
		"one option":       {chat.Invalid, func(p *chat.Poll) { p.Options = p.Options[:1] }},
		"no options":       {chat.Invalid, func(p *chat.Poll) { p.Options = nil }},
		"too many options": {chat.Invalid, func(p *chat.Poll) { p.Options = make([]chat.PollOption, chat.MaxPollOptions+1) }},
		"an empty option":  {chat.Invalid, func(p *chat.Poll) { p.Options[1].Text = "" }},
		"a long option":    {chat.TooLarge, func(p *chat.Poll) { p.Options[1].Text = long }},
		"equal options":    {chat.Invalid, func(p *chat.Poll) { p.Options[1].Text = " here " }},
		"a turned option":  {chat.Invalid, func(p *chat.Poll) { p.Options[1].Text = "a\u202eb" }},
		"an end behind":    {chat.Invalid, func(p *chat.Poll) { p.EndsAt = 1000 }},
		"an absurd end":    {chat.Invalid, func(p *chat.Poll) { p.EndsAt = 1001 + chat.MaxPollMillis }},
		"a negative end":   {chat.Invalid, func(p *chat.Poll) { p.EndsAt = -1 << 63 }},
	} {
		t.Log(name)
		w.refused(question(1, c.change), at(member, 1000), c.kind)
	}
	// Votes and an end that the asker makes up do not count.
	w.must(question(1, func(p *chat.Poll) { p.Closed, p.Options[0].Voters = true, []chat.UserID{bob} }), at(member, 1000))
	same(t, fmt.Sprint(w.message(1).Poll.Closed, voters(w.message(1))), "false [[] [] []]")
}

func TestVotersAreBounded(t *testing.T) {
	t.Parallel()
	w := newTimeline(t)
	w.must(question(1, func(p *chat.Poll) { p.Multiple = true }), member)
	for i := range chat.MaxPollVoters {
		e := &chat.PollVoted{ID: 1, Seq: 1, UserID: chat.UserID(1000 + i), Options: []int{i % 3}}
		w.st.Apply(chat.Record{Number: w.st.Number + 1, Event: e})
	}
	w.refused(&chat.VotePoll{By: bob, Message: 1, Options: []int{0}}, member, chat.Conflict)
	w.must(&chat.VotePoll{By: 1000, Message: 1, Options: []int{0, 1}}, member)
	w.must(&chat.VotePoll{By: 1001, Message: 1}, member)
	w.must(&chat.VotePoll{By: bob, Message: 1, Options: []int{0, 2}}, member)
	w.refused(&chat.VotePoll{By: ada, Message: 1, Options: []int{0}}, member, chat.Conflict)
}
