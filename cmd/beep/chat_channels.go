package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"beep/chat"
	"beep/client"
)

// enter goes to a channel and shows its newest messages.
func (s *session) enter(ch client.Channel) {
	s.server, s.channel = ch.ServerID, ch.ID
	srv, _ := s.c.State().Server(ch.ServerID)
	s.scr.SetPrompt(s.scr.Colour(bold, clean(srv.Name)+" #"+clean(ch.Name)) + " > ")
	s.say(fmt.Sprintf("now in %s #%s", clean(srv.Name), clean(ch.Name)))
	s.history(startHistory)
}

func (s *session) cmdChannels(string) {
	s.listed = nil
	for _, srv := range s.c.State().Servers() {
		for _, ch := range srv.Channels {
			s.listed = append(s.listed, ch.ID)
			mark := " "
			if ch.ID == s.channel {
				mark = "*"
			}
			s.scr.Print(fmt.Sprintf("%3d %s%s/%s", len(s.listed), mark, clean(srv.Name), clean(ch.Name)))
		}
	}
}

func (s *session) cmdChannel(arg string) {
	if n, err := strconv.Atoi(arg); err == nil && n >= 1 && n <= len(s.listed) {
		if ch, ok := s.c.State().Channel(s.listed[n-1]); ok {
			s.enter(ch)
			return
		}
	}
	if ch, ok := findChannel(s.c.State(), s.server, arg); ok {
		s.enter(ch)
		return
	}
	s.warn("there is no channel of this name; /channels lists them")
}

// findChannel finds a channel by id, #name, name or SERVER/name; a bare name is
// looked for in server here first.
func findChannel(st *client.State, here chat.ServerID, arg string) (client.Channel, bool) {
	if id, err := chat.ParseChannelID(arg); err == nil {
		if ch, ok := st.Channel(id); ok {
			return ch, true
		}
	}
	var found *client.Channel
	for _, srv := range st.Servers() {
		for _, ch := range srv.Channels {
			if !strings.EqualFold(strings.TrimPrefix(arg, "#"), ch.Name) && !strings.EqualFold(arg, srv.Name+"/"+ch.Name) {
				continue
			}
			if found == nil || (srv.ID == here && found.ServerID != here) {
				found = &ch
			}
		}
	}
	if found == nil {
		return client.Channel{}, false
	}
	return *found, true
}

func (s *session) cmdNewChannel(name string) {
	server := s.server
	if server == 0 || name == "" {
		s.warn("/new-channel NAME, in a server")
		return
	}
	s.do(func(ctx context.Context) func() {
		id, err := s.c.CreateChannel(ctx, server, strings.TrimPrefix(name, "#"))
		if err != nil {
			return s.failed(err)
		}
		return func() { // its own event tells of it
			if _, ok := s.c.State().Channel(id); !ok {
				s.wantChannel = id
			}
		}
	})
}
