package api

// EmojiPath is an emoji under a message.
type EmojiPath struct {
	MessagePath
	Emoji string `path:"emoji" maxLength:"64" doc:"One emoji, percent-encoded" example:"👍"`
}

type unreactInput struct {
	EmojiPath
	UserID Person `query:"user_id" doc:"Whose; one's own unless told. Others' need the permission manage_messages"`
}

type voteInput struct {
	MessagePath
	Body struct {
		Options []int `json:"options" nullable:"false" maxItems:"10" minimum:"0" maximum:"9" doc:"Indices of what is chosen; it replaces what was chosen before"`
	} `contentType:"application/json"`
}

func (a *api) reactionOperations() {
	const (
		message = "/channels/{channel_id}/messages/{message_id}"
		emoji   = message + "/reactions/{emoji}"
	)
	relay[EmojiPath, Recorded](a, route{
		at: "PUT " + emoji, id: "add-reaction", tag: "messages", calls: "reaction.add", summary: "React to a message",
	})
	relay[unreactInput, Recorded](a, route{
		at: "DELETE " + emoji, id: "remove-reaction", tag: "messages", calls: "reaction.remove", summary: "Take a reaction back",
	})
	relay[EmojiPath, UserIDs](a, route{
		at: "GET " + emoji, id: "list-reactions", tag: "messages", calls: "reaction.list", summary: "Who reacted",
	})
	relay[voteInput, Recorded](a, route{
		at: "PUT " + message + "/poll/votes", id: "vote", tag: "messages", calls: "poll.vote", summary: "Vote in a poll",
	})
	relay[MessagePath, Recorded](a, route{
		at: "DELETE " + message + "/poll/votes", id: "take-vote-back", tag: "messages", calls: "poll.vote", summary: "Take one's vote back",
		fixed: map[string]any{"options": []int{}},
	})
	relay[MessagePath, Recorded](a, route{
		at: "POST " + message + "/poll/close", id: "close-poll", tag: "messages", calls: "poll.close", summary: "Close a poll",
		doc: "One's own, or with the permission manage_messages anybody's.",
	})
}
