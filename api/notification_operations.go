package api

type readInput struct {
	ChannelPath
	Body struct {
		Seq uint64 `json:"seq" maximum:"9007199254740991" doc:"The newest message read; it never moves backwards"`
	} `contentType:"application/json"`
}

type unreadInput struct {
	ServerID ID `query:"server_id" doc:"Everywhere unless told"`
}

type serverLevelInput struct {
	ServerPath
	Body LevelBody `contentType:"application/json"`
}

type channelLevelInput struct {
	ChannelPath
	Body LevelBody `contentType:"application/json"`
}

// LevelBody is named for both operations that set a level.
type LevelBody struct {
	Level string `json:"level" enum:"all,mentions,nothing," doc:"Empty: as above it"`
}

type snoozeInput struct {
	Body struct {
		Until int64 `json:"until" minimum:"1" maximum:"9007199254740991" doc:"Milliseconds since the Unix epoch, at most 30 days ahead"`
	} `contentType:"application/json"`
}

func (a *api) notificationOperations() {
	const mine = "/me/notifications"
	relayQuietly[readInput](a, route{
		at: "PUT /channels/{channel_id}/read", id: "set-read", tag: "notifications", calls: "read.set", summary: "Set the read position",
	})
	relay[unreadInput, Unread](a, route{
		at: "GET /me/unread", id: "list-unread", tag: "notifications", calls: "unread.list", summary: "What is unread",
	})
	relayQuietly[serverLevelInput](a, route{
		at: "PUT " + mine + "/servers/{server_id}", id: "set-server-notifications", tag: "notifications", calls: "notification.set",
		summary: "What to be told of in a server",
	})
	relayQuietly[channelLevelInput](a, route{
		at: "PUT " + mine + "/channels/{channel_id}", id: "set-channel-notifications", tag: "notifications", calls: "notification.set",
		summary: "What to be told of in a channel",
	})
	relayQuietly[snoozeInput](a, route{
		at: "PUT " + mine + "/snooze", id: "snooze-notifications", tag: "notifications", calls: "notification.snooze", summary: "Be told of nothing for a time",
	})
	relayQuietly[struct{}](a, route{
		at: "DELETE " + mine + "/snooze", id: "end-snooze", tag: "notifications", calls: "notification.snooze", summary: "Be told of things again",
		fixed: map[string]any{"until": 0},
	})
}
