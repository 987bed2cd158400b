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
	// Invitation is the code by which the user joins.
	Invitation string `json:"invitation,omitempty"`
	// Add is a friend whom the user, who is in the group conversation, adds to it;
	// nothing changes for the user himself.
	Add *Recipient `json:"add,omitempty"`
}

// ServerPlan is a server that is about to be created.
type ServerPlan struct {
	Name        string     `json:"name"`
	Description string     `json:"description,omitempty"`
	Visibility  Visibility `json:"visibility"`
	Picture     string     `json:"picture,omitempty"`
	Banner      string     `json:"banner,omitempty"`
	ChannelID   ChannelID  `json:"channel_id"`
	ChannelName string     `json:"channel_name"`
	// Group holds the others of a group direct conversation; nil for a server.
	Group []Recipient `json:"group,omitempty"`
}

// Recipient is somebody in a direct conversation.
type Recipient struct {
	UserID   UserID `json:"user_id"`
	Username string `json:"username"`
}

// ServerJoined says that the server has accepted the user.
type ServerJoined struct {
	ServerID ServerID `json:"server_id"`
}

// ServerJoinFailed gives the place back. With Add it ends, well or badly, what was
// begun for that friend: who is in a group stands in the group's log.
type ServerJoinFailed struct {
	ServerID ServerID `json:"server_id"`
	Add      UserID   `json:"add,omitempty"`
}

// ServerLeft says that the membership has ended, by the user's own wish or,
// with Reason, by another's: kicked, banned, deleted (the server), gone (found
// out later).
type ServerLeft struct {
	ServerID ServerID `json:"server_id"`
	Reason   string   `json:"reason,omitempty"`
}

// ChannelRead moves the user's read position in a channel, on all devices.
type ChannelRead struct {
	ServerID  ServerID  `json:"server_id"`
	ChannelID ChannelID `json:"channel_id"`
	Seq       uint64    `json:"seq"` // the newest message read
}

// DirectJoined says that the user is in a direct conversation from now on: with
// the friend it names, or in a group.
type DirectJoined struct {
	ServerID  ServerID  `json:"server_id"` // the conversation, a tenant like a server
	ChannelID ChannelID `json:"channel_id"`
	UserID    UserID    `json:"user_id,omitempty"` // the friend, 0 in a group
}

// DirectLeft says that the user is not in a direct conversation any more. Of a
// friendship that has ended nothing can be read any more, by anybody.
type DirectLeft struct {
	ServerID ServerID `json:"server_id"`
}

// RelationChanged says how the user and another stand to each other from now
// on, as the user may know it. State "" is strangers.
type RelationChanged struct {
	UserID   UserID        `json:"user_id"`
	Username string        `json:"username"`
	State    RelationState `json:"state"`
	Was      RelationState `json:"was,omitempty"`
	// Version orders what the keeper of the pair says; see PairDecided.
	Version uint64 `json:"version"`
}

// RelationState is how a user stands to another.
type RelationState string

// The states of a relation, as one of the two sees it.
const (
	Strangers       RelationState = ""
	RequestSent     RelationState = "request_sent"
	RequestReceived RelationState = "request_received"
	Friends         RelationState = "friends"
	Blocked         RelationState = "blocked" // by the user himself; the other does not learn of it
)

// PairDecided is the truth about two users, kept in the log of the one with the
// smaller identifier (the pair's keeper), so that whatever both do at once has
// one outcome. It is never told to clients: it holds what each of the two
// must not know of the other.
type PairDecided struct {
	UserID UserID `json:"user_id"` // the other
	Pair
}

// Pair is the state between two users.
type Pair struct {
	Username  string    `json:"username"`            // of the other
	Requested UserID    `json:"requested,omitempty"` // who has asked, 0: nobody; until "joining" has ended
	Friends   bool      `json:"friends,omitempty"`
	ByKeeper  bool      `json:"blocked_by_keeper,omitempty"`
	ByOther   bool      `json:"blocked_by_other,omitempty"`
	DirectID  ServerID  `json:"direct_id,omitempty"` // of the friendship, also while it ends
	ChannelID ChannelID `json:"channel_id,omitempty"`
	// Step is what is under way and must be carried to its end, also by the next
	// activation: "joining" (make the conversation, then tell the other),
	// "ending" (erase the conversation, then tell the other), "telling", "" nothing.
	Step string `json:"step,omitempty"`
	// Version orders the decisions about this pair: the number, in the keeper's
	// log, of the record that decided. What carries a step to its end keeps it.
	Version uint64 `json:"version"`
}

// ServerInvited says that somebody has invited the user into a server.
type ServerInvited struct {
	ServerID  ServerID `json:"server_id"`
	Name      string   `json:"name"` // of the server
	By        UserID   `json:"by"`
	Username  string   `json:"username"` // of who invites
	Code      string   `json:"code"`
	ExpiresAt int64    `json:"expires_at"` // Unix milliseconds
}

// ServerInvitationEnded says that an invitation was accepted, refused or revoked.
type ServerInvitationEnded struct {
	ServerID ServerID `json:"server_id"`
	Outcome  string   `json:"outcome"` // OutcomeAccepted and so on
}

// NotificationLevel is what a user wants to be notified of.
type NotificationLevel string

// The levels.
const (
	NotifyDefault  NotificationLevel = "" // as the server, or the instance, says
	NotifyAll      NotificationLevel = "all"
	NotifyMentions NotificationLevel = "mentions"
	NotifyNothing  NotificationLevel = "nothing"
)

// NotificationLevelSet sets the level of a server or, with ChannelID, of one of
// its channels.
type NotificationLevelSet struct {
	ServerID  ServerID          `json:"server_id"`
	ChannelID ChannelID         `json:"channel_id,omitempty"`
	Level     NotificationLevel `json:"level"`
}

// NotificationsSnoozed silences everything until a time; 0 ends it.
type NotificationsSnoozed struct {
	Until int64 `json:"until"` // Unix milliseconds
}

func (*UserRegistered) EventKind() EventKind        { return KindUserRegistered }
func (*ServerJoinStarted) EventKind() EventKind     { return KindServerJoinStarted }
func (*ServerJoined) EventKind() EventKind          { return KindServerJoined }
func (*ServerJoinFailed) EventKind() EventKind      { return KindServerJoinFailed }
func (*ServerLeft) EventKind() EventKind            { return KindServerLeft }
func (*ChannelRead) EventKind() EventKind           { return KindChannelRead }
func (*DirectJoined) EventKind() EventKind          { return KindDirectJoined }
func (*DirectLeft) EventKind() EventKind            { return KindDirectLeft }
func (*RelationChanged) EventKind() EventKind       { return KindRelationChanged }
func (*PairDecided) EventKind() EventKind           { return KindPairDecided }
func (*ServerInvited) EventKind() EventKind         { return KindServerInvited }
func (*ServerInvitationEnded) EventKind() EventKind { return KindServerInvitationEnded }
func (*NotificationLevelSet) EventKind() EventKind  { return KindNotificationLevelSet }
func (*NotificationsSnoozed) EventKind() EventKind  { return KindNotificationsSnoozed }
