package main

import (
	"strings"

	"beep/chat"
)

// addressed turns the @names and #channels that are known into what the
// protocol calls them; code in backticks stays as it is.
func (s *session) addressed(text string) string {
	parts := strings.Split(text, "`")
	for i := 0; i < len(parts); i += 2 {
		parts[i] = s.addressedPart(parts[i])
	}
	return strings.Join(parts, "`")
}

func (s *session) addressedPart(text string) string {
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
		b.WriteString(s.reference(text[i:end], i == 0 || !nameByte(text[i-1])))
		text = text[end:]
	}
}

// nameByte reports whether c may stand in a username.
func nameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.'
}

// reference is how the protocol writes "@name" or "#name", if it is known and
// not in the middle of a word.
func (s *session) reference(word string, free bool) string {
	name := strings.TrimRight(word[1:], ".-") // which may end a sentence
	if !free || name == "" {
		return word
	}
	tail := word[1+len(name):]
	if word[0] == '#' {
		if srv, ok := s.c.State().Server(s.server); ok {
			for _, ch := range srv.Channels {
				if ch.Name == name {
					return "<#" + ch.ID.String() + ">" + tail
				}
			}
		}
		return word
	}
	if id, ok := s.c.State().UserNamed(name); ok {
		return "<@" + id.String() + ">" + tail
	}
	if r, ok := s.findRole(name); ok && r.ID != chat.EveryoneRole(s.server) {
		return "<@&" + r.ID.String() + ">" + tail
	}
	return word
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
