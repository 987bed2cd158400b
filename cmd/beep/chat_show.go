package main

import (
	"context"
	"fmt"
	"time"

	"beep/chat"
	"beep/client"
)

// onEvent takes in what the client tells. Events that name somebody unknown
// wait, and all behind them, until the name is known: the order stays.
func (s *session) onEvent(e client.Event) {
	if len(s.waiting) >= maxWaitingShow {
		s.flush() // with numbers for names
	}
	s.waiting = append(s.waiting, e)
	s.showWaiting()
}

func (s *session) showWaiting() {
	for len(s.waiting) > 0 {
		e := s.waiting[0]
		if id := s.stranger(e); id != 0 {
			s.askName(id)
			return
		}
		s.waiting = s.waiting[1:]
		s.show(e)
	}
}

func (s *session) flush() {
	all := s.waiting
	s.waiting = nil
	for _, e := range all {
		s.show(e)
	}
}

// stranger is the user whose name must be known to show e, if it is not.
func (s *session) stranger(e client.Event) chat.UserID {
	var id chat.UserID
	switch e := e.(type) {
	case client.Message:
		id = e.Message.SenderID
	case client.MemberLeft:
		id = e.UserID
	case client.Typing:
		id = e.User
	}
	if _, known := s.c.State().Name(id); id == 0 || known || s.nobody[id] {
		return 0
	}
	return id
}

func (s *session) askName(id chat.UserID) {
	if s.asking {
		return
	}
	s.asking = true
	job := func(ctx context.Context) func() {
		_, _ = s.c.Users(ctx, id) // then the number must do
		return func() {
			s.asking = false
			if _, known := s.c.State().Name(id); !known {
				if len(s.nobody) >= maxShown {
					clear(s.nobody)
				}
				s.nobody[id] = true
			}
			s.showWaiting()
		}
	}
	select {
	case s.jobs <- job:
		s.busy++
	default:
		s.asking = false
		s.flush()
	}
}

func (s *session) name(id chat.UserID) string {
	if n, ok := s.c.State().Name(id); ok {
		return clean(n)
	}
	return "user " + id.String()
}

func (s *session) show(e client.Event) {
	switch e := e.(type) {
	case client.Ready:
		s.onReady(e)
	case client.Resumed:
		s.lost = false
		s.say(fmt.Sprintf("resumed, %s", count(e.Messages, "missed message")))
	case client.Disconnected:
		s.onDisconnected(e)
	case client.Message:
		if e.Channel() == s.channel {
			delete(s.typed, e.Message.SenderID)
			s.showMessage(e.Message)
		}
		s.arrived(e.Channel(), e.Number)
	case client.Edited:
		if e.Channel() == s.channel {
			s.say(fmt.Sprintf("%s is now: %s", s.messageName(e.ID), cleanLines(e.Content)))
		}
	case client.Deleted:
		if e.Channel() == s.channel {
			s.say(s.messageName(e.ID) + " was deleted")
		}
	default:
		s.showAround(e)
	}
}

// showAround shows what is not said but happens.
func (s *session) showAround(e client.Event) {
	switch e := e.(type) {
	case client.MemberJoined:
		s.here(e.Server(), clean(e.Username)+" has joined")
	case client.MemberLeft:
		s.here(e.Server(), s.name(e.UserID)+" has left")
	case client.ChannelCreated:
		if e.Created.ID == s.wantChannel {
			s.wantChannel = 0
		}
		s.here(e.Server(), "new channel #"+clean(e.Created.Name))
	case client.Typing:
		if e.Channel == s.channel && e.User != s.c.State().Self().ID && time.Since(s.typed[e.User]) > typingShownFor {
			if len(s.typed) >= maxShown {
				clear(s.typed)
			}
			s.typed[e.User] = time.Now()
			s.say(s.name(e.User) + " is typing…")
		}
	case client.ServerAvailable:
		s.wantChannel = 0 // the frame holds it, if it was made
		s.onServer(e.Server)
	case client.ServerGone:
		if e.Server == s.server {
			s.server, s.channel = 0, 0
			s.scr.SetPrompt("> ")
			s.say("you are not in this server any more")
		}
	case client.Resync:
		s.arrived(chat.ChannelID(e.Key.ID), e.Number)
		if e.Key == chat.ChannelKey(s.server, s.channel) {
			s.warn("messages were missed that cannot be sent again; these are the newest")
			s.history(startHistory)
		}
	case client.Violation:
		s.warn("the server made a mistake: " + clean(e.Err.Error()))
	}
}

// onDisconnected says it once per outage; the attempts are nobody's concern, but
// for the first ones, when the address may be wrong.
func (s *session) onDisconnected(e client.Disconnected) {
	switch {
	case !s.everReady:
		s.warn(fmt.Sprintf("cannot connect, trying again in %.1f s (%s)", e.Retry.Seconds(), clean(e.Err.Error())))
	case !s.lost:
		s.lost = true
		s.warn("connection lost, resuming…")
	}
}

// arrived notes that a channel's events have come as far as seq.
func (s *session) arrived(ch chat.ChannelID, seq uint64) {
	s.seen[ch] = seq
	if ch == s.sent.channel && seq >= s.sent.seq {
		s.sent = messageAt{}
	}
}

func (s *session) here(id chat.ServerID, text string) {
	if id == s.server {
		s.say(text)
	}
}

func (s *session) onReady(e client.Ready) {
	s.everReady, s.wantJoin, s.wantChannel, s.sent = true, 0, 0, messageAt{}
	s.lost = false
	clear(s.seen)
	for _, srv := range e.Servers {
		for _, ch := range srv.Channels {
			s.seen[ch.ID] = ch.Number
		}
	}
	s.say(fmt.Sprintf("signed in as %s, in %s; /help lists the commands", clean(e.User.Username), count(len(e.Servers), "server")))
	if s.channel != 0 {
		if _, still := s.c.State().Channel(s.channel); still {
			return
		}
		s.channel = 0
	}
	for _, srv := range e.Servers {
		if len(srv.Channels) > 0 {
			s.enter(srv.Channels[0])
			return
		}
	}
	s.say("you are in no server: /browse and /join, or /create one")
}

// onServer enters a server that was asked for, or the first one.
func (s *session) onServer(srv client.Server) {
	if len(srv.Channels) == 0 || (s.channel != 0 && srv.ID != s.wantJoin) {
		return
	}
	s.wantJoin = 0
	s.enter(srv.Channels[0])
}

func (s *session) showMessage(m chat.Message) {
	s.lastShown++
	s.shown[s.lastShown] = messageAt{m.ChannelID, m.ID, m.Seq}
	delete(s.shown, s.lastShown-maxShown)
	at := time.UnixMilli(m.CreatedAt).Format("15:04")
	reply := ""
	if m.ReplyTo != 0 {
		reply = s.scr.Colour(dim, " (to "+s.messageName(m.ReplyTo)+")")
	}
	edited := ""
	if m.EditedAt != 0 {
		edited = s.scr.Colour(dim, " (edited)")
	}
	s.scr.Print(fmt.Sprintf("%s %s%s %s%s", s.scr.Colour(dim, fmt.Sprintf("[%d] %s", s.lastShown, at)),
		s.scr.Colour(bold, s.name(m.SenderID)+":"), reply, cleanLines(m.Content), edited))
	if m.ChannelID == s.channel {
		if s.unread != m.ChannelID || m.Seq > s.unreadSeq {
			s.unread, s.unreadSeq = m.ChannelID, m.Seq
		}
		s.readTimer.Reset(readAfter)
	}
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

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
