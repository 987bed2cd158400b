package api

import "net/http"

// What these operations send is bounded by the user's send window and does not
// count among his requests.
const (
	sendOperation    = "send-message"
	forwardOperation = "forward-message"
)

// Nonce is the header by which a send may be repeated.
type Nonce struct {
	Key string `header:"Idempotency-Key" arg:"nonce" maxLength:"36" pattern:"^[!-~]*$" doc:"The nonce: a send that got no answer may be repeated with the same one, and is stored once"`
}

type sendInput struct {
	ChannelPath
	Nonce
	Body struct {
		Content string     `json:"content,omitempty" doc:"1 to 4,000 characters; may be absent with a poll" example:"hello"`
		ReplyTo ID         `json:"reply_to,omitempty"`
		Poll    *PollInput `json:"poll,omitempty"`
	} `contentType:"application/json"`
}

// PollInput is a new poll.
type PollInput struct {
	Question string   `json:"question" minLength:"1" maxLength:"200"`
	Options  []string `json:"options" nullable:"false" minItems:"2" maxItems:"10" minLength:"1" maxLength:"200"`
	Multiple bool     `json:"multiple,omitempty" doc:"More than one option may be chosen"`
	EndsAt   int64    `json:"ends_at,omitempty" minimum:"0" maximum:"9007199254740991" doc:"Milliseconds since the Unix epoch, at most 32 days ahead; 0: when it is closed"`
}

type forwardInput struct {
	MessagePath
	Nonce
	Body struct {
		ToChannelID ID `json:"to_channel_id"`
	} `contentType:"application/json"`
}

type historyInput struct {
	ChannelPath
	Before uint64 `query:"before" minimum:"1" maximum:"9007199254740991" doc:"Messages below this seq; at most one of before, after and around"`
	After  Place  `query:"after" doc:"Messages above this seq; 0: from the beginning"`
	Around ID     `query:"around" doc:"Messages round the one with this identifier"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" doc:"50 unless told"`
}

type editInput struct {
	MessagePath
	Body struct {
		Content string `json:"content" doc:"1 to 4,000 characters"`
	} `contentType:"application/json"`
}

func (a *api) messageOperations() {
	const (
		messages = "/channels/{channel_id}/messages"
		message  = messages + "/{message_id}"
	)
	relay[sendInput, Sent](a, route{
		at: "POST " + messages, id: sendOperation, tag: "messages", calls: "message.send", summary: "Send a message",
		doc: "The answer means that it is on disk.", status: http.StatusCreated,
	})
	relay[forwardInput, Sent](a, route{
		at: "POST " + message + "/forward", id: forwardOperation, tag: "messages", calls: "message.forward", summary: "Say a message in another channel", status: http.StatusCreated,
	})
	relayPage[historyInput, Messages](a, route{
		at: "GET " + messages, id: "list-messages", tag: "messages", calls: "message.list", page: 50,
		summary: "History of a channel", doc: "Oldest first; the newest page unless told otherwise. Link goes on in the direction that was asked for.",
	})
	relay[MessagePath, Message](a, route{
		at: "GET " + message, id: "get-message", tag: "messages", calls: "message.get", unwrap: "message", summary: "A message",
	})
	relay[editInput, Recorded](a, route{
		at: "PATCH " + message, id: "edit-message", tag: "messages", calls: "message.edit", summary: "Edit a message",
	})
	relay[MessagePath, Recorded](a, route{
		at: "DELETE " + message, id: "delete-message", tag: "messages", calls: "message.delete", summary: "Delete a message",
		doc: "One's own, or with the permission manage_messages anybody's.",
	})
	relay[MessagePath, Edits](a, route{
		at: "GET " + message + "/edits", id: "list-edits", tag: "messages", calls: "message.edits", summary: "What a message said before", doc: "Oldest first.",
	})
	relay[MessagePath, Recorded](a, route{
		at: "PUT " + message + "/pin", id: "pin-message", tag: "messages", calls: "message.pin", summary: "Pin a message",
	})
	relay[MessagePath, Recorded](a, route{
		at: "DELETE " + message + "/pin", id: "unpin-message", tag: "messages", calls: "message.unpin", summary: "Take a pin out",
	})
	relay[ChannelPath, Messages](a, route{
		at: "GET /channels/{channel_id}/pins", id: "list-pins", tag: "messages", calls: "message.pins", summary: "Pinned messages", doc: "Newest first.",
	})
}
