package api

import "net/http"

type setRoleOverrideInput struct {
	RoleOverridePath
	If
	Body OverrideBody `contentType:"application/json"`
}

type setMemberOverrideInput struct {
	MemberOverridePath
	If
	Body OverrideBody `contentType:"application/json"`
}

// OverrideBody is named for both operations that set an override.
type OverrideBody struct {
	Allow []Right `json:"allow,omitempty" nullable:"false" maxItems:"64" doc:"Names of permissions"`
	Deny  []Right `json:"deny,omitempty" nullable:"false" maxItems:"64"`
}

type removeRoleOverrideInput struct {
	RoleOverridePath
	If
}

type removeMemberOverrideInput struct {
	MemberOverridePath
	If
}

// RoleOverridePath is the override of a role in a channel.
type RoleOverridePath struct {
	ChannelPath
	RoleID ID `path:"role_id" doc:"A role; everyone's identifier is the server's"`
}

// MemberOverridePath is the override of a member in a channel.
type MemberOverridePath struct {
	ChannelPath
	MemberID ID `path:"member_id"`
}

type whyInput struct {
	ServerID   ID     `query:"server_id" doc:"Either this or channel_id"`
	ChannelID  ID     `query:"channel_id"`
	UserID     Person `query:"user_id" doc:"Who asks unless told; others need the permission manage_permissions"`
	Permission Right  `query:"permission" required:"true"`
}

func (a *api) permissionOperations() {
	const (
		role   = "/channels/{channel_id}/permissions/role/{role_id}"
		member = "/channels/{channel_id}/permissions/member/{member_id}"
		rule   = "Needs the permission manage_permissions, a higher rank, and the rights themselves. If-Match is the ETag of the channel."
	)
	stale := []int{http.StatusPreconditionFailed}
	relay[setRoleOverrideInput, Recorded](a, route{
		at: "PUT " + role, id: "set-role-override", tag: "channels", calls: "override.set", summary: "Set what a role may do in a channel", doc: rule, also: stale,
	})
	relay[setMemberOverrideInput, Recorded](a, route{
		at: "PUT " + member, id: "set-member-override", tag: "channels", calls: "override.set", summary: "Set what a member may do in a channel", doc: rule, also: stale,
	})
	relay[removeRoleOverrideInput, Recorded](a, route{
		at: "DELETE " + role, id: "remove-role-override", tag: "channels", calls: "override.remove", summary: "Let a role do in a channel what it may elsewhere", doc: rule, also: stale,
	})
	relay[removeMemberOverrideInput, Recorded](a, route{
		at: "DELETE " + member, id: "remove-member-override", tag: "channels", calls: "override.remove", summary: "Let a member do in a channel what his roles may", doc: rule, also: stale,
	})
	relay[whyInput, Explanation](a, route{
		at: "GET /permissions/why", id: "explain-permission", tag: "roles", calls: "permissions.why",
		summary: "Why somebody may do something, or not", also: []int{http.StatusForbidden, http.StatusNotFound},
	})
}
