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

func serverCommands() []command {
	return []command{
		{"servers", "", "your servers", (*session).cmdServers},
		{"browse", "[TEXT]", "public servers", (*session).cmdBrowse},
		{"join", "CODE|NAME|NUMBER", "join by an invitation, or a public server, NUMBER as /browse shows it", (*session).cmdJoin},
		{"create", "NAME [private]", "make a server", (*session).cmdCreate},
		{"leave", "", "leave the server or group you are in", (*session).cmdLeave},
		{"delete-server", "NAME", "delete the server you are in; NAME is asked for so that it is the right one", (*session).cmdDeleteServer},
		{"invite", "[TIME] [USES] | NAME", "make an invitation (1d, any number of uses; 0: no end), or invite somebody", (*session).cmdInvite},
		{"invites", "", "the open invitations of this server", (*session).cmdInvites},
		{"uninvite", "CODE", "end an invitation", (*session).cmdUninvite},
		{"audit", "[N]", "who has done what in this server, the newest N (20)", (*session).cmdAudit},
	}
}

func (s *session) cmdServers(arg string) bool {
	for i, srv := range s.servers() {
		s.scr.Print(fmt.Sprintf("%3d  %s  %s  %s  %s", i+1, s.scr.Colour(bold, clean(srv.Name)), count(srv.Members, "member"),
			count(len(srv.Channels), "channel"), s.scr.Colour(dim, string(srv.Visibility)+" "+srv.ID.String())))
	}
	return arg == ""
}

// servers are the user's servers without his conversations.
func (s *session) servers() []client.Server {
	return slices.DeleteFunc(s.c.State().Servers(), func(srv client.Server) bool { return srv.Direct() })
}

func (s *session) cmdBrowse(query string) bool {
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
	return true
}

// cmdJoin tries what arg may be in this order: a number of /browse, an
// identifier, an invitation that waits, the name of a public server, a code.
func (s *session) cmdJoin(arg string) bool {
	if arg == "" {
		return false
	}
	if n, err := strconv.Atoi(arg); err == nil && n >= 1 && n <= len(s.found) {
		s.join(s.found[n-1].ID, "server.join", obj{"server_id": s.found[n-1].ID})
		return true
	}
	if id, err := chat.ParseServerID(arg); err == nil {
		s.join(id, "server.join", obj{"server_id": id})
		return true
	}
	if i, ok := s.invitedTo(arg); ok {
		s.join(i.ServerID, "invitation.accept", obj{"server_id": i.ServerID})
		return true
	}
	s.do(func(ctx context.Context) func() {
		found, err := s.c.Browse(ctx, arg, 0, 0)
		if err != nil {
			return s.failed(err)
		}
		if i := slices.IndexFunc(found, func(l client.ServerListing) bool { return strings.EqualFold(l.Name, arg) }); i >= 0 {
			return func() { s.join(found[i].ID, "server.join", obj{"server_id": found[i].ID}) }
		}
		var invited struct {
			Server client.ServerListing `json:"server"`
		}
		if err := s.c.Do(ctx, "invitation.get", obj{"code": arg}, &invited); err != nil {
			if chat.Is(err, chat.NotFound) {
				return func() { s.warn("there is no public server of this name, and no such invitation") }
			}
			return s.failed(err)
		}
		return func() { s.join(invited.Server.ID, "server.join", obj{"code": arg}) }
	})
	return true
}

func (s *session) invitedTo(name string) (client.Invited, bool) {
	for _, i := range s.c.State().Invitations() {
		if strings.EqualFold(i.Name, name) {
			return i, true
		}
	}
	return client.Invited{}, false
}

// join joins a server and goes to it when it has become available.
func (s *session) join(id chat.ServerID, method string, in obj) {
	if srv, ok := s.c.State().Server(id); ok {
		s.enterServer(srv)
		return
	}
	s.wantJoin = id
	s.do(func(ctx context.Context) func() {
		if err := s.c.Do(ctx, method, in, nil); err != nil {
			return func() {
				s.wantJoin = 0
				s.warn(explain(err))
			}
		}
		return nil
	})
}

func (s *session) cmdCreate(arg string) bool {
	visibility, name := chat.Public, arg
	if rest, private := strings.CutSuffix(arg, " private"); private {
		visibility, name = chat.Private, rest
	}
	if rest, private := strings.CutPrefix(name, "--private"); private {
		visibility, name = chat.Private, rest
	}
	name = strings.Trim(strings.TrimSpace(name), `"`)
	if name == "" {
		return false
	}
	s.do(func(ctx context.Context) func() {
		id, err := s.c.CreateServer(ctx, client.NewServer{Name: name, Visibility: visibility})
		if err != nil {
			return s.failed(err)
		}
		return func() {
			s.say("made the " + string(visibility) + " server " + clean(name) + ", " + id.String())
			if id == s.server {
				return // its frame came first, and it was entered
			}
			s.wantJoin = id
			if srv, ok := s.c.State().Server(id); ok {
				s.onServer(srv)
			}
		}
	})
	return true
}

func (s *session) cmdLeave(arg string) bool {
	srv, ok := s.c.State().Server(s.server)
	switch {
	case arg != "":
		return false
	case !ok:
		s.warn("you are in no server")
		return true
	case srv.Kind == "direct":
		s.warn("a conversation lasts as long as the friendship: /unfriend")
		return true
	case srv.Direct():
		return s.ask("direct.leave", obj{"server_id": srv.ID}, "")
	}
	return s.ask("server.leave", obj{"server_id": srv.ID}, "")
}

func (s *session) cmdDeleteServer(arg string) bool {
	srv, ok := s.inServer()
	switch {
	case arg == "":
		return false
	case ok && arg != srv.Name:
		s.warn("this server is called " + clean(srv.Name))
	case ok:
		return s.ask("server.delete", obj{"server_id": srv.ID}, "")
	}
	return true
}
