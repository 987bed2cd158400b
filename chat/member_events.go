package chat

// MemberJoined makes a user a member.
type MemberJoined struct {
	UserID   UserID `json:"user_id"`
	Username string `json:"username"`
}

// MemberLeft ends a membership by the member's own wish.
type MemberLeft struct {
	UserID UserID `json:"user_id"`
}

// MemberKicked ends a membership by somebody else's.
type MemberKicked struct {
	UserID UserID `json:"user_id"`
	Reason string `json:"reason,omitempty"`
}

// MemberBanned ends a membership, if there is one, and keeps the user out.
type MemberBanned struct {
	UserID UserID `json:"user_id"`
	Reason string `json:"reason,omitempty"`
}

// MemberUnbanned lets a user come back.
type MemberUnbanned struct {
	UserID UserID `json:"user_id"`
}

// MemberMuted silences a member until a time; 0 gives him his voice back.
type MemberMuted struct {
	UserID UserID `json:"user_id"`
	Until  int64  `json:"until"` // Unix milliseconds
	Reason string `json:"reason,omitempty"`
	Was    int64  `json:"was,omitempty"`
}

// MemberRenamed gives a member a nickname in this server; "" takes it away.
type MemberRenamed struct {
	UserID   UserID `json:"user_id"`
	Nickname string `json:"nickname"`
	Was      string `json:"was,omitempty"`
}

// MemberRolesChanged gives and takes roles.
type MemberRolesChanged struct {
	UserID  UserID   `json:"user_id"`
	Added   []RoleID `json:"added,omitempty"`
	Removed []RoleID `json:"removed,omitempty"`
}

// InvitationCreated opens an invitation. With UserID it is of one user alone.
// The code is a secret of those who may see invitations.
type InvitationCreated struct {
	Code      string `json:"code"`
	UserID    UserID `json:"user_id,omitempty"`
	ExpiresAt int64  `json:"expires_at,omitempty"` // Unix milliseconds, 0: never
	MaxUses   int    `json:"max_uses,omitempty"`
}

// InvitationRevoked closes an invitation.
type InvitationRevoked struct {
	Code string `json:"code"`
}

// InvitationUsed counts that a user has joined by an invitation. It is apart from
// MemberJoined, because every member sees that and the code is a secret.
type InvitationUsed struct {
	Code   string `json:"code"`
	UserID UserID `json:"user_id"`
}

func (*MemberJoined) EventKind() EventKind       { return KindMemberJoined }
func (*MemberLeft) EventKind() EventKind         { return KindMemberLeft }
func (*MemberKicked) EventKind() EventKind       { return KindMemberKicked }
func (*MemberBanned) EventKind() EventKind       { return KindMemberBanned }
func (*MemberUnbanned) EventKind() EventKind     { return KindMemberUnbanned }
func (*MemberMuted) EventKind() EventKind        { return KindMemberMuted }
func (*MemberRenamed) EventKind() EventKind      { return KindMemberRenamed }
func (*MemberRolesChanged) EventKind() EventKind { return KindMemberRolesChanged }
func (*InvitationCreated) EventKind() EventKind  { return KindInvitationCreated }
func (*InvitationRevoked) EventKind() EventKind  { return KindInvitationRevoked }
func (*InvitationUsed) EventKind() EventKind     { return KindInvitationUsed }
