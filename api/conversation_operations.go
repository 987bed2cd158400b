package api

import "net/http"

// ConversationPath is a direct conversation in the path.
type ConversationPath struct {
	ID ID `path:"conversation_id" arg:"server_id"`
}

type createConversationInput struct {
	Body struct {
		UserIDs []ID   `json:"user_ids" nullable:"false" minItems:"1" maxItems:"9" doc:"Friends"`
		Name    string `json:"name,omitempty" maxLength:"100"`
	} `contentType:"application/json"`
}

type recipientInput struct {
	ConversationPath
	UserPath
}

type renameConversationInput struct {
	ConversationPath
	Body struct {
		Name string `json:"name" maxLength:"100" doc:"Empty: none"`
	} `contentType:"application/json"`
}

func (a *api) conversationOperations() {
	const (
		conversations = "/me/conversations"
		conversation  = conversations + "/{conversation_id}"
	)
	relay[createConversationInput, Conversation](a, route{
		at: "POST " + conversations, id: "create-conversation", tag: "friends", calls: "direct.create", summary: "Begin a conversation of a group of friends",
		doc: "The conversation of two friends is there because they are friends.", status: http.StatusCreated,
	})
	relay[renameConversationInput, Recorded](a, route{
		at: "PATCH " + conversation, id: "rename-conversation", tag: "friends", calls: "direct.rename", summary: "Name a group conversation",
	})
	relayQuietly[ConversationPath](a, route{
		at: "DELETE " + conversation, id: "leave-conversation", tag: "friends", calls: "direct.leave", summary: "Leave a group conversation",
	})
	relay[recipientInput, Recorded](a, route{
		at: "PUT " + conversation + "/members/{user_id}", id: "add-to-conversation", tag: "friends", calls: "direct.add", summary: "Add a friend to a group conversation",
	})
	relay[recipientInput, Recorded](a, route{
		at: "DELETE " + conversation + "/members/{user_id}", id: "remove-from-conversation", tag: "friends", calls: "direct.remove",
		summary: "Take somebody out of a group conversation", doc: "Only its owner may.",
	})
}
