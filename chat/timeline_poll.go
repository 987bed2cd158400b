package chat

import (
	"slices"
	"strings"
)

// validatePoll checks what can be checked of a poll without a clock.
func validatePoll(op string, p *Poll) error {
	if err := validateName(op, "question", p.Question, MaxPollText); err != nil {
		return err
	}
	if len(p.Options) < minPollOptions || len(p.Options) > MaxPollOptions {
		return Errorf(Invalid, op, "a poll has %d to %d options", minPollOptions, MaxPollOptions)
	}
	for i, o := range p.Options {
		if err := validateName(op, "option", o.Text, MaxPollText); err != nil {
			return err
		}
		for _, other := range p.Options[:i] {
			if strings.TrimSpace(other.Text) == strings.TrimSpace(o.Text) {
				return Errorf(Invalid, op, "the options of a poll must differ")
			}
		}
	}
	return nil
}

// minPollOptions is what makes a choice.
const minPollOptions = 2

// openedPoll is the poll as it begins, for a valid one that somebody wants to
// ask: open, and without votes.
func openedPoll(op string, p *Poll, now int64) (*Poll, error) {
	if p == nil {
		return nil, nil
	}
	if p.EndsAt != 0 && (p.EndsAt <= now || p.EndsAt-now > MaxPollMillis) {
		return nil, Errorf(Invalid, op, "a poll ends in the future, within %d days", MaxPollMillis/(24*60*60*1000))
	}
	opened := &Poll{Question: p.Question, Multiple: p.Multiple, EndsAt: p.EndsAt, Options: make([]PollOption, len(p.Options))}
	for i := range p.Options {
		opened.Options[i].Text = p.Options[i].Text
	}
	return opened, nil
}

// Open reports whether the poll takes votes at time now.
func (p *Poll) Open(now int64) bool { return !p.Closed && (p.EndsAt == 0 || now < p.EndsAt) }

// vote replaces what the author has chosen. Who is muted, or may not write
// here, has no vote.
func (st *Timeline) vote(c *VotePoll, env *Environment) (Decision, error) {
	op := c.CommandName()
	if err := needs(op, env, SendMessages); err != nil {
		return Decision{}, err
	}
	m, err := st.withPoll(op, c.Message, env)
	if err != nil {
		return Decision{}, err
	}
	options, err := validateVote(op, m.Poll, c.Options)
	if err != nil {
		return Decision{}, err
	}
	if !m.Poll.Open(env.Now) {
		return Decision{}, Errorf(Conflict, op, "the poll is closed")
	}
	before := m.Poll.choice(c.By)
	if slices.Equal(before, options) {
		return Decision{}, nil
	}
	if len(before) == 0 && m.Poll.full() {
		return Decision{}, Errorf(Conflict, op, "at most %d users may vote", MaxPollVoters)
	}
	return Decision{Author: c.By, Events: []Event{&PollVoted{ID: m.ID, Seq: m.Seq, UserID: c.By, Options: options}}}, nil
}

// validateVote is the choice in ascending order.
func validateVote(op string, p *Poll, options []int) ([]int, error) {
	if len(options) > len(p.Options) || len(options) > 1 && !p.Multiple {
		return nil, Errorf(Invalid, op, "too many options are chosen")
	}
	sorted := slices.Sorted(slices.Values(options))
	for i, o := range sorted {
		if o < 0 || o >= len(p.Options) || i > 0 && sorted[i-1] == o {
			return nil, Errorf(Invalid, op, "options are numbers from 0 to %d, each once", len(p.Options)-1)
		}
	}
	return sorted, nil
}

// full reports whether nobody further may vote.
func (p *Poll) full() bool {
	votes, most := 0, 0
	for i := range p.Options {
		votes += len(p.Options[i].Voters)
		most = max(most, len(p.Options[i].Voters))
	}
	if votes < MaxPollVoters || !p.Multiple || most >= MaxPollVoters {
		return votes >= MaxPollVoters
	}
	voters := make(map[UserID]struct{}, most)
	for i := range p.Options {
		for _, u := range p.Options[i].Voters {
			voters[u] = struct{}{}
		}
	}
	return len(voters) >= MaxPollVoters
}

func (st *Timeline) closePoll(c *ClosePoll, env *Environment) (Decision, error) {
	op := c.CommandName()
	m, err := st.withPoll(op, c.Message, env)
	if err != nil {
		return Decision{}, err
	}
	if m.SenderID != c.By {
		if err := needs(op, env, ManageMessages); err != nil {
			return Decision{}, err
		}
	}
	if !m.Poll.Open(env.Now) {
		return Decision{}, nil
	}
	return Decision{Author: c.By, Events: []Event{&PollClosed{ID: m.ID, Seq: m.Seq}}}, nil
}

// withPoll is an existing message that has a poll.
func (st *Timeline) withPoll(op string, id MessageID, env *Environment) (Message, error) {
	m, err := st.existing(op, id, env)
	if err == nil && m.Poll == nil {
		err = Errorf(NotFound, op, "this message has no poll")
	}
	return m, err
}
