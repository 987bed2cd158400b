package main

import (
	"fmt"
	"slices"

	"beep/chat"
	"beep/client"
)

func (s *session) onReady(e client.Ready) {
	s.everReady, s.lost = true, false
	s.giveUp() // what was waited for is in it
	clear(s.reached)
	clear(s.relations)
	for _, r := range s.c.State().Relations() {
		s.relations[r.UserID] = r.State
	}
	for i := range e.Servers {
		s.standsAt(&e.Servers[i])
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

// standsAt notes how far the logs of a server have come, and how it is called.
func (s *session) standsAt(srv *client.Server) {
	if len(s.called) >= maxShown {
		clear(s.called)
	}
	s.called[srv.ID] = s.serverName(srv)
	s.arrived(chat.ServerKey(srv.ID), srv.Number)
	for _, ch := range srv.Channels {
		s.arrived(chat.ChannelKey(srv.ID, ch.ID), ch.Number)
	}
}

// onGone forgets a server; the user's own log says why.
func (s *session) onGone(e client.ServerGone) {
	if e.Server == s.wantJoin {
		s.wantJoin = 0
	}
	if s.awaited.key.Tenant == uint64(e.Server) {
		s.awaited = place{}
	}
	for _, ch := range e.Was.Channels {
		delete(s.news, ch.ID)
	}
	for key := range s.reached {
		if key.Tenant == uint64(e.Server) {
			delete(s.reached, key)
		}
	}
	if e.Server == s.server {
		s.server, s.channel = 0, 0
	}
	s.prompt()
}

// onServer enters a server that was asked for, or the first one.
func (s *session) onServer(srv client.Server) {
	s.wantChannel, s.wantRole = 0, 0 // the frame holds them, if they were made
	s.standsAt(&srv)
	if slices.ContainsFunc(srv.Recipients, func(r chat.Recipient) bool { return r.UserID == s.wantFriend }) {
		s.wantFriend = 0
	}
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
		s.arrived(chat.ChannelKey(e.Server, ch.ID), ch.Number)
		s.here(e.Server, "you see "+channelName(ch.Channel)+" from now on")
	}
	for _, ch := range e.Hidden {
		s.forgetChannel(e.Server, ch.ID)
		s.here(e.Server, "you do not see "+channelName(ch.Channel)+" any more")
	}
	s.leaveGone()
}

func (s *session) forgetChannel(server chat.ServerID, id chat.ChannelID) {
	key := chat.ChannelKey(server, id)
	delete(s.news, id)
	delete(s.reached, key)
	if s.awaited.key == key {
		s.awaited = place{}
	}
}

// leaveGone goes elsewhere in the server when the channel is gone.
func (s *session) leaveGone() {
	if _, still := s.c.State().Channel(s.channel); still || s.channel == 0 {
		return
	}
	s.channel = 0
	if srv, ok := s.c.State().Server(s.server); ok {
		s.enterServer(srv)
		return
	}
	s.prompt()
}

// onRead takes in what was read on another device.
func (s *session) onRead(e client.ReadMoved) {
	if s.news[e.ChannelID] > 0 && e.Seq >= s.reached[chat.ChannelKey(e.ServerID, e.ChannelID)] {
		delete(s.news, e.ChannelID)
		s.prompt()
	}
}
