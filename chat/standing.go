package chat

import "math/bits"

// standing is what Can must know of a member, in 16 bytes: a table of 100,000 of
// them is 2 MiB, where the map of whole members is twelve, and a question about
// anybody waits for one line of memory instead of four. Who is muted or has more
// roles than fit is looked up in the map.
type standing struct {
	user  UserID // 0: an empty place
	slots [maxInline]uint8
	count uint8 // of slots; whole says to look into the map
}

const (
	maxInline = 7
	whole     = 255
)

func newStanding(u UserID, m *MemberState) standing {
	s := standing{user: u}
	if m.MutedUntil != 0 || m.Roles.Len() > maxInline {
		s.count = whole
		return s
	}
	for w, word := range m.Roles {
		for ; word != 0; word &= word - 1 {
			s.slots[s.count] = uint8(w*64 + bits.TrailingZeros64(word))
			s.count++
		}
	}
	return s
}

// roles are the member's roles and until when he is muted; st is his server.
func (s *standing) roles(st *Server) (set RoleSet, mutedUntil int64) {
	if s.count == whole {
		m := st.Members[s.user]
		return m.Roles, m.MutedUntil
	}
	for _, slot := range s.slots[:s.count] {
		set.add(slot)
	}
	return set, 0
}

// standings finds members by identifier: a hash table with linear probing, in
// which a removal closes the gap, so that a search ends at the first empty place.
type standings struct {
	places []standing // a power of two of them, an eighth empty at least
	count  int
	shift  uint // of the hash, to an index of places
}

// leastPlaces is the size of the table of a small server.
const leastPlaces = 8

// home is where u would stand if nobody else did (Fibonacci hashing: the low
// bits of a snowflake are mostly zero).
func (s *standings) home(u UserID) int { return int(uint64(u) * 0x9e3779b97f4a7c15 >> s.shift) }

func (s *standings) find(u UserID) *standing {
	if s.count == 0 || u == 0 {
		return nil
	}
	for i := s.home(u); ; i = (i + 1) & (len(s.places) - 1) {
		switch p := &s.places[i]; p.user {
		case u:
			return p
		case 0:
			return nil
		}
	}
}

// put adds or replaces what is known of a member.
func (s *standings) put(m standing) {
	p := s.find(m.user)
	if p == nil {
		if s.count >= len(s.places)-len(s.places)/8 {
			s.grow(max(2*len(s.places), leastPlaces))
		}
		p = s.free(m.user)
		s.count++
	}
	*p = m
}

// free is the place for u, who is not there; there is always one.
func (s *standings) free(u UserID) *standing {
	i := s.home(u)
	for s.places[i].user != 0 {
		i = (i + 1) & (len(s.places) - 1)
	}
	return &s.places[i]
}

func (s *standings) grow(size int) {
	old := s.places
	s.places, s.shift = make([]standing, size), 64
	for n := size; n > 1; n /= 2 {
		s.shift--
	}
	for i := range old {
		if old[i].user != 0 {
			*s.free(old[i].user) = old[i]
		}
	}
}

// drop forgets u and moves up those who stand behind their homes because of him.
func (s *standings) drop(u UserID) {
	p := s.find(u)
	if p == nil {
		return
	}
	s.count--
	mask := len(s.places) - 1
	gap := s.home(u)
	for &s.places[gap] != p {
		gap = (gap + 1) & mask
	}
	for i := (gap + 1) & mask; s.places[i].user != 0; i = (i + 1) & mask {
		// Who stands at i may move to the gap unless his home lies behind it.
		if (i-s.home(s.places[i].user))&mask >= (i-gap)&mask {
			s.places[gap] = s.places[i]
			gap = i
		}
	}
	s.places[gap] = standing{}
}

// stand makes the table anew.
func (st *Server) stand() {
	st.standing = standings{}
	for u, m := range st.Members {
		st.standing.put(newStanding(u, &m))
	}
}

// PutMember makes somebody a member, or replaces what is known of him. Nothing
// else may write into Members: Can has a copy of its own.
func (st *Server) PutMember(u UserID, m MemberState) {
	st.Members[u] = m
	st.standing.put(newStanding(u, &m))
}

// DropMember is the end of PutMember.
func (st *Server) DropMember(u UserID) {
	delete(st.Members, u)
	st.standing.drop(u)
}
