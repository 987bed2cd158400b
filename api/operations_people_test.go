package api

func messageRows() []row {
	const (
		messages = "/channels/12/messages"
		message  = messages + "/34"
		which    = `{"channel_id":"12","message_id":"34"}`
		react    = `{"channel_id":"12","emoji":"👍","message_id":"34"}`
	)
	return []row{
		{id: "send-message", at: "POST " + messages, body: `{"content":"hi","reply_to":"9"}`, call: "message.send", args: `{"channel_id":"12","content":"hi","reply_to":"9"}`, answer: placed, status: 201},
		{
			id: "send-message", at: "POST " + messages, body: `{"poll":{"question":"?","options":["a","b"],"multiple":true,"ends_at":5}}`, call: "message.send",
			args: `{"channel_id":"12","poll":{"question":"?","options":["a","b"],"multiple":true,"ends_at":5}}`, answer: placed, status: 201,
		},
		{id: "forward-message", at: "POST " + message + "/forward", body: `{"to_channel_id":"13"}`, call: "message.forward", args: `{"channel_id":"12","message_id":"34","to_channel_id":"13"}`, answer: placed, status: 201},
		{id: "list-messages", at: "GET " + messages + "?before=7&limit=2", call: "message.list", args: `{"before":7,"channel_id":"12","limit":2}`, answer: `{"messages":[` + said + `]}`},
		{id: "list-messages", at: "GET " + messages + "?around=7", call: "message.list", args: `{"around":"7","channel_id":"12"}`, answer: `{"messages":[]}`},
		{id: "list-messages", at: "GET " + messages + "?after=0", call: "message.list", args: `{"after":0,"channel_id":"12"}`, answer: `{"messages":[]}`},
		{id: "get-message", at: "GET " + message, call: "message.get", args: which, answer: `{"message":` + said + `}`, want: said},
		{id: "edit-message", at: "PATCH " + message, body: `{"content":"ho"}`, call: "message.edit", args: `{"channel_id":"12","content":"ho","message_id":"34"}`},
		{id: "delete-message", at: "DELETE " + message, call: "message.delete", args: which},
		{id: "list-edits", at: "GET " + message + "/edits", call: "message.edits", args: which, answer: `{"edits":[{"content":"ho","at":5}]}`},
		{id: "pin-message", at: "PUT " + message + "/pin", call: "message.pin", args: which},
		{id: "unpin-message", at: "DELETE " + message + "/pin", call: "message.unpin", args: which},
		{id: "list-pins", at: "GET /channels/12/pins", call: "message.pins", args: `{"channel_id":"12"}`, answer: `{"messages":[` + said + `]}`},
		{id: "add-reaction", at: "PUT " + message + "/reactions/%F0%9F%91%8D", call: "reaction.add", args: react},
		{id: "remove-reaction", at: "DELETE " + message + "/reactions/%F0%9F%91%8D", call: "reaction.remove", args: react},
		{
			id: "remove-reaction", at: "DELETE " + message + "/reactions/%F0%9F%91%8D?user_id=8", call: "reaction.remove",
			args: `{"channel_id":"12","emoji":"👍","message_id":"34","user_id":"8"}`,
		},
		{id: "list-reactions", at: "GET " + message + "/reactions/%F0%9F%91%8D", call: "reaction.list", args: react, answer: `{"user_ids":["7"]}`},
		{id: "vote", at: "PUT " + message + "/poll/votes", body: `{"options":[0,2]}`, call: "poll.vote", args: `{"channel_id":"12","message_id":"34","options":[0,2]}`},
		{id: "take-vote-back", at: "DELETE " + message + "/poll/votes", call: "poll.vote", args: `{"channel_id":"12","message_id":"34","options":[]}`},
		{id: "close-poll", at: "POST " + message + "/poll/close", call: "poll.close", args: which},
		{id: "set-read", at: "PUT /channels/12/read", body: `{"seq":4}`, call: "read.set", args: `{"channel_id":"12","seq":4}`, answer: `{}`, status: 204},
		{id: "list-unread", at: "GET /me/unread?server_id=5", call: "unread.list", args: `{"server_id":"5"}`, answer: `{"channels":[{"channel_id":"12","server_id":"5","read":3,"unread":2,"mentions":1}]}`},
		{id: "list-unread", at: "GET /me/unread", call: "unread.list", args: `{}`, answer: `{"channels":[]}`},
		{id: "set-server-notifications", at: "PUT /me/notifications/servers/5", body: `{"level":""}`, call: "notification.set", args: `{"level":"","server_id":"5"}`, answer: `{}`, status: 204},
		{id: "set-channel-notifications", at: "PUT /me/notifications/channels/12", body: `{"level":"mentions"}`, call: "notification.set", args: `{"channel_id":"12","level":"mentions"}`, answer: `{}`, status: 204},
		{id: "snooze-notifications", at: "PUT /me/notifications/snooze", body: `{"until":1763675464000}`, call: "notification.snooze", args: `{"until":1763675464000}`, answer: `{}`, status: 204},
		{id: "end-snooze", at: "DELETE /me/notifications/snooze", call: "notification.snooze", args: `{"until":0}`, answer: `{}`, status: 204},
	}
}

func peopleRows() []row {
	const (
		whom  = `{"user_id":"8"}`
		found = `{"users":[{"id":"8","username":"bob"}]}`
	)
	return []row{
		{id: "look-up-users", at: "POST /users/lookup", body: `{"user_ids":["8"]}`, call: "user.get", args: `{"user_ids":["8"]}`, answer: found},
		{id: "get-user", at: "GET /users/8", call: "user.get", args: `{"user_ids":["8"]}`, answer: found, want: `{"id":"8","username":"bob"}`},
		{id: "search-users", at: "GET /users/search?query=bo&after=3&limit=2", call: "user.search", args: `{"after":"3","limit":2,"query":"bo"}`, answer: found},
		{
			id: "list-friends", at: "GET /me/friends", call: "friend.list", args: `{}`,
			answer: `{"relations":[{"user_id":"8","username":"bob","state":"friends","since":5}]}`,
		},
		{id: "request-friend", at: "POST /me/friends", body: `{"username":"bob"}`, call: "friend.request", args: `{"username":"bob"}`, answer: `{"state":"request_sent"}`},
		{id: "request-friend", at: "POST /me/friends", body: whom, call: "friend.request", args: whom, answer: befriended},
		{id: "accept-friend", at: "POST /me/friends/8/accept", call: "friend.accept", args: whom, answer: befriended},
		{id: "decline-friend", at: "POST /me/friends/8/decline", call: "friend.decline", args: whom, answer: `{"state":""}`},
		{id: "cancel-friend", at: "POST /me/friends/8/cancel", call: "friend.cancel", args: whom, answer: `{"state":""}`},
		{id: "remove-friend", at: "DELETE /me/friends/8?erase=true", call: "friend.remove", args: `{"erase":true,"user_id":"8"}`, answer: `{"state":""}`},
		{id: "remove-friend", at: "DELETE /me/friends/8", call: "friend.remove", args: whom, answer: `{"state":""}`},
		{id: "block-user", at: "PUT /me/blocks/8", call: "user.block", args: whom, answer: `{"state":"blocked"}`},
		{id: "unblock-user", at: "DELETE /me/blocks/8", call: "user.unblock", args: whom, answer: `{"state":""}`},
		{
			id: "create-conversation", at: "POST /me/conversations", body: `{"user_ids":["8","9"],"name":"us"}`, call: "direct.create",
			args: `{"name":"us","user_ids":["8","9"]}`, answer: `{"id":"5","channel_id":"12"}`, status: 201,
		},
		{id: "rename-conversation", at: "PATCH /me/conversations/5", body: `{"name":""}`, call: "direct.rename", args: `{"name":"","server_id":"5"}`},
		{id: "leave-conversation", at: "DELETE /me/conversations/5", call: "direct.leave", args: `{"server_id":"5"}`, answer: `{}`, status: 204},
		{id: "add-to-conversation", at: "PUT /me/conversations/5/members/8", call: "direct.add", args: `{"server_id":"5","user_id":"8"}`},
		{id: "remove-from-conversation", at: "DELETE /me/conversations/5/members/8", call: "direct.remove", args: `{"server_id":"5","user_id":"8"}`},
	}
}
