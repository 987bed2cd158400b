package main

import (
	"context"
	"fmt"
	"maps"
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

// stranger is a user whose name must be known to show e, and is not.
func (s *session) stranger(e client.Event) chat.UserID {
	for _, id := range peopleOf(e) {
		if _, known := s.c.State().Name(id); id != 0 && !known && !s.nobody[id] {
			return id
		}
	}
	return 0
}

// peopleOf are the users that showing e names.
func peopleOf(e client.Event) []chat.UserID {
	switch e := e.(type) {
	case client.Message:
		return peopleIn(&e.Message)
	case client.Edited:
		return e.Users
	case client.MemberLeft:
		return []chat.UserID{e.UserID}
	case client.Typing:
		return []chat.UserID{e.User}
	case client.Notification:
		return []chat.UserID{e.By}
	case client.Other:
		return append(subjectOf(e.Event()), e.By)
	}
	return nil
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
	s.showOne(e)
	if r, ok := client.RecordOf(e); ok {
		s.arrived(r.Key, r.Number)
	}
}

func (s *session) showOne(e client.Event) {
	switch e := e.(type) {
	case client.Ready:
		s.onReady(e)
	case client.Resumed:
		s.lost = false
		s.say(fmt.Sprintf("resumed, %s", count(e.Messages, "missed message")))
	case client.Disconnected:
		s.onDisconnected(e)
	case client.Message:
		s.onMessage(e)
	case client.Edited:
		if e.Channel() == s.channel {
			s.say(fmt.Sprintf("%s is now: %s", s.messageName(e.ID), s.readable(e.Content)))
		}
	case client.Deleted:
		if e.Channel() == s.channel {
			s.say(s.messageName(e.ID) + " was deleted")
		}
		maps.DeleteFunc(s.shown, func(_ int, at messageAt) bool { return at.id == e.ID })
	case client.Other:
		s.showOther(e)
	case client.Notification:
		s.onNotification(e)
	default:
		s.showAround(e)
	}
}

// showAround shows what is not said but happens.
func (s *session) showAround(e client.Event) {
	switch e := e.(type) {
	case client.MemberJoined:
		s.onJoined(e)
	case client.MemberLeft:
		s.here(e.Server(), s.name(e.UserID)+" has left")
	case client.MemberGone:
		s.here(e.Server, s.name(e.User)+" has left")
	case client.ChannelCreated:
		s.onChannelCreated(e)
	case client.Typing:
		s.onTyping(e)
	case client.ServerAvailable:
		s.onServer(e.Server)
	case client.ServerGone:
		s.onGone(e)
	case client.ViewChanged:
		s.onView(e)
	case client.ReadMoved:
		s.onRead(e)
	case client.Resync:
		s.arrived(e.Key, e.Number)
		if e.Key == chat.ChannelKey(s.server, s.channel) {
			s.warn("messages were missed that cannot be sent again; these are the newest")
			s.history(startHistory)
		}
	case client.Violation:
		s.warn("the server made a mistake: " + clean(e.Err.Error()))
	}
}

func (s *session) onTyping(e client.Typing) {
	if e.Channel != s.channel || e.User == s.c.State().Self().ID || time.Since(s.typed[e.User]) <= typingShownFor {
		return
	}
	if len(s.typed) >= maxShown {
		clear(s.typed)
	}
	s.typed[e.User] = time.Now()
	s.say(s.name(e.User) + " is typing…")
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

func (s *session) here(id chat.ServerID, text string) {
	if id == s.server {
		s.say(text)
	}
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
