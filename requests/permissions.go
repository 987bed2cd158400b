package requests

import (
	"context"

	"beep/chat"
)

type whyArgs struct {
	ServerID   chat.ServerID  `json:"server_id"`
	ChannelID  chat.ChannelID `json:"channel_id"`
	UserID     chat.UserID    `json:"user_id"`
	Permission string         `json:"permission"`
}

// Why answers why somebody may or may not do something: the outcome, and the
// steps of the rule that led to it.
type Why struct {
	Allowed bool        `json:"allowed"`
	Steps   []chat.Step `json:"steps"`
}

func explain(st *chat.Server, u chat.UserID, ch chat.ChannelID, now int64, want chat.Permission) Why {
	g, steps := chat.Explain(st, u, ch, now, want)
	return Why{Allowed: g.Member && g.Permissions.Has(want), Steps: steps}
}

// whyPermission explains one's own rights to everybody, others' to those who
// change rights there.
func (s *Service) whyPermission(ctx context.Context, who chat.UserID, a whyArgs) (any, error) {
	const op = "explain permission"
	want, err := chat.ParsePermission(op, a.Permission)
	if err != nil {
		return nil, err
	}
	if (a.ServerID == 0) == (a.ChannelID == 0) {
		return nil, chat.Errorf(chat.Invalid, op, "either server_id or channel_id must be given")
	}
	if a.UserID == 0 {
		a.UserID = who
	}
	var why Why
	look := func(l *looking) error {
		if a.UserID != who {
			if err := needs(op, l.can(a.ChannelID), chat.ManagePermissions); err != nil {
				return err
			}
		}
		why = explain(l.st, a.UserID, a.ChannelID, l.now, want)
		return nil
	}
	if a.ChannelID == 0 {
		return &why, s.inServer(ctx, op, who, a.ServerID, look)
	}
	_, err = s.inChannel(ctx, op, who, a.ChannelID, func(l *looking, _ *chat.Channel) error { return look(l) })
	return &why, err
}

// Why explains the rights of anybody anywhere: for the operator alone. The
// channel is 0 for rights in the server as a whole.
func (s *Service) Why(ctx context.Context, user chat.UserID, server chat.ServerID, ch chat.ChannelID, want chat.Permission) (Why, error) {
	t, err := s.cfg.Tenants.Acquire(ctx, server)
	if err != nil {
		return Why{}, err
	}
	defer t.Release()
	now := s.cfg.Now().UnixMilli()
	var why Why
	t.Read(func(st *chat.Server) { why = explain(st, user, ch, now, want) })
	return why, nil
}
