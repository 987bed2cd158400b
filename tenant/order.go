package tenant

import (
	"slices"

	"beep/chat"
)

// MembersAfter lists up to limit members by identifier, beginning behind after
// (0: at the first). The order of all members is made at the first call, some
// 10 ms at 100,000, and kept up from then on: a page costs what it holds.
func (s *Server) MembersAfter(after chat.UserID, limit int) []chat.UserID {
	s.mu.RLock()
	made := s.order != nil
	page := s.pageLocked(after, limit)
	s.mu.RUnlock()
	if made {
		return page
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.order == nil {
		s.order = make([]chat.UserID, 0, len(s.st.Members)+1)
		for u := range s.st.Members {
			s.order = append(s.order, u)
		}
		slices.Sort(s.order)
	}
	return s.pageLocked(after, limit)
}

func (s *Server) pageLocked(after chat.UserID, limit int) []chat.UserID {
	i, found := slices.BinarySearch(s.order, after)
	if found {
		i++
	}
	return slices.Clone(s.order[i:min(len(s.order), i+limit)])
}

// reorderLocked keeps the order up with a record that was applied. Where it does
// not fit the members any more it is made anew by whoever asks next.
func (s *Server) reorderLocked(rec chat.Record) {
	if s.order == nil {
		return
	}
	switch e := rec.Event.(type) {
	case *chat.MemberJoined:
		if i, found := slices.BinarySearch(s.order, e.UserID); !found {
			s.order = slices.Insert(s.order, i, e.UserID)
		}
	case *chat.MemberLeft:
		s.dropLocked(e.UserID)
	case *chat.MemberKicked:
		s.dropLocked(e.UserID)
	case *chat.MemberBanned:
		s.dropLocked(e.UserID)
	}
	if len(s.order) != len(s.st.Members) {
		s.order = nil
	}
}

func (s *Server) dropLocked(u chat.UserID) {
	if i, found := slices.BinarySearch(s.order, u); found {
		s.order = slices.Delete(s.order, i, i+1)
	}
}
