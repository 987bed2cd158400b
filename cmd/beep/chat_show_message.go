package main

import (
	"fmt"
	"strings"
	"time"

	"beep/chat"
	"beep/client"
)

// onMessage shows a new message of the channel the session is in, and counts
// those of others.
func (s *session) onMessage(e client.Message) {
	switch {
	case e.Key == s.opened.key && e.Number <= s.opened.number: // it was on the page
	case e.Channel() == s.channel && s.channel == s.opening && len(s.held) < maxWaitingShow:
		s.held = append(s.held, e)
	case e.Channel() == s.channel:
		s.showLive(e)
	case e.Message.SenderID != s.c.State().Self().ID && e.Message.Type == chat.PlainMessage:
		s.news[e.Channel()]++
		s.prompt()
	}
}

func (s *session) showLive(e client.Message) {
	delete(s.typed, e.Message.SenderID)
	s.showMessage(&client.Posted{Message: e.Message, Poll: pollOf(e.Message.Poll)})
}

// showMessage shows a message of this channel, which is read by that.
func (s *session) showMessage(m *client.Posted) {
	if m.Type == chat.PlainMessage || m.Type == "" {
		s.print(m)
	} else {
		at := s.scr.Colour(dim, fmt.Sprintf("%*s %s", numberColumns, "", clock(m.CreatedAt)))
		s.scr.Print(at + s.scr.Colour(dim, " * "+s.systemText(&m.Message)))
	}
	if m.ChannelID == s.channel {
		if s.unread != m.ChannelID || m.Seq > s.unreadSeq {
			s.unread, s.unreadSeq = m.ChannelID, m.Seq
		}
		s.readTimer.Reset(readAfter)
	}
}

// numberColumns is the room that the number of a message takes.
const numberColumns = 3

func clock(at int64) string { return time.UnixMilli(at).Format("15:04") }

// print shows a message with all that belongs to it, and gives it a number.
func (s *session) print(m *client.Posted) {
	s.lastShown++
	s.shown[s.lastShown] = messageAt{m.ChannelID, m.ID, m.Seq, m.SenderID, firstLine(m.Content)}
	delete(s.shown, s.lastShown-maxShown)
	if m.ReplyTo != 0 {
		s.scr.Print(s.scr.Colour(dim, "      ↳ "+s.preview(m)))
	}
	text, marks := s.readable(m.Content), ""
	switch {
	case text == "" && m.Poll != nil:
		text = "asks"
	case text == "" && m.Forwarded != nil:
		text = "forwards"
	}
	if m.EditedAt != 0 {
		marks += " (edited)"
	}
	if m.Pinned {
		marks += " (pinned)"
	}
	if ch, ok := s.c.State().Channel(m.ThreadID); ok {
		marks += " " + channelName(ch.Channel)
	}
	s.scr.Print(fmt.Sprintf("%s %s %s%s", s.scr.Colour(dim, fmt.Sprintf("[%d] %s", s.lastShown, clock(m.CreatedAt))),
		s.scr.Colour(nameColour(m.SenderID), s.name(m.SenderID)+":"), text, s.scr.Colour(dim, marks)))
	if f := m.Forwarded; f != nil {
		s.scr.Print("      │ " + s.scr.Colour(bold, s.name(f.SenderID)+":") + " " + s.readable(f.Content))
	}
	if m.Poll != nil {
		s.showPoll(m.Poll)
	}
	if len(m.Reactions) > 0 {
		s.scr.Print("      " + s.reactionLine(m.Reactions))
	}
}

// nameColour is one of six, always the same for a user.
func nameColour(id chat.UserID) colour {
	// The lowest bits of identifiers made by one node are mostly zero.
	return colour(fmt.Sprintf("1;3%d", 1+(uint64(id)>>22^uint64(id))%6))
}

func (s *session) reactionLine(list []client.ReactionCount) string {
	var parts []string
	for _, r := range list {
		part := clean(r.Emoji) + " " + itoa(r.Count)
		if r.Me {
			part = s.scr.Colour(bold, part)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "   ")
}

// preview is the beginning of the message that m answers.
func (s *session) preview(m *client.Posted) string {
	if r := m.Reply; r != nil {
		if r.Deleted {
			return "a message that was deleted"
		}
		return s.name(r.SenderID) + ": " + s.readable(firstLine(r.Content))
	}
	for n := s.lastShown - 1; n > max(s.lastShown-maxShown, 0); n-- {
		if at := s.shown[n]; at.id == m.ReplyTo {
			return fmt.Sprintf("[%d] %s: %s", n, s.name(at.sender), s.readable(at.text))
		}
	}
	return "an earlier message"
}

// systemText is what a message of the system says.
func (s *session) systemText(m *chat.Message) string {
	who := s.name(m.SenderID)
	switch m.Type {
	case chat.PinningMessage:
		return who + " has pinned " + s.messageName(m.Reference)
	case chat.ThreadMessage:
		if ch, ok := s.c.State().Channel(m.ThreadID); ok {
			return who + " has begun the thread " + channelName(ch.Channel)
		}
		return who + " has begun a thread"
	case chat.ConferenceMessage:
		return who + " has begun a conference"
	case chat.JoinMessage:
		return who + " has joined"
	}
	return who + ": " + clean(string(m.Type))
}

// messageName is how a message is called: by its number if it was shown.
func (s *session) messageName(id chat.MessageID) string {
	for n := s.lastShown; n > max(s.lastShown-maxShown, 0); n-- {
		if s.shown[n].id == id {
			return fmt.Sprintf("message %d", n)
		}
	}
	return "an earlier message"
}
