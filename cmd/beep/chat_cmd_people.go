package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"beep/chat"
	"beep/client"
)

// membersShown is one page; a terminal is no place for more.
const membersShown = 100

// defaultMute is how long a mute lasts if nobody says.
const defaultMute = 10 * time.Minute

func peopleCommands() []command {
	return []command{
		{"members", "[BEGINNING]", "who is in this server", (*session).cmdMembers},
		{"who", "", "who of them is connected", (*session).cmdWho},
		{"nick", "[@NAME] NICKNAME", "your name in this server, or somebody's; - for none", (*session).cmdNick},
		{"mute", "NAME [TIME] [REASON]", "let somebody say nothing (10m)", (*session).cmdMute},
		{"unmute", "NAME", "give him his voice back", (*session).cmdUnmute},
		{"kick", "NAME [REASON]", "put somebody out of this server or group", (*session).cmdKick},
		{"ban", "NAME [TIME] [REASON]", "and keep him out; deletes his messages of that TIME (0)", (*session).cmdBan},
		{"unban", "NAME", "let him come back", (*session).cmdUnban},
		{"bans", "", "who is kept out", (*session).cmdBans},
	}
}

func (s *session) cmdMembers(beginning string) bool {
	s.members(beginning, func(*client.Member) bool { return true })
	return true
}

func (s *session) cmdWho(arg string) bool {
	s.members("", func(m *client.Member) bool { return m.Status == "online" })
	return arg == ""
}

func (s *session) members(beginning string, wanted func(*client.Member) bool) {
	server := s.server
	if server == 0 {
		s.warn("you are in no server")
		return
	}
	type page struct {
		Members []client.Member `json:"members"`
	}
	in := obj{"server_id": server, "query": beginning, "limit": membersShown}
	lookUp(s, "member.list", in, nil, func(p *page) {
		n := 0
		for i := range p.Members {
			if wanted(&p.Members[i]) {
				n++
				s.showMember(&p.Members[i])
			}
		}
		s.say(count(n, "member"))
		if len(p.Members) == membersShown {
			s.say(fmt.Sprintf("among the first %d", membersShown))
		}
	})
}

func (s *session) showMember(m *client.Member) {
	dot := s.scr.Colour(dim, "○")
	if m.Status == "online" {
		dot = s.scr.Colour(green, "●")
	}
	line := fmt.Sprintf("   %s %s", dot, s.scr.Colour(bold, clean(m.Username)))
	if m.Nickname != "" {
		line += " (" + clean(m.Nickname) + ")"
	}
	var notes []string
	if srv, ok := s.c.State().Server(s.server); ok && srv.OwnerID == m.UserID && !srv.Direct() {
		notes = append(notes, "owner")
	}
	for _, r := range m.Roles {
		notes = append(notes, clean(s.roleName(r)))
	}
	if m.MutedUntil != 0 {
		notes = append(notes, "muted "+until(m.MutedUntil))
	}
	s.scr.Print(line + s.scr.Colour(dim, "  "+strings.Join(append([]string{clean(m.Status)}, notes...), ", ")))
}

func (s *session) cmdNick(arg string) bool {
	srv, ok := s.inServer()
	if !ok || arg == "" {
		return arg != ""
	}
	who, nickname := "", arg
	if strings.HasPrefix(arg, "@") {
		who, nickname = firstWord(arg)
	}
	if nickname == "" {
		return false
	}
	if nickname == "-" {
		nickname = ""
	}
	in := obj{"server_id": srv.ID, "user_id": s.c.State().Self().ID, "nickname": nickname}
	if who == "" {
		return s.ask("member.rename", in, "")
	}
	return s.withUser(who, func(ctx context.Context, id chat.UserID) func() {
		in["user_id"] = id
		return s.asked(ctx, "member.rename", in, "")
	})
}

// moderate makes a request about a member of this server, or group.
func (s *session) moderate(name, method string, in obj) bool {
	srv, ok := s.c.State().Server(s.server)
	if !ok {
		s.warn("you are in no server")
		return true
	}
	if srv.Direct() && method == "member.kick" {
		method = "direct.remove"
		delete(in, "reason")
	}
	in["server_id"] = srv.ID
	return s.withUser(name, func(ctx context.Context, id chat.UserID) func() {
		in["user_id"] = id
		return s.asked(ctx, method, in, "")
	})
}

// timed reads [TIME] REASON.
func timed(arg string, otherwise time.Duration) (time.Duration, string) {
	first, rest := firstWord(arg)
	if d, ok := span(first, time.Minute); ok {
		return d, rest
	}
	return otherwise, arg
}

func (s *session) cmdMute(arg string) bool {
	name, rest := firstWord(arg)
	lasts, reason := timed(rest, defaultMute)
	return s.moderate(name, "member.mute", obj{"until": time.Now().Add(lasts).UnixMilli(), "reason": reason})
}

func (s *session) cmdUnmute(name string) bool {
	return s.moderate(name, "member.mute", obj{"until": 0})
}

func (s *session) cmdKick(arg string) bool {
	name, reason := firstWord(arg)
	return s.moderate(name, "member.kick", obj{"reason": reason})
}

func (s *session) cmdBan(arg string) bool {
	name, rest := firstWord(arg)
	purge, reason := timed(rest, 0)
	return s.moderate(name, "member.ban", obj{"purge_seconds": int64(purge.Seconds()), "reason": reason})
}

func (s *session) cmdUnban(name string) bool { return s.moderate(name, "member.unban", obj{}) }

func (s *session) cmdBans(arg string) bool {
	srv, ok := s.inServer()
	if !ok || arg != "" {
		return arg == ""
	}
	type list struct {
		Bans []struct {
			UserID   chat.UserID `json:"user_id"`
			Username string      `json:"username"`
			By       chat.UserID `json:"by"`
			At       int64       `json:"at"`
			Reason   string      `json:"reason"`
		} `json:"bans"`
	}
	people := func(l *list) (ids []chat.UserID) {
		for _, b := range l.Bans {
			ids = append(ids, b.UserID, b.By)
		}
		return slices.Compact(ids)
	}
	return lookUp(s, "ban.list", obj{"server_id": srv.ID}, people, func(l *list) {
		for _, b := range l.Bans {
			s.scr.Print(fmt.Sprintf("     %s  by %s, %s  %s", s.name(b.UserID), s.name(b.By), time.UnixMilli(b.At).Format("2 Jan 15:04"), clean(b.Reason)))
		}
		s.say(count(len(l.Bans), "ban"))
	})
}
