package requests

import (
	"context"

	"beep/chat"
	"beep/wire"
)

func (s *Service) listRoles(ctx context.Context, who chat.UserID, a serverArgs) (any, error) {
	var list []wire.RoleCard
	err := s.inRealServer(ctx, "list roles", who, a.ServerID, func(l *looking) error {
		list = l.roles()
		return nil
	})
	return map[string]any{"roles": list}, err
}

type createRoleArgs struct {
	ServerID    chat.ServerID `json:"server_id"`
	Name        string        `json:"name"`
	Color       uint32        `json:"color"`
	Permissions rights        `json:"permissions"`
	Mentionable bool          `json:"mentionable"`
}

type roleReply struct {
	ID chat.RoleID `json:"id"`
}

func (s *Service) createRole(ctx context.Context, who chat.UserID, a createRoleArgs) (any, error) {
	id := chat.RoleID(s.cfg.NewID())
	_, err := s.askServer(ctx, a.ServerID, &chat.CreateRole{By: who, ID: id, RoleSettings: chat.RoleSettings{
		Name: a.Name, Color: a.Color, Permissions: chat.Rights(a.Permissions), Mentionable: a.Mentionable,
	}})
	return roleReply{id}, err
}

type updateRoleArgs struct {
	ServerID    chat.ServerID `json:"server_id"`
	RoleID      chat.RoleID   `json:"role_id"`
	Name        *string       `json:"name"`
	Color       *uint32       `json:"color"`
	Permissions *rights       `json:"permissions"`
	Mentionable *bool         `json:"mentionable"`
	Version     uint64        `json:"version"`
}

func (s *Service) updateRole(ctx context.Context, who chat.UserID, a updateRoleArgs) (any, error) {
	return s.askServer(ctx, a.ServerID, &chat.UpdateRole{
		By: who, ID: a.RoleID, Name: a.Name, Color: a.Color, Permissions: (*chat.Permission)(a.Permissions),
		Mentionable: a.Mentionable, IfVersion: a.Version,
	})
}

type deleteRoleArgs struct {
	ServerID chat.ServerID `json:"server_id"`
	RoleID   chat.RoleID   `json:"role_id"`
	Version  uint64        `json:"version"`
}

func (s *Service) deleteRole(ctx context.Context, who chat.UserID, a deleteRoleArgs) (any, error) {
	return s.askServer(ctx, a.ServerID, &chat.DeleteRole{By: who, ID: a.RoleID, IfVersion: a.Version})
}

type orderRolesArgs struct {
	ServerID chat.ServerID `json:"server_id"`
	Order    []chat.RoleID `json:"order"`
}

func (s *Service) orderRoles(ctx context.Context, who chat.UserID, a orderRolesArgs) (any, error) {
	if len(a.Order) > chat.MaxRolesPerServer {
		return nil, chat.Errorf(chat.Invalid, "order roles", "a server has at most %d roles", chat.MaxRolesPerServer)
	}
	return s.askServer(ctx, a.ServerID, &chat.OrderRoles{By: who, Order: a.Order})
}
