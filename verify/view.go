package verify

import (
	"reflect"
	"slices"

	"beep/chat"
)

// seen is a message as a client is shown it: who has reacted and voted comes as
// numbers, and whether the viewer has. The outer fields stand in the place of the
// inner ones of the same name.
type seen struct {
	chat.Message
	Reactions []seenReaction `json:"reactions"`
	Poll      *seenPoll      `json:"poll"`
}

type seenReaction struct {
	Emoji string `json:"emoji"`
	Count int    `json:"count"`
	Me    bool   `json:"me"`
}

type seenPoll struct {
	Question string       `json:"question"`
	Options  []seenOption `json:"options"`
	Multiple bool         `json:"multiple"`
	EndsAt   int64        `json:"ends_at"`
	Closed   bool         `json:"closed"`
}

type seenOption struct {
	Text  string `json:"text"`
	Votes int    `json:"votes"`
	Me    bool   `json:"me"`
}

// seenBy is what a message must look like to a user.
func seenBy(m *chat.Message, who chat.UserID) seen {
	s := seen{Message: *m}
	s.Message.Reactions, s.Message.Poll = nil, nil
	for _, r := range m.Reactions {
		s.Reactions = append(s.Reactions, seenReaction{r.Emoji, len(r.Users), slices.Contains(r.Users, who)})
	}
	if m.Poll == nil {
		return s
	}
	p := &seenPoll{Question: m.Poll.Question, Multiple: m.Poll.Multiple, EndsAt: m.Poll.EndsAt, Closed: m.Poll.Closed}
	for _, o := range m.Poll.Options {
		p.Options = append(p.Options, seenOption{o.Text, len(o.Voters), slices.Contains(o.Voters, who)})
	}
	s.Poll = p
	return s
}

// compareSeen compares a message by the log with what a fresh client is shown.
func (r *run) compareSeen(key chat.Key, who chat.UserID, want *chat.Message, got *seen) {
	s := seenBy(want, who)
	if s.Poll != nil && got.Poll != nil && s.Poll.EndsAt != 0 {
		s.Poll.Closed = got.Poll.Closed // it closes by the clock as well
	}
	if !reflect.DeepEqual(s, *got) {
		r.differs(key, "a fresh client", want, &got.Message, s, got)
	}
}
