package chat

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
		st.Members[e.UserID] = MemberState{Username: e.Username, JoinedAt: rec.Time}
	case *MemberLeft:
		st.forgetMember(e.UserID)
	case *MemberKicked:
		st.forgetMember(e.UserID)
	case *MemberBanned:
		b := Ban{By: rec.Author, At: rec.Time, Reason: e.Reason}
		if m, ok := st.Members[e.UserID]; ok {
			b.Username = m.Username
		}
		st.Bans[e.UserID] = b
		st.forgetMember(e.UserID)
	case *MemberUnbanned:
		delete(st.Bans, e.UserID)
	case *MemberMuted:
		st.applyMember(e.UserID, func(m *MemberState) { m.MutedUntil = e.Until })
	case *MemberRenamed:
		st.applyMember(e.UserID, func(m *MemberState) { m.Nickname = e.Nickname })
	case *MemberRolesChanged:
		st.applyMember(e.UserID, func(m *MemberState) { st.changeRoles(m, e) })
	case *InvitationCreated:
		st.applyInvitation(rec, e)
	case *InvitationRevoked:
		st.changeInvitation(e.Code, func(i *Invitation) { i.Revoked = true })
	case *InvitationUsed:
		st.changeInvitation(e.Code, func(i *Invitation) { i.Uses++ })
	}
}

func (st *Server) applyMember(u UserID, do func(*MemberState)) {
	if m, ok := st.Members[u]; ok {
		do(&m)
		st.Members[u] = m
	}
}

// forgetMember forgets a member and his overrides: whoever comes back comes
// with nothing.
func (st *Server) forgetMember(u UserID) {
	if _, ok := st.Members[u]; !ok {
		return
	}
	delete(st.Members, u)
	before := st.Channels
	st.dropOverrides(0, u)
	if len(before) > 0 && &before[0] != &st.Channels[0] {
		st.compile()
	}
}

func (st *Server) changeRoles(m *MemberState, e *MemberRolesChanged) {
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
	st.Invitations = append(list, Invitation{
		Code: e.Code, By: rec.Author, UserID: e.UserID, CreatedAt: rec.Time, ExpiresAt: e.ExpiresAt, MaxUses: e.MaxUses,
	})
}

func (st *Server) changeInvitation(code string, do func(*Invitation)) {
	st.Invitations = append([]Invitation(nil), st.Invitations...)
	for i := range st.Invitations {
		if st.Invitations[i].Code == code {
			do(&st.Invitations[i])
		}
	}
}
