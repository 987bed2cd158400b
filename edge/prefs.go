package edge

import (
	"maps"

	"beep/chat"
)

// prefs is what a user wants to be notified of. It never changes; the user's hub
// gives his sessions another one when he does. nil is who has set nothing.
type prefs struct {
	levels  map[chat.ServerID]chat.NotifyLevels
	blocked map[chat.UserID]struct{} // of whom he wants to hear nothing
	snoozed int64                    // Unix milliseconds until when
}

func prefsOf(u *chat.User) *prefs {
	p := &prefs{snoozed: u.Snoozed, levels: maps.Clone(u.Levels)}
	for id, r := range u.Relations {
		if r.State == chat.Blocked {
			if p.blocked == nil {
				p.blocked = map[chat.UserID]struct{}{}
			}
			p.blocked[id] = struct{}{}
		}
	}
	if p.snoozed == 0 && len(p.levels) == 0 && p.blocked == nil {
		return nil
	}
	return p
}

// level is what he has set for a channel, or for its server; NotifyDefault if neither.
func (p *prefs) level(s chat.ServerID, c chat.ChannelID) chat.NotificationLevel {
	if p == nil {
		return chat.NotifyDefault
	}
	l := p.levels[s]
	if v := l.Channels[c]; v != chat.NotifyDefault {
		return v
	}
	return l.Server
}

// silent reports whether nothing that user by does is to be heard at time now.
func (p *prefs) silent(by chat.UserID, now int64) bool {
	if p == nil {
		return false
	}
	_, blocked := p.blocked[by]
	return blocked || now < p.snoozed
}

// listens reports whether he wants to hear of every message somewhere in a server.
func (p *prefs) listens(s chat.ServerID) bool {
	if p == nil {
		return false
	}
	l := p.levels[s]
	if l.Server == chat.NotifyAll {
		return true
	}
	for _, v := range l.Channels {
		if v == chat.NotifyAll {
			return true
		}
	}
	return false
}

// setPrefs gives the sessions of a user's hub what he wants now.
func (h *hub) setPrefs() {
	h.prefs = prefsOf(h.user)
	for _, g := range h.groups {
		for _, s := range g.sessions {
			s.prefs.Store(h.prefs)
		}
	}
}

// listen notes in a server's hub whether a session wants to hear of every message.
func (h *hub) listen(s *session) {
	if s.intents&wantNotifications == 0 || !s.prefs.Load().listens(chat.ServerID(h.key.ID)) {
		delete(h.listeners, s)
		return
	}
	if h.listeners == nil {
		h.listeners = map[*session]struct{}{}
	}
	h.listeners[s] = struct{}{}
}

// relisten is listen for a session whose user has set another level.
func (w *worker) relisten(tenantID uint64, s *session) {
	h := w.hubs[tenantID]
	if h == nil {
		return
	}
	w.guard(h, "levels", func() {
		if _, ok := h.seats[s]; ok {
			h.listen(s)
		}
	})
}
