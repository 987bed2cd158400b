package chat

import "maps"

// Name is what the server shows of a member.
func (m *MemberState) Name() string {
	if m.Nickname != "" {
		return m.Nickname
	}
	return m.Username
}

// applyPeople folds what concerns members, bans and invitations.
func (st *Server) applyPeople(rec Record) {
	switch e := rec.Event.(type) {
	case *MemberJoined:
		st.PutMember(e.UserID, MemberState{Username: e.Username, JoinedAt: rec.Time})
	case *MemberLeft:
		st.forgetMember(rec, e.UserID)
	case *MemberKicked:
		st.forgetMember(rec, e.UserID)
	case *MemberBanned:
		b := Ban{By: rec.Author, At: rec.Time, Reason: e.Reason}
		if m, ok := st.Members[e.UserID]; ok {
			b.Username = m.Username
		}
		st.Bans[e.UserID] = b
		st.forgetMember(rec, e.UserID)
	case *MemberUnbanned:
		delete(st.Bans, e.UserID)
	case *MemberMuted:
		delete(st.Silenced, e.UserID)
		st.applyMember(e.UserID, func(m MemberState) MemberState { m.MutedUntil = e.Until; return m })
	case *MemberRenamed:
		st.applyMember(e.UserID, func(m MemberState) MemberState { m.Nickname = e.Nickname; return m })
	case *MemberRolesChanged:
		st.applyMember(e.UserID, func(m MemberState) MemberState { return st.changeRoles(m, e) })
	case *InvitationCreated:
		st.applyInvitation(rec, e)
	case *InvitationRevoked:
		st.changeInvitation(e.Code, func(i *Invitation) { i.Revoked = true })
	case *InvitationUsed:
		st.changeInvitation(e.Code, func(i *Invitation) { i.Uses++ })
	}
}

func (st *Server) applyMember(u UserID, do func(MemberState) MemberState) {
	if m, ok := st.Members[u]; ok {
		st.PutMember(u, do(m))
	}
}

// forgetMember forgets a member and his overrides: whoever comes back comes
// with nothing, but for a mute that still holds.
func (st *Server) forgetMember(rec Record, u UserID) {
	m, ok := st.Members[u]
	if !ok {
		return
	}
	st.DropMember(u)
	if m.MutedUntil > rec.Time {
		st.remember(u, m.MutedUntil, rec.Time)
	}
	st.dropOverrides(0, u)
}

// remember keeps the mute of somebody who has left. When there are
// MaxSilenced, those that are over make room; else this one is let go.
func (st *Server) remember(u UserID, until, now int64) {
	if len(st.Silenced) >= MaxSilenced {
		maps.DeleteFunc(st.Silenced, func(_ UserID, until int64) bool { return until <= now })
	}
	if len(st.Silenced) < MaxSilenced {
		st.Silenced[u] = until
	}
}

func (st *Server) changeRoles(m MemberState, e *MemberRolesChanged) MemberState {
	for _, id := range e.Added {
		if r, ok := st.Role(id); ok {
			m.Roles.add(r.Slot)
		}
	}
	for _, id := range e.Removed {
		if r, ok := st.Role(id); ok {
			m.Roles.remove(r.Slot)
		}
	}
	return m
}

// applyInvitation adds an invitation. Those that are over are kept, so that
// using one is answered "gone", until there are MaxEndedInvitations of them.
func (st *Server) applyInvitation(rec Record, e *InvitationCreated) {
	ended := 0
	for i := range st.Invitations {
		if !st.Invitations[i].Open(rec.Time) {
			ended++
		}
	}
	list := make([]Invitation, 0, len(st.Invitations)+1)
	for _, i := range st.Invitations {
		if ended > MaxEndedInvitations && !i.Open(rec.Time) {
			ended--
			continue
		}
		list = append(list, i)
	}
	list = append(list, Invitation{
		Code: e.Code, By: rec.Author, UserID: e.UserID, CreatedAt: rec.Time, ExpiresAt: e.ExpiresAt, MaxUses: e.MaxUses,
	})
	st.Invitations = list
}

func (st *Server) changeInvitation(code string, do func(*Invitation)) {
	st.Invitations = append([]Invitation(nil), st.Invitations...)
	for i := range st.Invitations {
		if st.Invitations[i].Code == code {
			do(&st.Invitations[i])
		}
	}
}
