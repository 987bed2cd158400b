package api

import "net/http"

type browseInput struct {
	Query string `query:"query" maxLength:"100" doc:"Words of name or description"`
	After ID     `query:"after" doc:"The last server of the page before"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" doc:"50 unless told"`
}

type createServerInput struct {
	Body struct {
		Name        string `json:"name" minLength:"1" maxLength:"100" example:"Home"`
		Description string `json:"description,omitempty" maxLength:"500"`
		Visibility  string `json:"visibility" enum:"public,private"`
		Picture     string `json:"picture,omitempty" maxLength:"20" doc:"The identifier of an image"`
		Banner      string `json:"banner,omitempty" maxLength:"20" doc:"The identifier of an image"`
	} `contentType:"application/json"`
}

type getServerInput struct {
	ServerPath
	Unless
}

type updateServerInput struct {
	ServerPath
	If
	Body struct {
		Name        string `json:"name,omitempty" minLength:"1" maxLength:"100"`
		Description string `json:"description,omitempty" maxLength:"500"`
		Visibility  string `json:"visibility,omitempty" enum:"public,private"`
		Picture     string `json:"picture,omitempty" maxLength:"20" doc:"The identifier of an image; empty: none"`
		Banner      string `json:"banner,omitempty" maxLength:"20" doc:"The identifier of an image; empty: none"`
	} `contentType:"application/json"`
}

type deleteServerInput struct {
	ServerPath
	If
}

type transferInput struct {
	ServerPath
	Body struct {
		UserID ID `json:"user_id" doc:"A member"`
	} `contentType:"application/json"`
}

type auditInput struct {
	ServerPath
	Before uint64 `query:"before" minimum:"1" maximum:"9007199254740991" doc:"The number of the last entry of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" doc:"50 unless told"`
	By     ID     `query:"by" doc:"Only what this user did"`
	Action string `query:"action" maxLength:"64" doc:"Only acts of this kind, such as member_banned"`
}

func (a *api) serverOperations() {
	relayPage[browseInput, Listings](a, route{
		at: "GET /servers", id: "browse-servers", tag: "servers", calls: "server.browse", summary: "Public servers", page: 50,
	})
	relay[createServerInput, Identified](a, route{
		at: "POST /servers", id: "create-server", tag: "servers", calls: "server.create", summary: "Create a server", status: http.StatusCreated,
	})
	relayVersion[getServerInput, Server](a, route{
		at: "GET /servers/{server_id}", id: "get-server", tag: "servers", calls: "server.get", unwrap: "server",
		summary: "A server, or a direct conversation", doc: "With its roles, the channels that one may see, and what one may do.",
	})
	relayChange[updateServerInput](a, route{
		at: "PATCH /servers/{server_id}", id: "update-server", tag: "servers", calls: "server.update", summary: "Change the settings of a server",
	})
	relayChange[deleteServerInput](a, route{
		at: "DELETE /servers/{server_id}", id: "delete-server", tag: "servers", calls: "server.delete", summary: "Destroy a server",
		doc: "Only its owner may. All of it is deleted.",
	})
	relay[transferInput, Recorded](a, route{
		at: "POST /servers/{server_id}/transfer", id: "transfer-server", tag: "servers", calls: "server.transfer", summary: "Make another member the owner",
	})
	relay[ServerPath, Identified](a, route{
		at: "POST /servers/{server_id}/membership", id: "join-server", tag: "servers", calls: "server.join", summary: "Join a public server",
		doc: "By an invitation: accept-invitation.",
	})
	relayQuietly[ServerPath](a, route{
		at: "DELETE /servers/{server_id}/membership", id: "leave-server", tag: "servers", calls: "server.leave", summary: "Leave a server",
	})
	relayPage[auditInput, AuditLog](a, route{
		at: "GET /servers/{server_id}/audit-log", id: "list-audit-log", tag: "servers", calls: "audit.list", page: 50, also: []int{http.StatusForbidden},
		summary: "What administrators did", doc: "Newest first. Needs the permission view_audit_log.",
	})
}
