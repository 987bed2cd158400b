package chat

// RegisterUser begins a user's log, after his account was made.
type RegisterUser struct {
	ID        UserID
	Username  string
	FirstName string
	LastName  string
}

// StartJoin asks to become a member of a public server, or with Create of a
// server that is made for it.
type StartJoin struct {
	Server     ServerID
	Create     *ServerPlan
	Invitation string // the code by which, "" for a public server
}

// StartLeave asks to end a membership.
type StartLeave struct {
	Server ServerID
}

// FinishJoin says how the server answered a StartJoin or StartLeave. Only the
// user's own actor sends it.
type FinishJoin struct {
	Server  ServerID
	Refused bool
}

// SetRead moves the read position in a channel. It never moves backwards.
type SetRead struct {
	Server  ServerID
	Channel ChannelID
	Seq     uint64
}

// GetUser asks for a copy of the user's state.
type GetUser struct{}

func (*RegisterUser) CommandName() string { return "register user" }
func (*StartJoin) CommandName() string    { return "join server" }
func (*StartLeave) CommandName() string   { return "leave server" }
func (*FinishJoin) CommandName() string   { return "finish joining" }
func (*SetRead) CommandName() string      { return "set read position" }
func (*GetUser) CommandName() string      { return "get user" }

// Decide answers a command with events or a refusal, and changes nothing.
func (st *User) Decide(cmd Command, _ int64) (Decision, error) {
	if c, ok := cmd.(*RegisterUser); ok {
		return st.register(c)
	}
	if !st.Exists() {
		return Decision{}, Errorf(NotFound, cmd.CommandName(), "there is no such user")
	}
	switch c := cmd.(type) {
	case *StartJoin:
		return st.startJoin(c)
	case *StartLeave:
		return st.startLeave(c)
	case *FinishJoin:
		return st.finishJoin(c)
	case *SetRead:
		return st.setRead(c)
	case *GetUser:
		return Decision{Reply: st.Clone()}, nil
	}
	return Decision{}, Errorf(Internal, cmd.CommandName(), "a user does not know this command")
}

func (st *User) register(c *RegisterUser) (Decision, error) {
	op := c.CommandName()
	if st.Exists() {
		if st.Username == c.Username {
			return Decision{}, nil // a repeat of what is done
		}
		return Decision{}, Errorf(Conflict, op, "this user exists already")
	}
	if err := ValidateUsername(op, c.Username); err != nil {
		return Decision{}, err
	}
	return Decision{Author: c.ID, Events: []Event{
		&UserRegistered{ID: c.ID, Username: c.Username, FirstName: c.FirstName, LastName: c.LastName},
	}}, nil
}

func (st *User) startJoin(c *StartJoin) (Decision, error) {
	op := c.CommandName()
	if c.Create != nil {
		op = "create server"
		if err := ValidateServerSettings(op, c.Create.Name, c.Create.Description, c.Create.Visibility); err != nil {
			return Decision{}, err
		}
	}
	if st.In(c.Server) {
		return Decision{}, nil
	}
	if p, ok := st.Pending[c.Server]; ok {
		if p.Leave {
			return Decision{}, Errorf(Conflict, op, "leaving this server is under way")
		}
		return Decision{}, nil
	}
	if len(st.Servers)+len(st.Pending) >= MaxServersPerUser {
		return Decision{}, Errorf(Conflict, op, "a user may be in at most %d servers", MaxServersPerUser)
	}
	return Decision{Author: st.ID, Events: []Event{&ServerJoinStarted{ServerID: c.Server, Create: c.Create, Invitation: c.Invitation}}}, nil
}

func (st *User) startLeave(c *StartLeave) (Decision, error) {
	if !st.In(c.Server) {
		return Decision{}, Errorf(NotFound, c.CommandName(), "there is no such server")
	}
	if _, ok := st.Pending[c.Server]; ok {
		return Decision{}, nil
	}
	return Decision{Author: st.ID, Events: []Event{&ServerJoinStarted{ServerID: c.Server, Leave: true}}}, nil
}

func (st *User) finishJoin(c *FinishJoin) (Decision, error) {
	p, ok := st.Pending[c.Server]
	var e Event
	switch {
	case !ok:
		return Decision{}, nil
	case c.Refused:
		e = &ServerJoinFailed{ServerID: c.Server}
	case p.Leave:
		e = &ServerLeft{ServerID: c.Server}
	default:
		e = &ServerJoined{ServerID: c.Server}
	}
	return Decision{Author: st.ID, Events: []Event{e}}, nil
}

func (st *User) setRead(c *SetRead) (Decision, error) {
	if !st.In(c.Server) {
		return Decision{}, Errorf(NotFound, c.CommandName(), "there is no such channel")
	}
	if c.Seq > MaxSequence {
		return Decision{}, Errorf(Invalid, c.CommandName(), "seq is at most %d", uint64(MaxSequence))
	}
	if st.Read[c.Channel].Seq >= c.Seq {
		return Decision{}, nil
	}
	return Decision{Author: st.ID, Events: []Event{&ChannelRead{ServerID: c.Server, ChannelID: c.Channel, Seq: c.Seq}}}, nil
}

// Clone is a copy that shares nothing with st that Apply changes.
func (st *User) Clone() *User {
	c := *st
	c.Servers = append([]ServerID(nil), st.Servers...)
	c.Directs = append([]DirectJoined(nil), st.Directs...)
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
