package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"beep/chat"
	"beep/client"
)

func pollCommands() []command {
	return []command{
		{"poll", "[multiple] QUESTION | ANSWER | ANSWER…", "ask a question", (*session).cmdPoll},
		{"vote", "N [ANSWER…]", "vote in the poll of message N: 1 for the first answer; none takes it back", (*session).cmdVote},
		{"close-poll", "N", "end a poll", func(s *session, arg string) bool { return s.aboutMessage("poll.close", arg) }},
	}
}

func (s *session) cmdPoll(arg string) bool {
	poll := client.NewPoll{}
	arg, poll.Multiple = strings.CutPrefix(arg, "multiple ")
	for i, part := range strings.Split(arg, "|") {
		if part = strings.TrimSpace(part); i == 0 {
			poll.Question = part
		} else {
			poll.Options = append(poll.Options, part)
		}
	}
	if poll.Question == "" || len(poll.Options) < 2 {
		return false
	}
	if !s.inChannel() {
		return true
	}
	ch := s.channel
	s.do(func(ctx context.Context) func() {
		sent, err := s.c.Send(ctx, ch, "", client.SendOptions{Poll: &poll})
		return s.sentOrNot(ch, sent, err)
	})
	return true
}

func (s *session) cmdVote(arg string) bool {
	at, rest, ok := s.messageArg(arg)
	options := []int{}
	for _, w := range strings.Fields(rest) {
		n, err := strconv.Atoi(w)
		if err != nil || n < 1 {
			return false
		}
		options = append(options, n-1)
	}
	in := at.of()
	in["options"] = options
	return ok && s.ask("poll.vote", in, "")
}

// pollOf counts a poll as it stands in a message that has just been sent.
func pollOf(p *chat.Poll) *client.PollCount {
	if p == nil {
		return nil
	}
	c := &client.PollCount{Question: p.Question, Multiple: p.Multiple, EndsAt: p.EndsAt, Closed: p.Closed}
	for _, o := range p.Options {
		c.Options = append(c.Options, client.PollAnswer{Text: o.Text, Votes: len(o.Voters)})
	}
	return c
}

// showPoll shows a question with its answers, each with a bar of its votes.
func (s *session) showPoll(p *client.PollCount) {
	state := ""
	switch {
	case p.Closed:
		state = "  closed"
	case p.EndsAt != 0:
		state = "  " + until(p.EndsAt)
	}
	if p.Multiple {
		state += "  more than one answer"
	}
	s.scr.Print("      ? " + s.scr.Colour(bold, clean(p.Question)) + s.scr.Colour(dim, state))
	widest, total := 0, 0
	for _, o := range p.Options {
		widest, total = max(widest, columns(clean(o.Text))), total+o.Votes
	}
	for i, o := range p.Options {
		text := clean(o.Text)
		pad := strings.Repeat(" ", widest-columns(text))
		mine := " "
		if o.Me {
			mine = "✓"
		}
		votes := s.scr.Colour(dim, fmt.Sprintf("%-9s", count(o.Votes, "vote")))
		s.scr.Print(strings.TrimRight(fmt.Sprintf("      %s%2d. %s%s  %s%s", mine, i+1, text, pad, votes, bar(o.Votes, total)), " "))
	}
}

// barColumns is how long a bar of all the votes is.
const barColumns = 20

func bar(votes, total int) string {
	return strings.Repeat("█", votes*barColumns/max(total, 1))
}
