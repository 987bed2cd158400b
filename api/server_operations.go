package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"beep/chat"
)

type browseInput struct {
	Query string `query:"query" doc:"Words of name or description"`
	After string `query:"after" maxLength:"20" doc:"The last server of the page before"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" doc:"50 unless told"`
}

type createServerInput struct {
	Body struct {
		Name        string `json:"name" example:"Home"`
		Description string `json:"description,omitempty"`
		Visibility  string `json:"visibility" enum:"public,private"`
	} `contentType:"application/json"`
}

type createChannelInput struct {
	ServerPath
	Body struct {
		Name string `json:"name" example:"general"`
	} `contentType:"application/json"`
}

type membersInput struct {
	ServerPath
	After string `query:"after" maxLength:"20" doc:"The last user of the page before"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" doc:"100 unless told"`
}

func (a *api) serverOperations() {
	register(a, huma.Operation{
		OperationID: "browse-servers", Method: http.MethodGet, Path: "/api/v1/servers", Tags: []string{"servers"},
		Summary: "Public servers", Security: bearerOnly(),
	}, a.browseServers)
	register(a, huma.Operation{
		OperationID: "create-server", Method: http.MethodPost, Path: "/api/v1/servers", Tags: []string{"servers"},
		Summary: "Create a server", DefaultStatus: http.StatusCreated, Security: bearerOnly(),
	}, a.createServer)
	register(a, huma.Operation{
		OperationID: "join-server", Method: http.MethodPost, Path: "/api/v1/servers/{server_id}/membership", Tags: []string{"servers"},
		Summary: "Join a public server", Security: bearerOnly(),
	}, a.joinServer)
	register(a, huma.Operation{
		OperationID: "leave-server", Method: http.MethodDelete, Path: "/api/v1/servers/{server_id}/membership", Tags: []string{"servers"},
		Summary: "Leave a server", DefaultStatus: http.StatusNoContent, Security: bearerOnly(),
	}, a.leaveServer)
	register(a, huma.Operation{
		OperationID: "create-channel", Method: http.MethodPost, Path: "/api/v1/servers/{server_id}/channels", Tags: []string{"servers"},
		Summary: "Create a text channel", DefaultStatus: http.StatusCreated, Security: bearerOnly(),
	}, a.createChannel)
	register(a, huma.Operation{
		OperationID: "list-members", Method: http.MethodGet, Path: "/api/v1/servers/{server_id}/members", Tags: []string{"servers"},
		Summary: "Members of a server", Security: bearerOnly(),
	}, a.listMembers)
}

func (a *api) browseServers(ctx context.Context, c caller, in *browseInput) (*body[Servers], error) {
	args := map[string]any{"query": in.Query}
	if in.After != "" {
		after, err := chat.ParseServerID(in.After)
		if err != nil {
			return nil, err
		}
		args["after"] = after
	}
	if in.Limit != 0 {
		args["limit"] = in.Limit
	}
	out := &body[Servers]{Servers{Servers: []Server{}}}
	return out, a.request(ctx, c.user, "server.browse", args, &out.Body)
}

func (a *api) createServer(ctx context.Context, c caller, in *createServerInput) (*body[Identified], error) {
	out := &body[Identified]{}
	return out, a.request(ctx, c.user, "server.create", &in.Body, &out.Body)
}

func (a *api) joinServer(ctx context.Context, c caller, in *ServerPath) (*body[Identified], error) {
	id, err := in.server()
	if err != nil {
		return nil, err
	}
	out := &body[Identified]{}
	return out, a.request(ctx, c.user, "server.join", map[string]any{"server_id": id}, &out.Body)
}

func (a *api) leaveServer(ctx context.Context, c caller, in *ServerPath) (*none, error) {
	id, err := in.server()
	if err != nil {
		return nil, err
	}
	return nil, a.request(ctx, c.user, "server.leave", map[string]any{"server_id": id}, nil)
}

func (a *api) createChannel(ctx context.Context, c caller, in *createChannelInput) (*body[Identified], error) {
	id, err := in.server()
	if err != nil {
		return nil, err
	}
	out := &body[Identified]{}
	args := map[string]any{"server_id": id, "name": in.Body.Name}
	return out, a.request(ctx, c.user, "channel.create", args, &out.Body)
}

func (a *api) listMembers(ctx context.Context, c caller, in *membersInput) (*body[Members], error) {
	id, err := in.server()
	if err != nil {
		return nil, err
	}
	args := map[string]any{"server_id": id}
	if in.After != "" {
		after, err := chat.ParseUserID(in.After)
		if err != nil {
			return nil, err
		}
		args["after"] = after
	}
	if in.Limit != 0 {
		args["limit"] = in.Limit
	}
	out := &body[Members]{Members{Members: []Member{}}}
	return out, a.request(ctx, c.user, "member.list", args, &out.Body)
}
