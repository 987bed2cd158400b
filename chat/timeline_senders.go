package chat

// maxSenders is how many members' last sends a generation of Senders holds. A
// member is forgotten before his slow mode ends only when as many others have
// sent since.
const maxSenders = 8192

// slowModeMillis is how long a last send can matter.
const slowModeMillis = MaxSlowMode * 1000

// Senders remembers when each member sent last in a channel, for at least as
// long as slow mode may ask for it, whether it is on or not: who turns it on
// finds everybody's last message. There are two generations; when the newer one
// is as old as the longest slow mode, or full, it becomes the older one. So
// forgetting costs nothing and keeping at most 2*maxSenders entries.
type Senders struct {
	Since int64            `json:"since,omitempty"` // when Newer began, Unix milliseconds
	Newer map[UserID]int64 `json:"newer,omitempty"`
	Older map[UserID]int64 `json:"older,omitempty"`
}

// note says that u sent at time at.
func (s *Senders) note(u UserID, at int64) {
	if s.Newer == nil || at-s.Since >= slowModeMillis || len(s.Newer) >= maxSenders {
		s.Older = s.Newer
		if at-s.Since >= 2*slowModeMillis {
			s.Older = nil
		}
		s.Newer, s.Since = map[UserID]int64{}, at
	}
	s.Newer[u] = at
}

// wait is how many milliseconds u must wait at time now where seconds lie
// between two messages of a member; 0: he need not.
func (s *Senders) wait(u UserID, seconds int, now int64) int64 {
	at, ok := s.Newer[u]
	if !ok {
		if at, ok = s.Older[u]; !ok {
			return 0
		}
	}
	most := int64(seconds) * 1000
	return max(0, min(most, at+most-now)) // a clock that went back makes nobody wait longer
}
