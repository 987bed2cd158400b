package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"beep/chat"
)

func roleCommands() []command {
	return []command{
		{"role", "list", "the roles of this server, highest first", (*session).cmdRole},
		{"role create", "ROLE [PERMISSION…]", "make a role", nil},
		{"role give", "ROLE NAME", "give somebody a role", nil},
		{"role take", "ROLE NAME", "take it from him", nil},
		{"role allow", "ROLE PERMISSION…", "let the role do something", nil},
		{"role deny", "ROLE PERMISSION…", "and no more", nil},
		{"role delete", "ROLE", "delete a role", nil},
	}
}

func (s *session) cmdRole(arg string) bool {
	act, rest := firstWord(arg)
	if act == "list" || act == "" {
		s.listRoles()
		return true
	}
	list := words(rest)
	if len(list) == 0 {
		return false
	}
	srv, ok := s.inServer()
	if !ok {
		return true
	}
	if act == "create" {
		return s.makeRole(obj{"server_id": srv.ID, "name": list[0], "permissions": list[1:]})
	}
	role, ok := s.findRole(list[0])
	if !ok {
		s.warn("there is no role " + clean(list[0]) + "; /role list shows them")
		return true
	}
	return s.changeRole(act, role, list[1:])
}

// makeRole makes a role; its own event tells of it.
func (s *session) makeRole(in obj) bool {
	return lookUp(s, "role.create", in, nil, func(made *struct {
		ID chat.RoleID `json:"id"`
	}) {
		srv, _ := s.c.State().Server(s.server)
		if !slices.ContainsFunc(srv.Roles, func(r chat.Role) bool { return r.ID == made.ID }) {
			s.wantRole = made.ID
		}
	})
}

func (s *session) changeRole(act string, role chat.Role, rest []string) bool {
	in := obj{"server_id": s.server}
	switch {
	case act == "delete" && len(rest) == 0:
		in["role_id"] = role.ID
		return s.ask("role.delete", in, "")
	case (act == "give" || act == "take") && len(rest) == 1:
		return s.withUser(rest[0], func(ctx context.Context, id chat.UserID) func() {
			in["user_id"] = id
			in[map[string]string{"give": "add", "take": "remove"}[act]] = []chat.RoleID{role.ID}
			return s.asked(ctx, "member.roles", in, "")
		})
	case (act == "allow" || act == "deny") && len(rest) > 0:
		names := chat.Permission(role.Permissions).Names()
		if act == "allow" {
			names = append(names, rest...)
		} else {
			names = slices.DeleteFunc(names, func(n string) bool { return slices.Contains(rest, n) })
		}
		in["role_id"], in["permissions"], in["version"] = role.ID, names, role.Version
		return s.ask("role.update", in, "")
	}
	return false
}

func (s *session) listRoles() {
	srv, ok := s.inServer()
	if !ok {
		return
	}
	slices.SortFunc(srv.Roles, func(a, b chat.Role) int { return cmp.Compare(b.Position, a.Position) })
	for _, r := range srv.Roles {
		may := strings.Join(chat.Permission(r.Permissions).Names(), ", ")
		s.scr.Print(fmt.Sprintf("     %s  %s", s.scr.Colour(bold, clean(r.Name)), s.scr.Colour(dim, may)))
	}
}

// findRole finds a role of this server by its name.
func (s *session) findRole(name string) (chat.Role, bool) {
	srv, _ := s.c.State().Server(s.server)
	for _, r := range srv.Roles {
		if strings.EqualFold(r.Name, strings.TrimPrefix(name, "@")) {
			return r, true
		}
	}
	return chat.Role{}, false
}

func (s *session) roleName(id chat.RoleID) string {
	srv, _ := s.c.State().Server(s.server)
	for _, r := range srv.Roles {
		if r.ID == id {
			return r.Name
		}
	}
	return "role " + id.String()
}
