package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"beep/chat"
)

type listRolesInput struct {
	ServerPath
	Unless
}

type createRoleInput struct {
	ServerPath
	Body struct {
		Name        string  `json:"name" minLength:"1" maxLength:"100"`
		Color       uint32  `json:"color,omitempty" maximum:"16777215" doc:"0xRRGGBB, 0 for none"`
		Permissions []Right `json:"permissions,omitempty" nullable:"false" maxItems:"64"`
		Mentionable bool    `json:"mentionable,omitempty" doc:"By everybody, not only with mention_everyone"`
	} `contentType:"application/json"`
}

// RolePath is a role in the path.
type RolePath struct {
	ServerPath
	RoleID ID `path:"role_id" doc:"everyone's identifier is the server's"`
}

type getRoleInput struct {
	RolePath
	Unless
}

type updateRoleInput struct {
	RolePath
	If
	Body struct {
		Name        string  `json:"name,omitempty" minLength:"1" maxLength:"100"`
		Color       uint32  `json:"color,omitempty" maximum:"16777215"`
		Permissions []Right `json:"permissions,omitempty" nullable:"false" maxItems:"64" doc:"All that the role is to have"`
		Mentionable bool    `json:"mentionable,omitempty"`
	} `contentType:"application/json"`
}

type deleteRoleInput struct {
	RolePath
	If
}

type orderRolesInput struct {
	ServerPath
	Body struct {
		Order []ID `json:"order" nullable:"false" maxItems:"250" doc:"All roles but everyone, lowest first"`
	} `contentType:"application/json"`
}

func (a *api) roleOperations() {
	const (
		roles = "/servers/{server_id}/roles"
		rule  = "Needs the permission manage_roles and a higher rank than the role."
	)
	relayVersion[listRolesInput, Roles](a, route{
		at: "GET " + roles, id: "list-roles", tag: "roles", calls: "role.list", summary: "Roles of a server", doc: "Highest first.",
	})
	relay[createRoleInput, Identified](a, route{
		at: "POST " + roles, id: "create-role", tag: "roles", calls: "role.create", summary: "Create a role", status: http.StatusCreated,
		doc: "It has the lowest rank. Needs the permission manage_roles.",
	})
	relay[orderRolesInput, Recorded](a, route{
		at: "PUT " + roles + "/order", id: "order-roles", tag: "roles", calls: "role.order", summary: "Give the roles their ranks",
		doc: "What is at or above one's own rank must stay where it is.",
	})
	role := calling(secured("get-role", http.MethodGet, roles+"/{role_id}", "roles", "A role"), "role.list")
	register(a, withStatuses(role, http.StatusNotModified), a.getRole)
	relayChange[updateRoleInput](a, route{
		at: "PATCH " + roles + "/{role_id}", id: "update-role", tag: "roles", calls: "role.update", summary: "Change a role", doc: rule,
	})
	relayChange[deleteRoleInput](a, route{
		at: "DELETE " + roles + "/{role_id}", id: "delete-role", tag: "roles", calls: "role.delete", summary: "Delete a role", doc: rule,
	})
}

// getRole is role.list and one of them: roles are few.
func (a *api) getRole(ctx context.Context, c caller, in *getRoleInput) (*tagged[Role], error) {
	server, _, err := in.ServerID.argument(c)
	if err != nil {
		return nil, err
	}
	var list struct{ Roles []json.RawMessage }
	if err := a.request(ctx, c.user, "role.list", map[string]any{"server_id": server}, &list); err != nil {
		return nil, err
	}
	for _, data := range list.Roles {
		var role Role
		if err := json.Unmarshal(data, &role); err != nil {
			return nil, fmt.Errorf("read answer: %w", err)
		}
		if role.ID != string(in.RoleID) {
			continue
		}
		tag := entityTag(role.Version, data)
		if tag != "" && matches(in.IfNoneMatch, tag) {
			return nil, notModified(tag)
		}
		return &tagged[Role]{tag, raw[Role]{data}}, nil
	}
	return nil, chat.Errorf(chat.NotFound, "get role", "there is no such role")
}
