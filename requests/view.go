package requests

import (
	"encoding/json"
	"slices"

	"beep/chat"
	"beep/wire"
)

// previewRunes is how much of a message stands under its replies.
const previewRunes = 200

// preview is what a reply shows of the message it answers.
type preview struct {
	ID       chat.MessageID `json:"id"`
	SenderID chat.UserID    `json:"sender_id,omitempty"`
	Content  string         `json:"content,omitempty"`
	Deleted  bool           `json:"deleted,omitempty"`
}

func previewOf(m *chat.Message) preview {
	p := preview{ID: m.ID, SenderID: m.SenderID, Content: m.Content}
	if m.Forwarded != nil && p.Content == "" {
		p.Content = m.Forwarded.Content
	}
	if m.Poll != nil && p.Content == "" {
		p.Content = m.Poll.Question
	}
	n := 0
	for i := range p.Content {
		if n == previewRunes {
			p.Content = p.Content[:i]
			break
		}
		n++
	}
	return p
}

type reactionView struct {
	Emoji string `json:"emoji"`
	Count int    `json:"count"`
	Me    bool   `json:"me,omitempty"`
}

type pollView struct {
	Question string       `json:"question"`
	Options  []optionView `json:"options"`
	Multiple bool         `json:"multiple,omitempty"`
	EndsAt   int64        `json:"ends_at,omitempty"`
	Closed   bool         `json:"closed,omitempty"`
}

type optionView struct {
	Text  string `json:"text"`
	Votes int    `json:"votes"`
	Me    bool   `json:"me,omitempty"`
}

// viewer is the one a message is shown to; previews are those of the messages
// that are answered.
type viewer struct {
	who      chat.UserID
	previews map[chat.MessageID]preview
	now      int64 // Unix milliseconds
}

// append appends m as JSON as the viewer sees it: who reacted and voted is told
// as numbers, and whether he did. Plain messages are written as they are.
func (v *viewer) append(b []byte, m *chat.Message) []byte {
	reply, replied := v.previews[m.ReplyTo]
	if m.Poll == nil && len(m.Reactions) == 0 && !replied {
		return wire.AppendMessage(b, m)
	}
	plain := *m
	plain.Poll, plain.Reactions = nil, nil
	b = wire.AppendMessage(b, &plain)
	b = b[:len(b)-1] // what differs between viewers goes in before the last brace
	if replied {
		b = appendField(b, "reply", reply)
	}
	if m.Poll != nil {
		b = appendField(b, "poll", v.poll(m.Poll))
	}
	if len(m.Reactions) != 0 {
		list := make([]reactionView, len(m.Reactions))
		for i := range m.Reactions {
			r := &m.Reactions[i]
			list[i] = reactionView{r.Emoji, len(r.Users), slices.Contains(r.Users, v.who)}
		}
		b = appendField(b, "reactions", list)
	}
	return append(b, '}')
}

func (v *viewer) poll(p *chat.Poll) pollView {
	view := pollView{
		Question: p.Question, Multiple: p.Multiple, EndsAt: p.EndsAt, Closed: p.Closed || p.EndsAt != 0 && v.now >= p.EndsAt,
		Options: make([]optionView, len(p.Options)),
	}
	for i := range p.Options {
		o := &p.Options[i]
		view.Options[i] = optionView{o.Text, len(o.Voters), slices.Contains(o.Voters, v.who)}
	}
	return view
}

func appendField(b []byte, name string, value any) []byte {
	data, err := json.Marshal(value)
	if err != nil { // structs of strings and numbers: cannot be
		return b
	}
	b = append(b, ',', '"')
	b = append(b, name...)
	b = append(b, '"', ':')
	return append(b, data...)
}
