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

func channelCommands() []command {
	return []command{
		{"channels", "", "your channels and conversations", (*session).cmdChannels},
		{"channel", "NAME|NUMBER", "go to a channel: NAME, SERVER/NAME, @FRIEND, or NUMBER of /channels", (*session).cmdChannel},
		{"new-channel", "NAME [category|conference] [private] [in CATEGORY]", "make a channel in this server", (*session).cmdNewChannel},
		{"thread", "[N] NAME", "begin a thread, on message N or on the channel", (*session).cmdThread},
		{"topic", "TEXT", "what this channel is about; - for nothing", (*session).cmdTopic},
		{"slow", "TIME", "slow mode: the time between two messages of a member (10s); 0 for none", (*session).cmdSlow},
		{"delete-channel", "NAME", "delete a channel with what is below it", (*session).cmdDeleteChannel},
		{"add", "NAME", "let somebody into this private channel or group", (*session).cmdAdd},
		{"call", "[NAME]", "join the conference of this channel, or of NAME", (*session).cmdCall},
		{"hang-up", "[NAME]", "leave it", (*session).cmdHangUp},
	}
}

// enter goes to a channel and shows its newest messages.
func (s *session) enter(ch client.Channel) {
	if s.unread != ch.ID {
		s.tellRead()
	}
	s.server, s.channel, s.held = ch.ServerID, ch.ID, nil
	delete(s.news, ch.ID)
	s.prompt()
	topic := ""
	if ch.Topic != "" {
		topic = ": " + clean(ch.Topic)
	}
	s.say("now in " + s.placeName(ch) + topic)
	s.history(startHistory)
}

// enterServer goes to the first channel of a server, if there is one to be seen.
func (s *session) enterServer(srv client.Server) {
	if ch, ok := landing(&srv); ok {
		s.enter(ch)
		return
	}
	s.server, s.channel = srv.ID, 0
	s.prompt()
	s.say("now in " + s.serverName(&srv) + ", where you see no channel")
}

// prompt shows where the session is, and how much is new elsewhere.
func (s *session) prompt() {
	elsewhere, place := 0, ""
	for _, n := range s.news {
		elsewhere += n
	}
	if ch, ok := s.c.State().Channel(s.channel); ok {
		place = s.scr.Colour(bold, s.placeName(ch)) + " "
	}
	if elsewhere > 0 {
		place += s.scr.Colour(warn, fmt.Sprintf("(%d)", elsewhere)) + " "
	}
	s.scr.SetPrompt(place + "> ")
}

func (s *session) cmdChannel(arg string) bool {
	if arg == "" {
		return false
	}
	ch, ok := s.channelArg(arg)
	switch {
	case !ok:
		s.warn("there is no channel of this name; /channels lists them")
	case ch.Type == chat.CategoryChannel:
		s.warn(clean(ch.Name) + " is a category: it holds channels, and has no messages")
	default:
		s.enter(ch)
	}
	return true
}

// channelArg finds a channel by its number in the last list, or its name.
func (s *session) channelArg(arg string) (client.Channel, bool) {
	if n, err := strconv.Atoi(arg); err == nil && n >= 1 && n <= len(s.listed) {
		return s.c.State().Channel(s.listed[n-1])
	}
	return findChannel(s.c.State(), s.server, arg)
}

func (s *session) cmdNewChannel(arg string) bool {
	in, ok := s.newChannel(words(arg))
	if !ok {
		return false
	}
	srv, inServer := s.inServer()
	if !inServer || in == nil {
		return true
	}
	in["server_id"] = srv.ID
	s.make("channel.create", in)
	return true
}

// newChannel reads NAME [category|conference] [private] [in CATEGORY]; nil has
// been warned of.
func (s *session) newChannel(list []string) (obj, bool) {
	in := obj{}
	if n := len(list); n > 2 && list[n-2] == "in" {
		parent, ok := findChannel(s.c.State(), s.server, strings.TrimSuffix(list[n-1], ":"))
		if !ok || parent.Type != chat.CategoryChannel {
			s.warn("there is no category " + clean(list[n-1]))
			return nil, true
		}
		in["parent_id"], list = parent.ID, list[:n-2]
	}
	for ; len(list) > 1; list = list[:len(list)-1] {
		switch last := list[len(list)-1]; last {
		case "private":
			in["private"] = true
			continue
		case string(chat.CategoryChannel), string(chat.ConferenceChannel):
			in["type"] = last
			continue
		}
		break
	}
	if len(list) == 0 {
		return nil, false
	}
	in["name"] = strings.TrimPrefix(strings.Join(list, " "), "#")
	return in, true
}

// make creates a channel; its own event tells of it.
func (s *session) make(method string, in obj) {
	s.do(func(ctx context.Context) func() {
		var made struct {
			ID chat.ChannelID `json:"id"`
		}
		if err := s.c.Do(ctx, method, in, &made); err != nil {
			return s.failed(err)
		}
		return func() {
			if _, ok := s.c.State().Channel(made.ID); !ok {
				s.wantChannel = made.ID
			}
		}
	})
}

func (s *session) cmdThread(arg string) bool {
	if !s.inChannel() {
		return true
	}
	in := obj{"channel_id": s.channel, "name": arg}
	if at, name, ok := s.messageArg(arg); ok && name != "" {
		in = obj{"channel_id": at.channel, "message_id": at.id, "name": name}
	}
	if in["name"] == "" {
		return false
	}
	s.make("thread.create", in)
	return true
}

func (s *session) cmdTopic(arg string) bool {
	if arg == "" || !s.inChannel() {
		return arg != ""
	}
	if arg == "-" {
		arg = ""
	}
	return s.ask("channel.update", obj{"channel_id": s.channel, "topic": arg}, "")
}

func (s *session) cmdSlow(arg string) bool {
	wait, ok := span(arg, time.Second)
	if !ok || !s.inChannel() {
		return ok
	}
	return s.ask("channel.update", obj{"channel_id": s.channel, "slow_mode": int(wait.Seconds())}, "")
}

func (s *session) cmdDeleteChannel(arg string) bool {
	if arg == "" {
		return false
	}
	ch, ok := s.channelArg(strings.TrimSuffix(arg, ":"))
	if !ok {
		s.warn("there is no channel of this name; /channels lists them")
		return true
	}
	return s.ask("channel.delete", obj{"channel_id": ch.ID}, "")
}

func (s *session) cmdAdd(name string) bool {
	if !s.inChannel() {
		return true
	}
	srv, _ := s.c.State().Server(s.server)
	channel := s.channel
	return s.withUser(name, func(ctx context.Context, id chat.UserID) func() {
		if srv.Direct() {
			return s.asked(ctx, "direct.add", obj{"server_id": srv.ID, "user_id": id}, "")
		}
		return s.asked(ctx, "channel.add", obj{"channel_id": channel, "user_id": id}, clean(name)+" is let in")
	})
}

func (s *session) cmdCall(arg string) bool {
	return s.conference("channel.join", arg, "you are in the conference of ")
}

func (s *session) cmdHangUp(arg string) bool {
	return s.conference("channel.leave", arg, "you have left the conference of ")
}

// conference comes and goes.
func (s *session) conference(method, arg, done string) bool {
	id := s.channel
	if arg != "" {
		ch, ok := s.channelArg(arg)
		if !ok {
			s.warn("there is no channel of this name; /channels lists them")
			return true
		}
		id = ch.ID
	} else if !s.inChannel() {
		return true
	}
	ch, ok := s.c.State().Channel(id)
	if !ok || ch.Type != chat.ConferenceChannel && ch.Type != chat.DirectChannel {
		s.warn(channelName(ch.Channel) + " is no conference")
		return true
	}
	return s.ask(method, obj{"channel_id": id}, done+s.placeName(ch))
}
