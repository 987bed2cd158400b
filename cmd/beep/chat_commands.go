package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"beep/chat"
	"beep/client"
)

const membersShown = 100 // one page; a terminal is no place for more

// onLine carries out one line of input. Two slashes send text with one.
func (s *session) onLine(line string) {
	line = strings.TrimRight(line, " \r")
	if strings.TrimSpace(line) == "" {
		return
	}
	if !strings.HasPrefix(line, "/") || strings.HasPrefix(line, "//") {
		s.send(strings.Replace(line, "//", "/", boolInt(strings.HasPrefix(line, "//"))), 0)
		return
	}
	name, rest, _ := strings.Cut(line[1:], " ")
	rest = strings.TrimSpace(rest)
	commands := map[string]func(string){
		"servers": s.cmdServers, "browse": s.cmdBrowse, "join": s.cmdJoin, "create": s.cmdCreate,
		"channels": s.cmdChannels, "channel": s.cmdChannel, "new-channel": s.cmdNewChannel,
		"history": s.cmdHistory, "members": s.cmdMembers, "who": s.cmdWho,
		"reply": s.cmdReply, "edit": s.cmdEdit, "delete": s.cmdDelete,
		"help": func(string) { s.scr.Print(chatHelp) },
		"quit": func(string) { s.leaving, s.typedLines = true, nil },
	}
	if cmd, ok := commands[name]; ok {
		cmd(rest)
		return
	}
	s.warn("there is no /" + clean(name) + "; /help lists the commands")
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (s *session) send(text string, replyTo chat.MessageID) {
	ch := s.channel
	if ch == 0 {
		s.warn("you are in no channel: /join a server or go to a /channel")
		return
	}
	s.do(func(ctx context.Context) func() {
		sent, err := s.c.Send(ctx, ch, text, client.SendOptions{ReplyTo: replyTo})
		if err != nil {
			return func() { s.warn("not sent: " + explain(err)) }
		}
		return func() { // the message's own event shows it
			if s.seen[ch] < sent.Seq {
				s.sent = messageAt{ch, sent.ID, sent.Seq}
			}
		}
	})
}

func (s *session) cmdServers(string) {
	for i, srv := range s.c.State().Servers() {
		s.scr.Print(fmt.Sprintf("%3d  %s  %s, %s  %s", i+1, clean(srv.Name), count(srv.Members, "member"), count(len(srv.Channels), "channel"), srv.ID))
	}
}

func (s *session) cmdBrowse(query string) {
	s.do(func(ctx context.Context) func() {
		found, err := s.c.Browse(ctx, query, 0, 0)
		if err != nil {
			return s.failed(err)
		}
		return func() {
			s.found = found
			for i, srv := range found {
				s.scr.Print(fmt.Sprintf("%3d  %s  %s  %s  %s", i+1, clean(srv.Name), count(srv.Members, "member"), srv.ID, clean(srv.Description)))
			}
			s.say(count(len(found), "public server"))
		}
	})
}

func (s *session) cmdJoin(arg string) {
	if arg == "" {
		s.warn("/join ID|NUMBER|NAME")
		return
	}
	if n, err := strconv.Atoi(arg); err == nil && n >= 1 && n <= len(s.found) {
		s.join(s.found[n-1].ID)
		return
	}
	if id, err := chat.ParseServerID(arg); err == nil {
		s.join(id)
		return
	}
	s.do(func(ctx context.Context) func() {
		found, err := s.c.Browse(ctx, arg, 0, 0)
		if err != nil {
			return s.failed(err)
		}
		return func() {
			i := slices.IndexFunc(found, func(l client.ServerListing) bool { return strings.EqualFold(l.Name, arg) })
			if i < 0 {
				s.warn("there is no public server of this name")
				return
			}
			s.join(found[i].ID)
		}
	})
}

// join joins a server and goes to it when it has become available.
func (s *session) join(id chat.ServerID) {
	if srv, ok := s.c.State().Server(id); ok && len(srv.Channels) > 0 {
		s.enter(srv.Channels[0])
		return
	}
	s.wantJoin = id
	s.do(func(ctx context.Context) func() {
		if err := s.c.Join(ctx, id); err != nil {
			return func() {
				s.wantJoin = 0
				s.warn(explain(err))
			}
		}
		return nil
	})
}

func (s *session) cmdCreate(arg string) {
	visibility := chat.Public
	if rest, private := strings.CutPrefix(arg, "--private"); private {
		visibility, arg = chat.Private, strings.TrimSpace(rest)
	}
	if arg == "" {
		s.warn("/create [--private] NAME")
		return
	}
	s.do(func(ctx context.Context) func() {
		id, err := s.c.CreateServer(ctx, client.NewServer{Name: arg, Visibility: visibility})
		if err != nil {
			return s.failed(err)
		}
		return func() {
			s.say("made the server " + clean(arg) + ", " + id.String())
			if id == s.server {
				return // its frame came first, and it was entered
			}
			s.wantJoin = id
			if srv, ok := s.c.State().Server(id); ok {
				s.onServer(srv)
			}
		}
	})
}

func (s *session) cmdHistory(arg string) {
	n := startHistory
	if arg != "" {
		var err error
		if n, err = strconv.Atoi(arg); err != nil || n < 1 || n > maxHistoryCount {
			s.warn(fmt.Sprintf("/history [1 to %d]", maxHistoryCount))
			return
		}
	}
	if s.channel == 0 {
		s.warn("you are in no channel")
		return
	}
	s.history(n)
}

func (s *session) cmdMembers(string) { s.members(func(client.Member) bool { return true }) }

func (s *session) cmdWho(string) {
	s.members(func(m client.Member) bool { return m.Status == "online" })
}

func (s *session) members(wanted func(client.Member) bool) {
	server := s.server
	if server == 0 {
		s.warn("you are in no server")
		return
	}
	s.do(func(ctx context.Context) func() {
		members, err := s.c.Members(ctx, server, 0, membersShown)
		if err != nil {
			return s.failed(err)
		}
		return func() {
			n := 0
			for _, m := range members {
				if wanted(m) {
					n++
					s.scr.Print(fmt.Sprintf("     %s  %s", clean(m.Username), clean(m.Status)))
				}
			}
			s.say(count(n, "member"))
			if len(members) == membersShown {
				s.say(fmt.Sprintf("among the first %d", membersShown))
			}
		}
	})
}
