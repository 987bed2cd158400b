package api

// Relation is what a user is to who asks.
type Relation struct {
	UserID   string `json:"user_id"`
	Username string `json:"username"`
	State    string `json:"state" doc:"friends, request_sent, request_received or blocked"`
	Since    int64  `json:"since"`
}

// Relations is all of them.
type Relations struct {
	Relations []Relation `json:"relations" nullable:"false"`
}

// RelationState is what a user is to who asks from now on.
type RelationState struct {
	State string `json:"state" doc:"friends, request_sent, request_received, blocked or nothing"`
}

// Conversation is a new direct conversation.
type Conversation struct {
	ID        string `json:"id" doc:"It stands wherever a server's stands"`
	ChannelID string `json:"channel_id"`
}

// Unread is what is unread where.
type Unread struct {
	Channels []UnreadChannel `json:"channels" nullable:"false"`
	LeftOut  []string        `json:"left_out,omitempty" nullable:"false" doc:"Servers that were not looked at, being too many: ask for each by itself"`
}

// UnreadChannel is what is unread in one channel.
type UnreadChannel struct {
	ChannelID string `json:"channel_id"`
	ServerID  string `json:"server_id"`
	Read      uint64 `json:"read" doc:"The read position"`
	Unread    int    `json:"unread" doc:"At most 1,000"`
	Mentions  int    `json:"mentions"`
}
