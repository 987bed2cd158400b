package main

import (
	"fmt"

	"beep/chat"
	"beep/client"
)

func (s *session) onReady(e client.Ready) {
	s.everReady, s.wantJoin, s.wantChannel, s.sent = true, 0, 0, messageAt{}
	s.lost = false
	clear(s.seen)
	for _, srv := range e.Servers {
		for _, ch := range srv.Channels {
			s.seen[ch.ID] = ch.Number
		}
	}
	s.say(fmt.Sprintf("signed in as %s, in %s; /help lists the commands", clean(e.User.Username), count(len(s.servers()), "server")))
	s.countNews()
	if s.channel != 0 {
		if _, still := s.c.State().Channel(s.channel); still {
			return
		}
		s.channel = 0
	}
	for _, srv := range e.Servers {
		if ch, ok := landing(&srv); ok && !srv.Direct() {
			s.enter(ch)
			return
		}
	}
	s.say("you are in no server: /browse and /join, or /create one")
}

// onServer enters a server that was asked for, or the first one.
func (s *session) onServer(srv client.Server) {
	switch {
	case srv.ID == s.wantJoin:
		s.wantJoin = 0
		s.enterServer(srv)
	case srv.Direct():
		s.say("new conversation: " + s.serverName(&srv))
	case s.channel == 0:
		s.enterServer(srv)
	}
}

// onJoined says who has come; the system message of the server's first channel
// says it as well.
func (s *session) onJoined(e client.MemberJoined) {
	srv, _ := s.c.State().Server(e.Server())
	if ch, ok := landing(&srv); ok && ch.ID == s.channel && !srv.Direct() {
		return
	}
	s.here(e.Server(), clean(e.Username)+" has joined")
}

func (s *session) onChannelCreated(e client.ChannelCreated) {
	if e.Created.ID == s.wantChannel {
		s.wantChannel = 0
	}
	what := "new channel "
	switch e.Created.Type {
	case chat.CategoryChannel:
		what = "new category "
	case chat.ThreadChannel:
		what = "new thread "
	}
	s.here(e.Server(), what+channelName(e.Created))
}

// onView says what the user may see from now on, and what not any more; from a
// channel that he may not see any more he is taken out.
func (s *session) onView(e client.ViewChanged) {
	for _, ch := range e.Show {
		if ch.ID == s.wantChannel {
			s.wantChannel = 0
		}
		s.seen[ch.ID] = ch.Number
		s.here(e.Server, "you see "+channelName(ch.Channel)+" from now on")
	}
	for _, ch := range e.Hidden {
		s.forgetChannel(ch.ID)
		s.here(e.Server, "you do not see "+channelName(ch.Channel)+" any more")
	}
	s.leaveGone()
}

func (s *session) forgetChannel(id chat.ChannelID) {
	delete(s.news, id)
	delete(s.seen, id)
}

// leaveGone goes elsewhere in the server when the channel is gone.
func (s *session) leaveGone() {
	if _, still := s.c.State().Channel(s.channel); still || s.channel == 0 {
		return
	}
	s.channel = 0
	s.sent = messageAt{}
	if srv, ok := s.c.State().Server(s.server); ok {
		s.enterServer(srv)
		return
	}
	s.prompt()
}

// onRead takes in what was read on another device.
func (s *session) onRead(e client.ReadMoved) {
	if s.news[e.ChannelID] > 0 && e.Seq >= s.seen[e.ChannelID] {
		delete(s.news, e.ChannelID)
		s.prompt()
	}
}
