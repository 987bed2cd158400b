package main

import (
	"strings"
	"time"

	"beep/chat"
)

// waitAtMost is how long what was typed waits for what came before to show. It
// is used up only where things have changed again meanwhile.
const waitAtMost = 10 * time.Second

// place is a record's place in its log.
type place struct {
	key    chat.Key
	number uint64
}

// idle reports whether nothing is under way.
func (s *session) idle() bool {
	return s.everReady && s.busy == 0 && s.awaited.number == 0 && len(s.waiting) == 0 &&
		s.wantJoin == 0 && s.wantChannel == 0 && s.wantRole == 0 && s.wantFriend == 0 && s.wantOf == 0
}

// giveUp goes on without having seen what was waited for.
func (s *session) giveUp() {
	s.wantJoin, s.wantChannel, s.wantRole, s.wantFriend, s.wantOf, s.awaited = 0, 0, 0, 0, 0, place{}
}

// await holds back what was typed until p was shown: a script may make a role
// and give it.
func (s *session) await(p place) {
	if p.number > s.reached[p.key] && p.key.Valid() {
		s.awaited = p
	}
}

// logOf is the log in which what was asked for is recorded; the zero Key where
// the request does not tell.
func (s *session) logOf(method string, in obj) chat.Key {
	area, _, _ := strings.Cut(method, ".")
	ch, _ := in["channel_id"].(chat.ChannelID)
	at, known := s.c.State().Channel(ch)
	switch area {
	case "message", "reaction", "poll":
		if known {
			return chat.ChannelKey(at.ServerID, ch)
		}
	case "override", "channel":
		if known && at.Type != chat.ConferenceChannel { // whose comings and goings are in a log of their own
			return chat.ServerKey(at.ServerID)
		}
	case "server", "role", "member", "invitation":
		if id, ok := in["server_id"].(chat.ServerID); ok {
			return chat.ServerKey(id)
		}
	}
	return chat.Key{}
}

// arrived notes that a log was shown as far as number.
func (s *session) arrived(key chat.Key, number uint64) {
	s.reached[key] = number
	if key == s.awaited.key && number >= s.awaited.number {
		s.awaited = place{}
	}
}
