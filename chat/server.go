package chat

// Server is the state of one server: what its actor owns and what every node
// that serves it keeps a copy of. It is folded from the server's log.
type Server struct {
	Number      uint64                 `json:"number"` // of the last record applied
	ID          ServerID               `json:"id"`     // 0 before ServerCreated
	Name        string                 `json:"name"`
	Description string                 `json:"description,omitempty"`
	Visibility  Visibility             `json:"visibility"`
	OwnerID     UserID                 `json:"owner_id"`
	Everyone    Permission             `json:"everyone"`
	CreatedAt   int64                  `json:"created_at"`
	Channels    []Channel              `json:"channels"` // in the order of Position, then age
	Members     map[UserID]MemberState `json:"members"`
}

// Channel is a channel as its server knows it. Its messages are a log of its own.
type Channel struct {
	ID        ChannelID   `json:"id"`
	ServerID  ServerID    `json:"server_id"`
	Name      string      `json:"name"`
	Type      ChannelType `json:"type"`
	Position  int         `json:"position"`
	CreatedAt int64       `json:"created_at"` // Unix milliseconds
}

// MemberState is what a server knows of one member.
type MemberState struct {
	Username string `json:"username"`
	JoinedAt int64  `json:"joined_at"` // Unix milliseconds
}

// NewServer is the state before the first record.
func NewServer() *Server { return &Server{Members: map[UserID]MemberState{}} }

// Exists reports whether the server was created.
func (st *Server) Exists() bool { return st.ID != 0 }

// Channel finds a channel of the server.
func (st *Server) Channel(id ChannelID) (Channel, bool) {
	for i := range st.Channels {
		if st.Channels[i].ID == id {
			return st.Channels[i], true
		}
	}
	return Channel{}, false
}

// Apply folds one record into the state. Records come in order; unknown events
// only advance the number.
func (st *Server) Apply(rec Record) {
	st.Number = rec.Number
	switch e := rec.Event.(type) {
	case *ServerCreated:
		st.ID, st.Name, st.Description = e.ID, e.Name, e.Description
		st.Visibility, st.OwnerID, st.Everyone = e.Visibility, e.OwnerID, e.Everyone
		st.CreatedAt = rec.Time
	case *ChannelCreated:
		st.Channels = append(st.Channels[:len(st.Channels):len(st.Channels)], Channel{
			ID: e.ID, ServerID: e.ServerID, Name: e.Name, Type: e.Type, Position: e.Position, CreatedAt: rec.Time,
		})
	case *MemberJoined:
		st.Members[e.UserID] = MemberState{Username: e.Username, JoinedAt: rec.Time}
	case *MemberLeft:
		delete(st.Members, e.UserID)
	}
}

// Can is the one function that evaluates permissions: what u may do in channel
// ch (0: in the server as a whole), by what holds in st. Somebody who is not a
// member, and a channel that is not there, have no rights at all.
func Can(st *Server, u UserID, ch ChannelID) Grant {
	g := Grant{ServerNumber: st.Number}
	if _, g.Member = st.Members[u]; !g.Member {
		return g
	}
	if ch != 0 {
		if _, ok := st.Channel(ch); !ok {
			return g
		}
	}
	if u == st.OwnerID {
		g.Permissions = AllPermissions
		return g
	}
	g.Permissions = st.Everyone
	return g
}
