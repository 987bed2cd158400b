package chat

// UserRegistered begins the log of a user. E-mail and credentials stand in SQL
// alone: nobody listens to them.
type UserRegistered struct {
	ID        UserID `json:"id"`
	Username  string `json:"username"`
	FirstName string `json:"first_name,omitempty"`
	LastName  string `json:"last_name,omitempty"`
}

// ServerJoinStarted reserves one of the user's places before the server is
// asked, so that the limit holds and a crash between the two logs is mended.
type ServerJoinStarted struct {
	ServerID ServerID `json:"server_id"`
	// Create holds what is needed to finish creating the server; nil for a join.
	Create *ServerPlan `json:"create,omitempty"`
	// Leave says that the membership is to end rather than begin.
	Leave bool `json:"leave,omitempty"`
}

// ServerPlan is a server that is about to be created.
type ServerPlan struct {
	Name        string     `json:"name"`
	Description string     `json:"description,omitempty"`
	Visibility  Visibility `json:"visibility"`
	ChannelID   ChannelID  `json:"channel_id"`
	ChannelName string     `json:"channel_name"`
}

// ServerJoined says that the server has accepted the user.
type ServerJoined struct {
	ServerID ServerID `json:"server_id"`
}

// ServerJoinFailed gives the place back.
type ServerJoinFailed struct {
	ServerID ServerID `json:"server_id"`
}

// ServerLeft says that the membership has ended.
type ServerLeft struct {
	ServerID ServerID `json:"server_id"`
}

// ChannelRead moves the user's read position in a channel, on all devices.
type ChannelRead struct {
	ServerID  ServerID  `json:"server_id"`
	ChannelID ChannelID `json:"channel_id"`
	Seq       uint64    `json:"seq"` // the newest message read
}

func (*UserRegistered) EventKind() EventKind    { return KindUserRegistered }
func (*ServerJoinStarted) EventKind() EventKind { return KindServerJoinStarted }
func (*ServerJoined) EventKind() EventKind      { return KindServerJoined }
func (*ServerJoinFailed) EventKind() EventKind  { return KindServerJoinFailed }
func (*ServerLeft) EventKind() EventKind        { return KindServerLeft }
func (*ChannelRead) EventKind() EventKind       { return KindChannelRead }
