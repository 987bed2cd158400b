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

// FinishJoin says how the server answered a StartJoin or StartLeave, or with Add
// that it has answered a StartAddRecipient. Only the user's own actor sends it.
type FinishJoin struct {
	Server  ServerID
	Add     UserID
	Refused bool
}

// SetRead moves the read position in a channel. It never moves backwards. Beyond
// MaxReadPositions channels another one is refused.
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
