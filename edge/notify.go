package edge

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"

	"beep/chat"
	"beep/wire"
)

// Notifications (NOT-1) go out after the events they are about. A message costs
// nothing for them unless it mentions somebody, stands in a direct conversation,
// or somebody here wants to hear of every message.

// The kinds of notification.
const (
	notifyMention    = "mention"
	notifyDirect     = "direct"
	notifyMessage    = "message"
	notifyFriend     = "friend_request"
	notifyInvitation = "server_invitation"
)

// note is something that some may want to hear of.
type note struct {
	channel  chat.ChannelID
	number   uint64
	time     int64
	by       chat.UserID
	id       chat.MessageID
	mentions chat.Mentions
	slots    chat.RoleSet // of the roles mentioned
	roles    bool
}

// mentionKey begins the fields of a message that mention somebody. In a string of
// JSON its first quote would be escaped, its field's last too; a false alarm costs a look.
const mentionKey = `"mention`

// heed remembers a message that somebody may want to hear of.
func (h *hub) heed(ch chat.ChannelID, r *wire.Record) {
	if !h.direct() && len(h.listeners) == 0 && !bytes.Contains(r.Payload, []byte(mentionKey)) {
		return
	}
	var m chat.MessageSent
	if json.Unmarshal(r.Payload, &m) != nil || m.Type != chat.PlainMessage && m.Type != chat.ConferenceMessage {
		return
	}
	h.notes = append(h.notes, note{channel: ch, number: r.Number, time: r.Time, by: r.Author, id: m.ID, mentions: m.Mentions})
}

// notify tells what the flush has to notify of.
func (h *hub) notify() {
	for i := range h.notes {
		n := &h.notes[i]
		for _, id := range n.mentions.Roles {
			if r, ok := h.rights.st.Role(id); ok {
				n.slots[r.Slot/64] |= 1 << (r.Slot % 64)
				n.roles = true
			}
		}
		told := map[string][]*session{}
		for _, s := range h.concerned(n) {
			if kind := h.notifies(s, n); kind != "" {
				told[kind] = append(told[kind], s)
			}
		}
		for _, kind := range []string{notifyMention, notifyDirect, notifyMessage} {
			if len(told[kind]) > 0 {
				h.w.g.tell(told[kind], textMessage(h.notification(kind, n)))
			}
		}
	}
}

// concerned lists the sessions that may have to be notified, each once.
func (h *hub) concerned(n *note) []*session {
	var list []*session
	if h.direct() || n.mentions.Everyone || n.roles {
		list = make([]*session, 0, len(h.seats))
		for _, g := range h.groups {
			list = append(list, g.sessions...)
		}
		return list
	}
	for i, u := range n.mentions.Users {
		if !slices.Contains(n.mentions.Users[:i], u) {
			list = append(list, h.sessionsOf(u)...)
		}
	}
	for s := range h.listeners {
		if !slices.Contains(n.mentions.Users, s.who()) {
			list = append(list, s)
		}
	}
	return list
}

// notifies is the kind of notification that a session gets of n, "" for none.
func (h *hub) notifies(s *session, n *note) string {
	g, u := h.seats[s].group, s.who()
	if u == n.by || g == nil || g.key.intents&wantNotifications == 0 || !g.key.rights.sees(n.channel) {
		return ""
	}
	p := s.prefs.Load()
	level := p.level(chat.ServerID(h.key.ID), n.channel)
	switch {
	case level == chat.NotifyNothing || p.silent(n.by, h.w.g.now().UnixMilli()):
		return ""
	case h.mentioned(u, n):
		return notifyMention
	case h.direct() && level != chat.NotifyMentions:
		return notifyDirect
	case level == chat.NotifyAll:
		return notifyMessage
	}
	return ""
}

func (h *hub) mentioned(u chat.UserID, n *note) bool {
	if n.mentions.Everyone || slices.Contains(n.mentions.Users, u) {
		return true
	}
	if !n.roles {
		return false
	}
	roles := h.rights.st.Members[u].Roles
	for i := range roles {
		if roles[i]&n.slots[i] != 0 {
			return true
		}
	}
	return false
}

func (h *hub) notification(kind string, n *note) []byte {
	b := append([]byte(nil), `{"op":"`+wire.OpNotification+`","kind":"`...)
	b = append(b, kind...)
	b = append(b, `","loud":`...)
	b = strconv.AppendBool(b, kind != notifyMessage)
	b = append(b, `,"s":"`...)
	b = append(b, chat.ServerID(h.key.ID).String()...)
	b = append(b, `","c":"`...)
	b = append(b, n.channel.String()...)
	b = append(b, `","id":"`...)
	b = append(b, n.id.String()...)
	b = append(b, `",`...)
	return appendNote(b, n.number, n.time, n.by)
}

func appendNote(b []byte, number uint64, at int64, by chat.UserID) []byte {
	b = append(b, `"n":`...)
	b = strconv.AppendUint(b, number, 10)
	b = append(b, `,"t":`...)
	b = strconv.AppendInt(b, at, 10)
	b = append(b, `,"by":"`...)
	b = append(b, by.String()...)
	return append(b, `"}`...)
}

// notifyUser tells a user's sessions what concerns him alone; the event goes out first.
func (h *hub) notifyUser(kind string, server chat.ServerID, by chat.UserID, rec chat.Record) {
	if h.prefs.silent(by, h.w.g.now().UnixMilli()) {
		return
	}
	h.flush()
	b := []byte(`{"op":"` + wire.OpNotification + `","kind":"` + kind + `","loud":true,`)
	if server != 0 {
		b = append(b, `"s":"`...)
		b = append(b, server.String()...)
		b = append(b, `",`...)
	}
	m := textMessage(appendNote(b, rec.Number, rec.Time, by))
	for _, g := range h.groups {
		for _, s := range g.sessions {
			if s.intents&wantNotifications != 0 {
				s.conn.tell(m)
			}
		}
	}
}
