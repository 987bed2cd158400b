package api

// Member is somebody in a server.
type Member struct {
	UserID     string   `json:"user_id"`
	Username   string   `json:"username"`
	Nickname   string   `json:"nickname,omitempty"`
	Roles      []string `json:"roles,omitempty" nullable:"false" doc:"Without everyone"`
	JoinedAt   int64    `json:"joined_at"`
	MutedUntil int64    `json:"muted_until,omitempty"`
	Status     string   `json:"status" example:"online"`
}

// Members is a page of members.
type Members struct {
	Members []Member `json:"members" nullable:"false"`
}

func (m Members) next(_ map[string]any, size int) (string, string) {
	return fullPage(m.Members, size, "after", func(m *Member) string { return m.UserID })
}

// Seers is a page of the members of a channel. It may be shorter than was asked
// for, or empty, before the end.
type Seers struct {
	Members []Member `json:"members" nullable:"false"`
	Next    string   `json:"next,omitempty" doc:"After whom the next page begins; absent at the end"`
}

func (s Seers) next(map[string]any, int) (string, string) {
	if s.Next == "" {
		return "", ""
	}
	return "after", s.Next
}

// Ban keeps somebody out of a server.
type Ban struct {
	UserID   string `json:"user_id"`
	Username string `json:"username,omitempty"`
	By       string `json:"by"`
	At       int64  `json:"at"`
	Reason   string `json:"reason,omitempty"`
}

// Bans is a page of bans.
type Bans struct {
	Bans []Ban `json:"bans" nullable:"false"`
}

func (b Bans) next(_ map[string]any, size int) (string, string) {
	return fullPage(b.Bans, size, "after", func(b *Ban) string { return b.UserID })
}

// Code is a new invitation.
type Code struct {
	Code      string `json:"code"`
	ExpiresAt int64  `json:"expires_at,omitempty" doc:"0: never"`
}

// Offer is what an invitation leads to.
type Offer struct {
	Server    Listing `json:"server"`
	By        string  `json:"by"`
	ExpiresAt int64   `json:"expires_at,omitempty"`
}

// Invitation is a way into a server, as its administrators see it.
type Invitation struct {
	Code      string `json:"code"`
	By        string `json:"by"`
	UserID    string `json:"user_id,omitempty" doc:"Whom it is for, if it is for one user"`
	CreatedAt int64  `json:"created_at"`
	ExpiresAt int64  `json:"expires_at,omitempty"`
	MaxUses   int    `json:"max_uses,omitempty"`
	Uses      int    `json:"uses"`
}

// Invitations is the open invitations of a server.
type Invitations struct {
	Invitations []Invitation `json:"invitations" nullable:"false"`
}

// AuditEntry is one act of an administrator.
type AuditEntry struct {
	Number     uint64 `json:"number"`
	At         int64  `json:"at"`
	By         string `json:"by,omitempty"`
	Action     string `json:"action"`
	TargetKind string `json:"target_kind,omitempty" doc:"Such as: user, role, channel"`
	Target     string `json:"target,omitempty" doc:"Its identifier"`
	ChannelID  string `json:"channel_id,omitempty"`
	Reason     string `json:"reason,omitempty"`
	Before     any    `json:"before,omitempty" doc:"What was changed, as it was"`
	After      any    `json:"after,omitempty"`
}

// AuditLog is a page of what administrators did, newest first.
type AuditLog struct {
	Entries []AuditEntry `json:"entries" nullable:"false"`
	Next    uint64       `json:"next,omitempty" doc:"Before which number to go on where a page is short, because most of what was looked at is not for who asks"`
}

func (l AuditLog) next(_ map[string]any, size int) (string, string) {
	if l.Next != 0 {
		return "before", number(l.Next)
	}
	return fullPage(l.Entries, size, "before", func(e *AuditEntry) string { return number(e.Number) })
}
