package chat

import (
	"slices"
	"strings"
)

const everyoneMention = "@everyone"

// ParseMentions reads whom a content addresses: <@id> users, <@&id> roles and
// @everyone, each once, in the order of the text. Not counted is what stands in
// code (a span between runs of backticks of the same length, a block behind a
// line of three or more of ` or ~) and what a backslash precedes. More than
// MaxMentions users or roles are TooLarge. Whether the sender may address them
// is not asked here.
func ParseMentions(op, content string) (Mentions, error) {
	var m Mentions
	if !strings.Contains(content, "<@") && !strings.Contains(content, everyoneMention) {
		return m, nil // nearly every message
	}
	for i := 0; i < len(content); {
		if n := fence(content, i); n > 0 {
			i += n
			continue
		}
		switch content[i] {
		case '\\':
			i += 2
		case '`':
			i += codeSpan(content[i:])
		case '<':
			i += m.reference(content[i:])
		case '@':
			i += m.everyone(content, i)
		default:
			i++
		}
		if len(m.Users) > MaxMentions || len(m.Roles) > MaxMentions {
			return Mentions{}, Errorf(TooLarge, op, "a message may mention at most %d users and %d roles", MaxMentions, MaxMentions)
		}
	}
	return m, nil
}

// reference reads <@id> or <@&id> at the beginning of s and returns how far to go on.
func (m *Mentions) reference(s string) int {
	const digits = 1 + len("<@&") + maxIDDigits
	end := strings.IndexByte(s[:min(len(s), digits)], '>')
	if end < 0 || !strings.HasPrefix(s, "<@") {
		return 1
	}
	inner := s[len("<@"):end]
	if role, ok := strings.CutPrefix(inner, "&"); ok {
		id, err := ParseRoleID(role)
		if err != nil {
			return 1
		}
		if !slices.Contains(m.Roles, id) {
			m.Roles = append(m.Roles, id)
		}
		return end + 1
	}
	id, err := ParseUserID(inner)
	if err != nil {
		return 1
	}
	if !slices.Contains(m.Users, id) {
		m.Users = append(m.Users, id)
	}
	return end + 1
}

// everyone reads @everyone at s[i], unless it is part of a word, such as an
// e-mail address.
func (m *Mentions) everyone(s string, i int) int {
	end := i + len(everyoneMention)
	if !strings.HasPrefix(s[i:], everyoneMention) || i > 0 && isWord(s[i-1]) || end < len(s) && isWord(s[end]) {
		return 1
	}
	m.Everyone = true
	return len(everyoneMention)
}

// isWord reports whether a byte is of a word: ASCII letters, digits, _, and
// every letter beyond ASCII.
func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c >= 0x80
}

// codeSpan is the length of the code span at the beginning of s, or of the
// backticks alone if nothing closes them.
func codeSpan(s string) int {
	n := run(s, '`')
	for i := n; i < len(s); {
		next := strings.IndexByte(s[i:], '`')
		if next < 0 {
			break
		}
		closing := run(s[i+next:], '`')
		i += next + closing
		if closing == n {
			return i
		}
	}
	return n
}

// fence is the length of the code block that begins with the line at s[i], 0 if
// none does. A block that nothing closes goes to the end.
func fence(s string, i int) int {
	if i > 0 && s[i-1] != '\n' {
		return 0
	}
	line, rest := cutLine(s[i:])
	mark := strings.TrimLeft(line, " ")
	if len(line)-len(mark) > maxIndent || mark == "" || mark[0] != '`' && mark[0] != '~' {
		return 0
	}
	n := run(mark, mark[0])
	if n < minFence || mark[0] == '`' && strings.IndexByte(mark[n:], '`') >= 0 {
		return 0 // the latter is a span of code
	}
	for rest != "" {
		line, rest = cutLine(rest)
		closing := strings.Trim(line, " \t\r")
		if k := len(closing); k >= n && run(closing, mark[0]) == k {
			break
		}
	}
	return len(s) - i - len(rest)
}

// What makes a block of code of a line.
const (
	minFence  = 3
	maxIndent = 3
)

// cutLine cuts s behind its first line feed.
func cutLine(s string) (line, rest string) {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		return s[:i], s[i+1:]
	}
	return s, ""
}

// run is how often c stands at the beginning of s.
func run(s string, c byte) int {
	n := 0
	for n < len(s) && s[n] == c {
		n++
	}
	return n
}

// mentions is whom a content of By's addresses as far as he may: what he may
// not address, and who does not see the channel, is left out without a word, so
// that nothing is learnt by trying.
func mentions(op, content string, env *Environment) (Mentions, error) {
	m, err := ParseMentions(op, content)
	if err != nil || m.Empty() {
		return Mentions{}, err
	}
	all := env.Grant.Permissions.Has(MentionEveryone)
	everyone := EveryoneRole(env.Channel.ServerID)
	m.Everyone = all && (m.Everyone || slices.Contains(m.Roles, everyone))
	m.Users = slices.DeleteFunc(m.Users, func(u UserID) bool { return !env.mayUser(u, ViewChannels) })
	m.Roles = slices.DeleteFunc(m.Roles, func(r RoleID) bool { return r == everyone || !env.mentionable(r, all) })
	if len(m.Users) == 0 {
		m.Users = nil
	}
	if len(m.Roles) == 0 {
		m.Roles = nil
	}
	return m, nil
}
