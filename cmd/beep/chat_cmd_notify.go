package main

import (
	"fmt"
	"time"

	"beep/chat"
)

// defaultSnooze is how long the quiet lasts if nobody says.
const defaultSnooze = time.Hour

func notifyCommands() []command {
	return []command{
		{"unread", "", "where there is something you have not read", (*session).cmdUnread},
		{"notify", "all|mentions|nothing|default [server]", "what you want to be told of, in this channel or all of the server", (*session).cmdNotify},
		{"snooze", "[TIME|off]", "be told of nothing for a time (1h)", (*session).cmdSnooze},
	}
}

// unreadList is the reply to unread.list.
type unreadList struct {
	Channels []struct {
		ChannelID chat.ChannelID `json:"channel_id"`
		Unread    int            `json:"unread"`
		Mentions  int            `json:"mentions"`
	} `json:"channels"`
}

func (s *session) cmdUnread(arg string) bool {
	if arg != "" {
		return false
	}
	s.tellRead()
	return lookUp(s, "unread.list", obj{}, nil, func(l *unreadList) {
		s.takeNews(l)
		n := 0
		for _, u := range l.Channels {
			ch, ok := s.c.State().Channel(u.ChannelID)
			if !ok || ch.ID == s.channel {
				continue
			}
			n += u.Unread
			mentions := ""
			if u.Mentions > 0 {
				mentions = s.scr.Colour(warn, "  "+count(u.Mentions, "mention"))
			}
			s.scr.Print(fmt.Sprintf("     %s  %s%s", s.scr.Colour(bold, s.placeName(ch)), count(u.Unread, "unread message"), mentions))
		}
		s.say(count(n, "unread message"))
	})
}

// takeNews makes the counts those of the server.
func (s *session) takeNews(l *unreadList) {
	clear(s.news)
	for _, u := range l.Channels {
		if u.ChannelID != s.channel {
			s.news[u.ChannelID] = u.Unread
		}
	}
	s.prompt()
}

// countNews asks how much was not read while the user was away.
func (s *session) countNews() {
	lookUp(s, "unread.list", obj{}, nil, s.takeNews)
}

func (s *session) cmdNotify(arg string) bool {
	list := words(arg)
	if len(list) == 0 || len(list) > 2 || len(list) == 2 && list[1] != "server" {
		return false
	}
	level := chat.NotificationLevel(list[0])
	switch level {
	case chat.NotifyAll, chat.NotifyMentions, chat.NotifyNothing:
	case "default":
		level = chat.NotifyDefault
	default:
		return false
	}
	if len(list) == 2 && s.server != 0 {
		return s.ask("notification.set", obj{"server_id": s.server, "level": level}, "set for the whole server")
	}
	if !s.inChannel() {
		return true
	}
	return s.ask("notification.set", obj{"channel_id": s.channel, "level": level}, "set for this channel")
}

func (s *session) cmdSnooze(arg string) bool {
	if arg == "off" {
		return s.ask("notification.snooze", obj{"until": 0}, "")
	}
	lasts := defaultSnooze
	if arg != "" {
		var ok bool
		if lasts, ok = span(arg, time.Minute); !ok {
			return false
		}
	}
	return s.ask("notification.snooze", obj{"until": time.Now().Add(lasts).UnixMilli()}, "")
}
