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

	Directs   []DirectJoined             `json:"directs,omitempty"` // conversations, in the order of joining
	Adding    []Adding                   `json:"adding,omitempty"`  // to groups, asked and not answered; at most MaxAdding
	Relations map[UserID]Relation        `json:"relations,omitempty"`
	Pairs     map[UserID]Pair            `json:"pairs,omitempty"`   // that he is the keeper of
	Invited   map[ServerID]ServerInvited `json:"invited,omitempty"` // invitations not answered
	Levels    map[ServerID]NotifyLevels  `json:"levels,omitempty"`
	Snoozed   int64                      `json:"snoozed,omitempty"` // Unix milliseconds until when, 0: not
}

// Relation is how the user and another stand to each other, as he may know it.
type Relation struct {
	Username string        `json:"username"`
	State    RelationState `json:"state"`
	Since    int64         `json:"since"` // Unix milliseconds
	// Version is of the keeper's decision that it rests on. A relation that has
	// ended stays as Strangers as long as the keeper might repeat an older one:
	// the newest maxEndedRelations of them. The keeper himself needs none.
	Version uint64 `json:"version"`
}

// maxEndedRelations is how many relations that have ended are remembered. Only a
// keeper's word that has been under way for as long could revive a forgotten one.
const maxEndedRelations = 200

// NotifyLevels are the levels a user has set in one server.
type NotifyLevels struct {
	Server   NotificationLevel               `json:"server,omitempty"`
	Channels map[ChannelID]NotificationLevel `json:"channels,omitempty"`
}

// Level is what the user wants to hear of a channel: what he has set for it,
// else for its server, else all in a direct conversation and mentions in a server.
func (st *User) Level(s ServerID, c ChannelID) NotificationLevel {
	l := st.Levels[s]
	if v := l.Channels[c]; v != NotifyDefault {
		return v
	}
	if l.Server != NotifyDefault {
		return l.Server
	}
	if st.InDirect(s) {
		return NotifyAll
	}
	return NotifyMentions
}

// InDirect reports whether the user is in a direct conversation.
func (st *User) InDirect(id ServerID) bool {
	for i := range st.Directs {
		if st.Directs[i].ServerID == id {
			return true
		}
	}
	return false
}

// ReadPosition is how far a user has read in a channel.
type ReadPosition struct {
	ServerID ServerID `json:"server_id"`
	Seq      uint64   `json:"seq"`
}

// NewUser is the state before the first record.
func NewUser() *User {
	st := &User{}
	st.Restore()
	return st
}

// Restore makes a state decoded from a snapshot whole again.
func (st *User) Restore() {
	fill(&st.Pending)
	fill(&st.Read)
	fill(&st.Relations)
	fill(&st.Pairs)
	fill(&st.Invited)
	fill(&st.Levels)
}

func fill[K comparable, V any](m *map[K]V) {
	if *m == nil {
		*m = map[K]V{}
	}
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
		if e.Add != nil {
			st.startAdding(e.ServerID, *e.Add)
		} else {
			st.Pending[e.ServerID] = *e
		}
	case *ServerJoinFailed:
		if e.Add != 0 {
			st.endAdding(e.ServerID, e.Add)
		} else {
			delete(st.Pending, e.ServerID)
		}
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
	default:
		st.applySocial(rec)
	}
}

// applySocial folds what concerns other people, and notifications.
func (st *User) applySocial(rec Record) {
	switch e := rec.Event.(type) {
	case *DirectJoined:
		delete(st.Pending, e.ServerID)
		if !st.InDirect(e.ServerID) {
			st.Directs = append(st.Directs[:len(st.Directs):len(st.Directs)], *e)
		}
	case *DirectLeft:
		delete(st.Pending, e.ServerID)
		st.leave(e.ServerID)
	case *RelationChanged:
		st.applyRelation(rec, e)
	case *PairDecided:
		if e.Pair.over() {
			delete(st.Pairs, e.UserID)
		} else {
			st.Pairs[e.UserID] = e.Pair
		}
	case *ServerInvited:
		st.Invited[e.ServerID] = *e
	case *ServerInvitationEnded:
		delete(st.Invited, e.ServerID)
	case *NotificationLevelSet:
		st.applyLevel(e)
	case *NotificationsSnoozed:
		st.Snoozed = e.Until
	}
}

// applyLevel replaces the levels of the server: copies of the state may share them.
func (st *User) applyLevel(e *NotificationLevelSet) {
	old := st.Levels[e.ServerID]
	l := NotifyLevels{Server: old.Server, Channels: make(map[ChannelID]NotificationLevel, len(old.Channels)+1)}
	for c, v := range old.Channels {
		l.Channels[c] = v
	}
	switch {
	case e.ChannelID == 0:
		l.Server = e.Level
	case e.Level == NotifyDefault:
		delete(l.Channels, e.ChannelID)
	default:
		l.Channels[e.ChannelID] = e.Level
	}
	if l.Server == NotifyDefault && len(l.Channels) == 0 {
		delete(st.Levels, e.ServerID)
		return
	}
	st.Levels[e.ServerID] = l
}

func (st *User) leave(id ServerID) {
	kept := make([]ServerID, 0, len(st.Servers))
	for _, s := range st.Servers {
		if s != id {
			kept = append(kept, s)
		}
	}
	st.Servers = kept
	directs := make([]DirectJoined, 0, len(st.Directs))
	for _, d := range st.Directs {
		if d.ServerID != id {
			directs = append(directs, d)
		}
	}
	st.Directs = directs
	delete(st.Levels, id)
	delete(st.Invited, id)
	for ch, pos := range st.Read {
		if pos.ServerID == id {
			delete(st.Read, ch)
		}
	}
}

// Clone is a copy that shares nothing with st that Apply changes.
func (st *User) Clone() *User {
	c := *st
	c.Servers = append([]ServerID(nil), st.Servers...)
	c.Directs = append([]DirectJoined(nil), st.Directs...)
	c.Adding = append([]Adding(nil), st.Adding...)
	c.Pending, c.Read = copied(st.Pending), copied(st.Read)
	c.Relations, c.Pairs = copied(st.Relations), copied(st.Pairs)
	c.Invited, c.Levels = copied(st.Invited), copied(st.Levels)
	return &c
}

func copied[K comparable, V any](m map[K]V) map[K]V {
	c := make(map[K]V, len(m))
	for k, v := range m {
		c[k] = v
	}
	return c
}
