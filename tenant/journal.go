package tenant

import "beep/chat"

// maxTouched bounds the changes of single members that a journal remembers: who
// asks for older ones is told that everybody may be concerned. Readers ask every
// few milliseconds.
const maxTouched = 512

// journal says whose rights the newest records may have changed, so that a reader
// who has evaluated them need not do it for everybody after each record.
type journal struct {
	from    uint64    // it knows nothing of records up to this one
	all     uint64    // the last record that may have changed everybody's rights
	touched []touched // members' own changes, oldest first; bounded by maxTouched
}

type touched struct {
	number uint64
	user   chat.UserID
}

// begin forgets everything: the state was taken as a whole.
func (j *journal) begin(number uint64) { *j = journal{from: number} }

// note takes a record in that is about to be applied to st.
func (j *journal) note(st *chat.Server, rec chat.Record) {
	u, all := touches(rec.Event)
	switch {
	case all, leaves(rec.Event) && st.Overridden(u):
		j.all = rec.Number
		j.touched = nil
	case u != 0:
		if len(j.touched) >= maxTouched {
			half := len(j.touched) / 2
			j.from = j.touched[half-1].number
			j.touched = append(j.touched[:0], j.touched[half:]...)
		}
		j.touched = append(j.touched, touched{rec.Number, u})
	}
}

// touches says whose rights an event may change: one member's, everybody's, or
// with 0 and false nobody's. What cannot be read may change anything.
func touches(event chat.Event) (u chat.UserID, all bool) {
	switch e := event.(type) {
	case *chat.MemberJoined:
		return e.UserID, false
	case *chat.MemberLeft:
		return e.UserID, false
	case *chat.MemberKicked:
		return e.UserID, false
	case *chat.MemberBanned:
		return e.UserID, false
	case *chat.MemberMuted:
		return e.UserID, false
	case *chat.MemberRenamed:
		return e.UserID, false
	case *chat.MemberRolesChanged:
		return e.UserID, false
	case *chat.ChannelUpdated:
		return 0, e.ParentID != e.Was.ParentID
	case *chat.ServerUpdated, *chat.MemberUnbanned, *chat.InvitationCreated, *chat.InvitationRevoked, *chat.InvitationUsed:
		return 0, false
	}
	return 0, true
}

// leaves reports whether an event ends a membership, and with it the member's
// overrides.
func leaves(event chat.Event) bool {
	switch event.(type) {
	case *chat.MemberLeft, *chat.MemberKicked, *chat.MemberBanned:
		return true
	}
	return false
}

// Changes says what the records after number since, which the caller knew, have
// changed of members' rights: possibly everybody's, or only those of the users,
// which are appended to users and may repeat themselves. The answer holds up to
// record number.
func (s *Server) Changes(since uint64, users []chat.UserID) (number uint64, all bool, _ []chat.UserID) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	number = s.st.Number
	if since >= number {
		return number, false, users
	}
	if since < s.journal.from || since < s.journal.all {
		return number, true, users
	}
	for i := len(s.journal.touched) - 1; i >= 0 && s.journal.touched[i].number > since; i-- {
		users = append(users, s.journal.touched[i].user)
	}
	return number, false, users
}
