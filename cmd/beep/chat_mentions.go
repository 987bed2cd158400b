package main

import (
	"context"
	"strings"

	"beep/chat"
	"beep/client"
)

// lookedUpNames is how many unknown @names of one message are asked for.
const lookedUpNames = 5

// addressed turns the @names and #channels that there are into what the
// protocol calls them; code in backticks stays as it is. It may wait for the
// server, so it is for jobs.
func (s *session) addressed(ctx context.Context, server chat.ServerID, text string) string {
	a := addressing{s: s, ctx: ctx, left: lookedUpNames}
	a.srv, _ = s.c.State().Server(server)
	parts := strings.Split(text, "`")
	for i := 0; i < len(parts); i += 2 {
		parts[i] = a.part(parts[i])
	}
	return strings.Join(parts, "`")
}

// addressing is one message's text on its way out.
type addressing struct {
	s    *session
	ctx  context.Context // of the call it lives as long as
	srv  client.Server
	left int // names that may still be asked for
}

func (a *addressing) part(text string) string {
	var b strings.Builder
	for {
		i := strings.IndexAny(text, "@#")
		if i < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:i])
		end := i + 1
		for end < len(text) && nameByte(text[end]) {
			end++
		}
		if i > 0 && (nameByte(text[i-1]) || text[i-1] == '<') { // an address, or named already
			b.WriteString(text[i:end])
		} else {
			b.WriteString(a.reference(text[i:end]))
		}
		text = text[end:]
	}
}

// nameByte reports whether c may stand in a username.
func nameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.'
}

// reference is how the protocol writes "@name" or "#name", if there is such a one.
func (a *addressing) reference(word string) string {
	name := strings.TrimRight(word[1:], ".-") // which may end a sentence
	tail := word[1+len(name):]
	switch {
	case name == "":
		return word
	case word[0] == '#':
		for _, ch := range a.srv.Channels {
			if ch.Name == name {
				return "<#" + ch.ID.String() + ">" + tail
			}
		}
		return word
	case strings.EqualFold(name, chat.EveryoneName):
		return word
	}
	for _, r := range a.srv.Roles {
		if strings.EqualFold(r.Name, name) {
			return "<@&" + r.ID.String() + ">" + tail
		}
	}
	if id, ok := a.user(name); ok {
		return "<@" + id.String() + ">" + tail
	}
	return word
}

func (a *addressing) user(name string) (chat.UserID, bool) {
	if id, ok := a.s.c.State().UserNamed(name); ok || a.left == 0 {
		return id, ok
	}
	a.left--
	id, err := a.s.c.FindUser(a.ctx, name)
	return id, err == nil // nobody of this name: it is only a word
}

// readable is a message's text with the names of whom it mentions.
func (s *session) readable(text string) string {
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(text, "<")
		b.WriteString(before)
		if !ok {
			return cleanLines(b.String())
		}
		inner, rest, closed := strings.Cut(after, ">")
		name, known := "", false
		if closed {
			name, known = s.referred(inner)
		}
		if known {
			b.WriteString(name)
			text = rest
		} else {
			b.WriteString("<")
			text = after
		}
	}
}

// referred is the name of what stands between < and >.
func (s *session) referred(inner string) (string, bool) {
	switch {
	case strings.HasPrefix(inner, "@&"):
		id, err := chat.ParseRoleID(inner[2:])
		if err != nil {
			return "", false
		}
		return "@" + s.roleName(id), true
	case strings.HasPrefix(inner, "@"):
		id, err := chat.ParseUserID(inner[1:])
		if err != nil {
			return "", false
		}
		return "@" + s.name(id), true
	case strings.HasPrefix(inner, "#"):
		id, err := chat.ParseChannelID(inner[1:])
		if err != nil {
			return "", false
		}
		if ch, ok := s.c.State().Channel(id); ok {
			return "#" + ch.Name, true
		}
		return "#another channel", true
	}
	return "", false
}
