package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"beep/chat"
)

const (
	auditShown    = 20
	maxAuditShown = 100
	maxAuditText  = 120 // characters of what changed
)

// auditEntry is a line of a server's audit log.
type auditEntry struct {
	At        int64           `json:"at"`
	By        chat.UserID     `json:"by"`
	Action    string          `json:"action"`
	Kind      string          `json:"target_kind"`
	Target    string          `json:"target"`
	ChannelID chat.ChannelID  `json:"channel_id"`
	Reason    string          `json:"reason"`
	Before    json.RawMessage `json:"before"`
	After     json.RawMessage `json:"after"`
}

type auditPage struct {
	Entries []auditEntry `json:"entries"`
}

func (p *auditPage) people() (ids []chat.UserID) {
	for i := range p.Entries {
		ids = append(ids, p.Entries[i].By)
		if u, err := chat.ParseUserID(p.Entries[i].Target); err == nil && personal(p.Entries[i].Kind) {
			ids = append(ids, u)
		}
	}
	return ids
}

func personal(kind string) bool { return kind == "user" || kind == "member" }

func (s *session) cmdAudit(arg string) bool {
	n := auditShown
	if arg != "" {
		var err error
		if n, err = strconv.Atoi(arg); err != nil || n < 1 || n > maxAuditShown {
			return false
		}
	}
	srv, ok := s.inServer()
	if !ok {
		return true
	}
	in := obj{"server_id": srv.ID, "limit": n}
	return lookUp(s, "audit.list", in, (*auditPage).people, func(p *auditPage) {
		slices.Reverse(p.Entries) // the newest stands where the eye is
		for i := range p.Entries {
			s.showAudit(&p.Entries[i])
		}
		s.say(count(len(p.Entries), "record"))
	})
}

func (s *session) showAudit(e *auditEntry) {
	text := s.scr.Colour(bold, s.name(e.By)) + " " + strings.ReplaceAll(clean(e.Action), "_", " ")
	if e.By == 0 {
		text = "the system " + strings.ReplaceAll(clean(e.Action), "_", " ")
	}
	if target := s.auditTarget(e); target != "" {
		text += " " + target
	}
	if ch, ok := s.c.State().Channel(e.ChannelID); ok && e.Kind == "channel" {
		text += " " + channelName(ch.Channel)
	} else if ok {
		text += " in " + channelName(ch.Channel)
	}
	if e.Reason != "" {
		text += ": " + clean(e.Reason)
	}
	at := s.scr.Colour(dim, time.UnixMilli(e.At).Format("2 Jan 15:04"))
	s.scr.Print(fmt.Sprintf("     %s %s%s", at, text, s.scr.Colour(dim, s.changed(e))))
}

func (s *session) auditTarget(e *auditEntry) string {
	id, err := strconv.ParseUint(e.Target, 10, 64)
	if err != nil {
		return ""
	}
	switch {
	case personal(e.Kind):
		return s.name(chat.UserID(id))
	case e.Kind == "role":
		return "@" + clean(s.roleName(chat.RoleID(id)))
	case e.Kind == "channel":
		if ch, ok := s.c.State().Channel(chat.ChannelID(id)); ok && ch.ID != e.ChannelID {
			return channelName(ch.Channel)
		}
	}
	return ""
}

// changed is what was before and what is after, as short as can be.
func (s *session) changed(e *auditEntry) string {
	var before, after map[string]any
	_, _ = json.Unmarshal(e.Before, &before), json.Unmarshal(e.After, &after) // what is no object says nothing
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(after)) {
		was, is := s.brief(before[key]), s.brief(after[key])
		switch {
		case was == is || strings.HasSuffix(key, "id"):
		case was == "":
			parts = append(parts, clean(key)+" "+is)
		default:
			parts = append(parts, clean(key)+" "+was+" → "+is)
		}
	}
	text := []rune(strings.Join(parts, ", "))
	if len(text) > maxAuditText {
		text = append(text[:maxAuditText], '…')
	}
	if len(text) == 0 {
		return ""
	}
	return "  (" + string(text) + ")"
}

// brief is a value without its punctuation; roles by their names.
func (s *session) brief(value any) string {
	switch v := value.(type) {
	case nil, []any, map[string]any:
		list, _ := v.([]any)
		var parts []string
		for _, one := range list {
			parts = append(parts, s.brief(one))
		}
		return strings.Join(parts, " ")
	case string:
		if id, err := chat.ParseRoleID(v); err == nil {
			return clean(s.roleName(id))
		}
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return clean(fmt.Sprint(value))
}
