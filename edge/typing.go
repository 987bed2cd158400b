package edge

import (
	"encoding/json"
	"time"

	"beep/chat"
	"beep/wire"
)

const (
	// typingPause is how long typing waits for company: nobody notices, and a
	// busy channel costs no write for it.
	typingPause = 100 * time.Millisecond
	// maxTyping bounds the typing told at once; the rest is forgotten, for it
	// is said again in 5 s.
	maxTyping = 64
)

// TypingNote is what is published on subjects.Typing.
type TypingNote struct {
	UserID chat.UserID `json:"user_id"`
}

// typingFrame says that user types in channel.
type typingFrame struct {
	server  chat.ServerID
	channel chat.ChannelID
	user    chat.UserID
	filter  int // in the outbox: who views the channel
}

func (t *typingFrame) append(b draft) draft {
	b = append(b, `{"op":"`+wire.OpTyping+`","s":"`...)
	b = append(b, t.server.String()...)
	b = append(b, `","c":"`...)
	b = append(b, t.channel.String()...)
	b = append(b, `","by":"`...)
	b = append(b, t.user.String()...)
	return append(b, `"}`...)
}

// onTyping takes a typing note in.
func (h *hub) onTyping(m *LiveMessage) {
	var n TypingNote
	if len(h.typing) >= maxTyping || json.Unmarshal(m.Data, &n) != nil || n.UserID == 0 {
		return
	}
	t := typingFrame{server: chat.ServerID(h.key.ID), channel: chat.ChannelID(m.Key.ID), user: n.UserID}
	if _, ok := h.server.Channel(t.channel); !ok {
		return
	}
	for i := range h.typing {
		if o := &h.typing[i]; o.channel == t.channel && o.user == t.user {
			return
		}
	}
	at, ok := h.filter(filter{kind: toViewers, channel: t.channel})
	if !ok {
		return
	}
	t.filter = at
	h.typing = append(h.typing, t)
	h.classes |= seesTyping
	h.stir(h.w.clock.Add(typingPause))
}

// tellTyping gives a group its message, but to those who type one without
// their own typing.
func (h *hub) tellTyping(g *group, k outKey, all, m []byte) {
	for _, s := range g.sessions {
		mine := m
		if h.types(s.who()) {
			mine = h.message(k, all, s.who())
		}
		if mine != nil {
			s.conn.tell(mine)
		}
	}
}

func (h *hub) types(u chat.UserID) bool {
	for i := range h.typing {
		if h.typing[i].user == u {
			return true
		}
	}
	return false
}
