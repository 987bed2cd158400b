package api

import "net/http"

// CodePath is the code of an invitation in the path.
type CodePath struct {
	Code string `path:"code" maxLength:"64" pattern:"^[0-9A-Za-z_-]+$"`
}

type createInvitationInput struct {
	ServerPath
	Body *struct {
		ExpiresIn int64 `json:"expires_in,omitempty" minimum:"0" maximum:"31536000" doc:"Seconds; 0: never; absent: a day"`
		MaxUses   int   `json:"max_uses,omitempty" minimum:"0" maximum:"1000000" doc:"0 or absent: any number"`
	} `contentType:"application/json"`
}

type invitationInput struct {
	ServerPath
	CodePath
}

type inviteInput struct {
	ServerPath
	UserPath
}

func (a *api) invitationOperations() {
	gone := []int{http.StatusGone}
	relay[CodePath, Offer](a, route{
		at: "GET /invitations/{code}", id: "get-invitation", tag: "servers", calls: "invitation.get", summary: "Where an invitation leads", also: gone,
	})
	relay[CodePath, Identified](a, route{
		at: "POST /invitations/{code}/accept", id: "accept-invitation", tag: "servers", calls: "server.join", summary: "Join a server by an invitation", also: gone,
	})
	relay[createInvitationInput, Code](a, route{
		at: "POST /servers/{server_id}/invitations", id: "create-invitation", tag: "servers", calls: "invitation.create",
		summary: "Make an invitation", doc: "Needs the permission manage_invitations.", status: http.StatusCreated,
	})
	relay[ServerPath, Invitations](a, route{
		at: "GET /servers/{server_id}/invitations", id: "list-invitations", tag: "servers", calls: "invitation.list", summary: "Invitations of a server",
		also: []int{http.StatusForbidden},
	})
	relay[invitationInput, Recorded](a, route{
		at: "DELETE /servers/{server_id}/invitations/{code}", id: "revoke-invitation", tag: "servers", calls: "invitation.revoke", summary: "Revoke an invitation",
	})
	relay[inviteInput, Recorded](a, route{
		at: "PUT /servers/{server_id}/invited/{user_id}", id: "invite-user", tag: "servers", calls: "invitation.send",
		summary: "Invite a user in the application", doc: "Needs the permission manage_invitations. It is open for a week.",
	})
	relayQuietly[ServerPath](a, route{
		at: "POST /me/invitations/{server_id}/accept", id: "accept-server-invitation", tag: "servers", calls: "invitation.accept",
		summary: "Accept an invitation in the application", also: gone,
	})
	relayQuietly[ServerPath](a, route{
		at: "DELETE /me/invitations/{server_id}", id: "refuse-server-invitation", tag: "servers", calls: "invitation.refuse",
		summary: "Refuse an invitation in the application",
	})
}
