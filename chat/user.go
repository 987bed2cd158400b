package chat

// User is the state of one user's log: who he is, the servers he is in, and how
// far he has read. It is private to its user.
type User struct {
	Number    uint64                         `json:"number"` // of the last record applied
	ID        UserID                         `json:"id"`     // 0 before UserRegistered
	Username  string                         `json:"username"`
	FirstName string                         `json:"first_name,omitempty"`
	LastName  string                         `json:"last_name,omitempty"`
	CreatedAt int64                          `json:"created_at"`
	Servers   []ServerID                     `json:"servers"`           // in the order of joining
	Pending   map[ServerID]ServerJoinStarted `json:"pending,omitempty"` // asked, not answered
	Read      map[ChannelID]ReadPosition     `json:"read,omitempty"`
}

// ReadPosition is how far a user has read in a channel.
type ReadPosition struct {
	ServerID ServerID `json:"server_id"`
	Seq      uint64   `json:"seq"`
}

// NewUser is the state before the first record.
func NewUser() *User {
	return &User{Pending: map[ServerID]ServerJoinStarted{}, Read: map[ChannelID]ReadPosition{}}
}

// Exists reports whether the user was registered.
func (st *User) Exists() bool { return st.ID != 0 }

// In reports whether the user is a member of server id, as far as he knows.
func (st *User) In(id ServerID) bool {
	for _, s := range st.Servers {
		if s == id {
			return true
		}
	}
	return false
}

// Apply folds one record into the state.
func (st *User) Apply(rec Record) {
	st.Number = rec.Number
	switch e := rec.Event.(type) {
	case *UserRegistered:
		st.ID, st.Username, st.CreatedAt = e.ID, e.Username, rec.Time
		st.FirstName, st.LastName = e.FirstName, e.LastName
	case *ServerJoinStarted:
		st.Pending[e.ServerID] = *e
	case *ServerJoinFailed:
		delete(st.Pending, e.ServerID)
	case *ServerJoined:
		delete(st.Pending, e.ServerID)
		if !st.In(e.ServerID) {
			st.Servers = append(st.Servers[:len(st.Servers):len(st.Servers)], e.ServerID)
		}
	case *ServerLeft:
		delete(st.Pending, e.ServerID)
		st.leave(e.ServerID)
	case *ChannelRead:
		st.Read[e.ChannelID] = ReadPosition{ServerID: e.ServerID, Seq: e.Seq}
	}
}

func (st *User) leave(id ServerID) {
	kept := make([]ServerID, 0, len(st.Servers))
	for _, s := range st.Servers {
		if s != id {
			kept = append(kept, s)
		}
	}
	st.Servers = kept
	for ch, pos := range st.Read {
		if pos.ServerID == id {
			delete(st.Read, ch)
		}
	}
}
