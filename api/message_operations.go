package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"beep/chat"
)

type sendInput struct {
	ChannelPath
	Key  string `header:"Idempotency-Key" maxLength:"36" pattern:"^[!-~]*$" doc:"The nonce: a send that got no answer may be repeated with the same one, and is stored once"`
	Body struct {
		Content string `json:"content" doc:"1 to 4,000 characters" example:"hello"`
		ReplyTo string `json:"reply_to,omitempty" maxLength:"20"`
	} `contentType:"application/json"`
}

type historyInput struct {
	ChannelPath
	Before uint64 `query:"before" minimum:"1" doc:"Messages below this seq; at most one of before, after and around"`
	After  uint64 `query:"after" minimum:"1" doc:"Messages above this seq"`
	Around string `query:"around" maxLength:"20" doc:"Messages round the one with this identifier"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" doc:"50 unless told"`
}

type editInput struct {
	MessagePath
	Body struct {
		Content string `json:"content" doc:"1 to 4,000 characters"`
	} `contentType:"application/json"`
}

type readInput struct {
	ChannelPath
	Body struct {
		Seq uint64 `json:"seq" doc:"The newest message read; it never moves backwards"`
	} `contentType:"application/json"`
}

func (a *api) messageOperations() {
	const messages = "/api/v1/channels/{channel_id}/messages"
	register(a, huma.Operation{
		OperationID: "send-message", Method: http.MethodPost, Path: messages, Tags: []string{"messages"},
		Summary: "Send a message", Description: "The answer means that it is on disk.",
		DefaultStatus: http.StatusCreated, Security: bearerOnly(),
	}, a.sendMessage)
	register(a, huma.Operation{
		OperationID: "list-messages", Method: http.MethodGet, Path: messages, Tags: []string{"messages"},
		Summary: "History of a channel", Description: "Oldest first; the newest page unless told otherwise.",
		Security: bearerOnly(),
	}, a.listMessages)
	register(a, huma.Operation{
		OperationID: "edit-message", Method: http.MethodPatch, Path: messages + "/{message_id}", Tags: []string{"messages"},
		Summary: "Edit a message", Security: bearerOnly(),
	}, a.editMessage)
	register(a, huma.Operation{
		OperationID: "delete-message", Method: http.MethodDelete, Path: messages + "/{message_id}", Tags: []string{"messages"},
		Summary: "Delete a message", Security: bearerOnly(),
	}, a.deleteMessage)
	register(a, huma.Operation{
		OperationID: "set-read", Method: http.MethodPut, Path: "/api/v1/channels/{channel_id}/read", Tags: []string{"messages"},
		Summary: "Set the read position", DefaultStatus: http.StatusNoContent, Security: bearerOnly(),
	}, a.setRead)
}

func (a *api) sendMessage(ctx context.Context, c caller, in *sendInput) (*body[Sent], error) {
	ch, err := in.channel()
	if err != nil {
		return nil, err
	}
	args := map[string]any{"channel_id": ch, "content": in.Body.Content}
	if in.Key != "" {
		args["nonce"] = in.Key
	}
	if in.Body.ReplyTo != "" {
		reply, err := chat.ParseMessageID(in.Body.ReplyTo)
		if err != nil {
			return nil, err
		}
		args["reply_to"] = reply
	}
	out := &body[Sent]{}
	return out, a.request(ctx, c.user, "message.send", args, &out.Body)
}

func (a *api) listMessages(ctx context.Context, c caller, in *historyInput) (*body[Messages], error) {
	ch, err := in.channel()
	if err != nil {
		return nil, err
	}
	args := map[string]any{"channel_id": ch}
	if in.Before != 0 {
		args["before"] = in.Before
	}
	if in.After != 0 {
		args["after"] = in.After
	}
	if in.Around != "" {
		around, err := chat.ParseMessageID(in.Around)
		if err != nil {
			return nil, err
		}
		args["around"] = around
	}
	if in.Limit != 0 {
		args["limit"] = in.Limit
	}
	out := &body[Messages]{Messages{Messages: []Message{}}}
	return out, a.request(ctx, c.user, "message.list", args, &out.Body)
}

func (a *api) editMessage(ctx context.Context, c caller, in *editInput) (*body[Recorded], error) {
	ch, m, err := in.message()
	if err != nil {
		return nil, err
	}
	out := &body[Recorded]{}
	args := map[string]any{"channel_id": ch, "message_id": m, "content": in.Body.Content}
	return out, a.request(ctx, c.user, "message.edit", args, &out.Body)
}

func (a *api) deleteMessage(ctx context.Context, c caller, in *MessagePath) (*body[Recorded], error) {
	ch, m, err := in.message()
	if err != nil {
		return nil, err
	}
	out := &body[Recorded]{}
	return out, a.request(ctx, c.user, "message.delete", map[string]any{"channel_id": ch, "message_id": m}, &out.Body)
}

func (a *api) setRead(ctx context.Context, c caller, in *readInput) (*none, error) {
	ch, err := in.channel()
	if err != nil {
		return nil, err
	}
	return nil, a.request(ctx, c.user, "read.set", map[string]any{"channel_id": ch, "seq": in.Body.Seq}, nil)
}
