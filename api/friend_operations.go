package api

import "net/http"

type friendRequestInput struct {
	Body struct {
		UserID   ID     `json:"user_id,omitempty" doc:"Either this or username"`
		Username string `json:"username,omitempty" minLength:"2" maxLength:"32"`
	} `contentType:"application/json"`
}

type removeFriendInput struct {
	UserPath
	Erase bool `query:"erase" doc:"Must be true: the conversation is erased for both"`
}

func (a *api) friendOperations() {
	const friend = "/me/friends/{user_id}"
	relay[struct{}, Relations](a, route{
		at: "GET /me/friends", id: "list-friends", tag: "friends", calls: "friend.list", summary: "Friends, requests and blocks",
	})
	relay[friendRequestInput, RelationState](a, route{
		at: "POST /me/friends", id: "request-friend", tag: "friends", calls: "friend.request", summary: "Ask somebody to be a friend",
		doc: "If he has asked already, both are friends at once.", also: []int{http.StatusNotFound},
	})
	relay[UserPath, RelationState](a, route{
		at: "POST " + friend + "/accept", id: "accept-friend", tag: "friends", calls: "friend.accept", summary: "Accept a request",
	})
	relay[UserPath, RelationState](a, route{
		at: "POST " + friend + "/decline", id: "decline-friend", tag: "friends", calls: "friend.decline", summary: "Decline a request",
	})
	relay[UserPath, RelationState](a, route{
		at: "POST " + friend + "/cancel", id: "cancel-friend", tag: "friends", calls: "friend.cancel", summary: "Take one's request back",
	})
	relay[removeFriendInput, RelationState](a, route{
		at: "DELETE " + friend, id: "remove-friend", tag: "friends", calls: "friend.remove", summary: "Remove a friend",
		doc: "The conversation with him is erased for both: history, files and search hits. Nobody can bring it back.",
	})
	relay[UserPath, RelationState](a, route{
		at: "PUT /me/blocks/{user_id}", id: "block-user", tag: "friends", calls: "user.block", summary: "Block a user",
	})
	relay[UserPath, RelationState](a, route{
		at: "DELETE /me/blocks/{user_id}", id: "unblock-user", tag: "friends", calls: "user.unblock", summary: "Unblock a user",
	})
}
