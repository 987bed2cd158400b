package requests

import (
	"context"

	"beep/chat"
)

// overrideArgs are an override as callers write it.
type overrideArgs struct {
	RoleID   chat.RoleID `json:"role_id"`
	MemberID chat.UserID `json:"member_id"`
	Allow    rights      `json:"allow"`
	Deny     rights      `json:"deny"`
}

func (a *overrideArgs) override(ch chat.ChannelID) chat.Override {
	return chat.Override{
		ChannelID: ch, RoleID: a.RoleID, MemberID: a.MemberID, Allow: chat.Rights(a.Allow), Deny: chat.Rights(a.Deny),
	}
}

type setOverrideArgs struct {
	ChannelID chat.ChannelID `json:"channel_id"`
	overrideArgs
	Version uint64 `json:"version"`
}

func (s *Service) setOverride(ctx context.Context, who chat.UserID, a setOverrideArgs) (any, error) {
	return s.askServerOf(ctx, who, a.ChannelID, &chat.SetOverride{
		By: who, Override: a.override(a.ChannelID), IfVersion: a.Version,
	})
}

type removeOverrideArgs struct {
	ChannelID chat.ChannelID `json:"channel_id"`
	RoleID    chat.RoleID    `json:"role_id"`
	MemberID  chat.UserID    `json:"member_id"`
	Version   uint64         `json:"version"`
}

func (s *Service) removeOverride(ctx context.Context, who chat.UserID, a removeOverrideArgs) (any, error) {
	return s.askServerOf(ctx, who, a.ChannelID, &chat.RemoveOverride{
		By: who, Channel: a.ChannelID, RoleID: a.RoleID, MemberID: a.MemberID, IfVersion: a.Version,
	})
}
