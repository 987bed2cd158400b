package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"beep/chat"
	"beep/client"
)

func messageCommands() []command {
	return []command{
		{"history", "[NUMBER]", "the newest messages (20, at most 100)", (*session).cmdHistory},
		{"reply", "N TEXT", "answer message N", (*session).cmdReply},
		{"edit", "N TEXT", "change your message N", (*session).cmdEdit},
		{"edits", "N", "what message N said before", (*session).cmdEdits},
		{"delete", "N", "delete message N", func(s *session, arg string) bool { return s.aboutMessage("message.delete", arg) }},
		{"react", "N EMOJI", "react to message N", (*session).cmdReact},
		{"unreact", "N EMOJI", "take your reaction back", (*session).cmdUnreact},
		{"pin", "N", "pin message N", func(s *session, arg string) bool { return s.aboutMessage("message.pin", arg) }},
		{"unpin", "N", "take the pin out", func(s *session, arg string) bool { return s.aboutMessage("message.unpin", arg) }},
		{"pins", "", "what is pinned here", (*session).cmdPins},
		{"forward", "N CHANNEL", "copy message N to another channel or conversation", (*session).cmdForward},
	}
}

func (s *session) cmdHistory(arg string) bool {
	n := startHistory
	if arg != "" {
		var err error
		if n, err = strconv.Atoi(arg); err != nil || n < 1 || n > maxHistoryCount {
			return false
		}
	}
	if s.inChannel() {
		s.history(n)
	}
	return true
}

func (s *session) cmdReply(arg string) bool {
	at, text, ok := s.messageArg(arg)
	switch {
	case !ok || text == "":
		return false
	case at.channel != s.channel:
		s.warn("this message is in another channel")
	default:
		s.send(text, client.SendOptions{ReplyTo: at.id})
	}
	return true
}

func (s *session) cmdEdit(arg string) bool {
	at, text, ok := s.messageArg(arg)
	if !ok || text == "" {
		return false
	}
	server := s.server
	s.do(func(ctx context.Context) func() {
		in := at.of()
		in["content"] = s.addressed(ctx, server, text)
		return s.asked(ctx, "message.edit", in, "") // its own event shows it
	})
	return true
}

// of is how a request names a message.
func (at messageAt) of() obj { return obj{"channel_id": at.channel, "message_id": at.id} }

// aboutMessage makes a request that needs nothing but the message; an event
// tells of it.
func (s *session) aboutMessage(method, arg string) bool {
	at, rest, ok := s.messageArg(arg)
	return ok && rest == "" && s.ask(method, at.of(), "")
}

func (s *session) cmdEdits(arg string) bool {
	at, rest, ok := s.messageArg(arg)
	type list struct {
		Edits []struct {
			Content string `json:"content"`
			At      int64  `json:"at"`
		} `json:"edits"`
	}
	return ok && rest == "" && lookUp(s, "message.edits", at.of(), nil, func(l *list) {
		for _, e := range l.Edits {
			s.scr.Print(fmt.Sprintf("      %s %s", s.scr.Colour(dim, "until "+time.UnixMilli(e.At).Format("15:04:05")), s.readable(e.Content)))
		}
		s.say(s.messageName(at.id) + " was edited " + times(len(l.Edits)))
	})
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return strconv.Itoa(n) + " times"
}

func (s *session) cmdReact(arg string) bool { return s.reaction("reaction.add", arg) }

func (s *session) cmdUnreact(arg string) bool { return s.reaction("reaction.remove", arg) }

func (s *session) reaction(method, arg string) bool {
	at, emoji, ok := s.messageArg(arg)
	if !ok || emoji == "" {
		return false
	}
	in := at.of()
	in["emoji"] = emoji
	return s.ask(method, in, "")
}

func (s *session) cmdPins(arg string) bool {
	if arg != "" || !s.inChannel() {
		return arg == ""
	}
	ch := s.channel
	s.do(func(ctx context.Context) func() {
		var out struct {
			Messages []client.Posted `json:"messages"`
		}
		if err := s.c.Do(ctx, "message.pins", obj{"channel_id": ch}, &out); err != nil {
			return s.failed(err)
		}
		s.learnNames(ctx, out.Messages)
		return func() {
			for i := range out.Messages {
				s.print(&out.Messages[i])
			}
			s.say(count(len(out.Messages), "pinned message"))
		}
	})
	return true
}

func (s *session) cmdForward(arg string) bool {
	at, place, ok := s.messageArg(arg)
	if !ok || place == "" {
		return false
	}
	to, ok := s.channelArg(place)
	if !ok {
		s.warn("there is no channel of this name; /channels lists them")
		return true
	}
	in := at.of()
	in["to_channel_id"] = to.ID
	s.do(func(ctx context.Context) func() {
		var sent chat.Sent
		if err := s.c.Do(ctx, "message.forward", in, &sent); err != nil {
			return s.failed(err)
		}
		return func() {
			s.say("forwarded to " + s.placeName(to))
			s.sentOrNot(to.ID, sent, nil)()
		}
	})
	return true
}

// history shows the newest n messages of the channel. What is sent meanwhile
// waits, and follows if it is not on the page.
func (s *session) history(n int) {
	ch := s.channel
	s.opening = ch
	s.do(func(ctx context.Context) func() {
		page, err := s.c.History(ctx, ch, client.HistoryQuery{Limit: n})
		s.learnNames(ctx, page)
		return func() {
			if err != nil {
				s.warn(explain(err))
			}
			if ch == s.opening {
				s.openWith(page)
			}
		}
	})
}

// openWith shows a page of the channel, and what has come meanwhile.
func (s *session) openWith(page []client.Posted) {
	last := uint64(0)
	for i := range page {
		s.showMessage(&page[i])
		last = page[i].Seq
	}
	held := s.held
	s.opening, s.held, s.opened = 0, nil, place{chat.ChannelKey(s.server, s.channel), last}
	for _, e := range held {
		if e.Channel() == s.channel && e.Number > last {
			s.showLive(e)
		}
	}
}

// learnNames asks for the names that a page needs.
func (s *session) learnNames(ctx context.Context, page []client.Posted) {
	var ids []chat.UserID
	for i := range page {
		ids = append(ids, peopleIn(&page[i].Message)...)
		if page[i].Reply != nil {
			ids = append(ids, page[i].Reply.SenderID)
		}
	}
	s.learn(ctx, ids)
}

// peopleIn are the users that showing a message names.
func peopleIn(m *chat.Message) []chat.UserID {
	ids := append([]chat.UserID{m.SenderID}, m.Users...)
	if m.Forwarded != nil {
		ids = append(ids, m.Forwarded.SenderID)
	}
	return ids
}

// firstLine is the beginning of a text, for where there is room for no more.
func firstLine(text string) string {
	line, _, more := strings.Cut(strings.TrimSpace(text), "\n")
	runes := []rune(line)
	if len(runes) > previewRunes {
		runes, more = runes[:previewRunes], true
	}
	if more {
		return string(runes) + "…"
	}
	return string(runes)
}

// previewRunes is what fits on a line beside a name.
const previewRunes = 60
