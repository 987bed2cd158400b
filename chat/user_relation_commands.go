package chat

// MembershipEnded tells a user's actor that a server has removed him. Servers'
// actors send it; what gets lost CheckMembership finds out.
type MembershipEnded struct {
	Server ServerID
	Reason string // as in ServerLeft
}

// CheckMembership has a user's actor ask a server whether he still is a member:
// a session has found that he is not.
type CheckMembership struct {
	Server ServerID
}

// JoinDirect tells a user's actor that he is in a direct conversation.
type JoinDirect struct {
	Server  ServerID
	Channel ChannelID
	Peer    UserID // the friend, 0 in a group
}

// RelationAct is what one user does about another.
type RelationAct string

// The acts.
const (
	ActRequest RelationAct = "request" // ask to be friends; if the other has asked already it is an acceptance
	ActAccept  RelationAct = "accept"
	ActDecline RelationAct = "decline"
	ActCancel  RelationAct = "cancel" // one's own request
	ActRemove  RelationAct = "remove" // the friendship, and erase the conversation
	ActBlock   RelationAct = "block"  // which ends a request; a friendship must be removed before
	ActUnblock RelationAct = "unblock"
)

// Relate decides what stands between two users. It goes to the actor of the one
// with the smaller identifier, whichever acts.
type Relate struct {
	By    Recipient
	Other Recipient
	Act   RelationAct
	// DirectID and ChannelID are fresh, for the conversation if it comes to a friendship.
	DirectID  ServerID
	ChannelID ChannelID
}

// MirrorRelation tells the other of the pair what its keeper has decided, as far
// as he may know it.
type MirrorRelation struct {
	Peer      Recipient
	State     RelationState
	Version   uint64
	DirectID  ServerID
	ChannelID ChannelID
}

// FinishPair says that a step of a pair was carried out, or cannot be. Only the
// keeper's own actor sends it.
type FinishPair struct {
	Peer    UserID
	Version uint64 // of the decision whose step it was
	// Refused: the other's actor does not take it, for a limit of his. What was
	// decided is taken back, and another step follows.
	Refused bool
	// Unmade: the conversation could not be made, so there is none to erase.
	Unmade bool
}

// StartAddRecipient adds a friend to a group conversation the user is in.
type StartAddRecipient struct {
	Server ServerID
	Friend UserID
}

// ReceiveInvitation tells a user's actor that somebody invites him into a
// server. Whom he has blocked he does not hear.
type ReceiveInvitation struct {
	Invitation ServerInvited
}

// AnswerInvitation refuses an invitation, or notes that it has ended.
type AnswerInvitation struct {
	Server  ServerID
	Outcome string // as in ServerInvitationEnded
}

// SetNotificationLevel sets the level of a server or one of its channels.
type SetNotificationLevel struct {
	Server  ServerID
	Channel ChannelID // 0: of the server
	Level   NotificationLevel
}

// SnoozeNotifications silences everything until a time (Unix milliseconds), 0 ends it.
type SnoozeNotifications struct {
	Until int64
}

func (*MembershipEnded) CommandName() string      { return "end membership" }
func (*CheckMembership) CommandName() string      { return "check membership" }
func (*JoinDirect) CommandName() string           { return "join conversation" }
func (*Relate) CommandName() string               { return "change friendship" }
func (*MirrorRelation) CommandName() string       { return "mirror relation" }
func (*FinishPair) CommandName() string           { return "finish friendship" }
func (*StartAddRecipient) CommandName() string    { return "add to conversation" }
func (*ReceiveInvitation) CommandName() string    { return "receive invitation" }
func (*AnswerInvitation) CommandName() string     { return "answer invitation" }
func (*SetNotificationLevel) CommandName() string { return "set notification level" }
func (*SnoozeNotifications) CommandName() string  { return "snooze notifications" }
