package requests

import (
	"context"

	"beep/chat"
)

type createGroupArgs struct {
	UserIDs []chat.UserID `json:"user_ids"`
	Name    string        `json:"name"`
}

type groupReply struct {
	ID        chat.ServerID  `json:"id"`
	ChannelID chat.ChannelID `json:"channel_id"`
}

// createGroup begins a conversation with friends; that they are, and their
// names, the user's own actor knows.
func (s *Service) createGroup(ctx context.Context, who chat.UserID, a createGroupArgs) (any, error) {
	const op = "create conversation"
	if len(a.UserIDs) == 0 || len(a.UserIDs) >= chat.MaxGroupMembers {
		return nil, chat.Errorf(chat.Invalid, op, "user_ids must be 1 to %d friends", chat.MaxGroupMembers-1)
	}
	if err := s.mayRing(ctx, op, who); err != nil {
		return nil, err
	}
	r := groupReply{chat.ServerID(s.cfg.NewID()), chat.ChannelID(s.cfg.NewID())}
	plan := &chat.ServerPlan{
		Name: a.Name, Visibility: chat.Private, ChannelID: r.ChannelID, Group: make([]chat.Recipient, len(a.UserIDs)),
	}
	for i, u := range a.UserIDs {
		plan.Group[i].UserID = u
	}
	_, err := s.askUser(ctx, who, &chat.StartJoin{Server: r.ID, Create: plan})
	return r, err
}

func (s *Service) addToGroup(ctx context.Context, who chat.UserID, a memberArgs) (any, error) {
	c := &chat.StartAddRecipient{Server: a.ServerID, Friend: a.UserID}
	if err := a.check(c.CommandName()); err != nil {
		return nil, err
	}
	if err := s.mayRing(ctx, c.CommandName(), who); err != nil {
		return nil, err
	}
	return s.askUser(ctx, who, c)
}

type renameGroupArgs struct {
	ServerID chat.ServerID `json:"server_id"`
	Name     string        `json:"name"`
}

func (s *Service) renameGroup(ctx context.Context, who chat.UserID, a renameGroupArgs) (any, error) {
	c := &chat.UpdateServer{By: who, Name: &a.Name}
	if err := s.inGroup(ctx, c.CommandName(), who, a.ServerID); err != nil {
		return nil, err
	}
	return s.askServer(ctx, a.ServerID, c)
}

func (s *Service) leaveGroup(ctx context.Context, who chat.UserID, a serverArgs) (any, error) {
	c := &chat.StartLeave{Server: a.ServerID}
	if err := s.inGroup(ctx, c.CommandName(), who, a.ServerID); err != nil {
		return nil, err
	}
	_, err := s.askUser(ctx, who, c)
	return done{}, err
}

func (s *Service) removeFromGroup(ctx context.Context, who chat.UserID, a memberArgs) (any, error) {
	c := &chat.KickMember{By: who, User: a.UserID}
	if err := a.check(c.CommandName()); err != nil {
		return nil, err
	}
	if err := s.inGroup(ctx, c.CommandName(), who, a.ServerID); err != nil {
		return nil, err
	}
	return s.askServer(ctx, a.ServerID, c)
}

// inGroup refuses what is no direct conversation of who: requests about those
// must not act on servers.
func (s *Service) inGroup(ctx context.Context, op string, who chat.UserID, id chat.ServerID) error {
	return s.inServer(ctx, op, who, id, func(l *looking) error {
		if l.st.Kind == chat.ServerOfMembers {
			return chat.Errorf(chat.NotFound, op, "there is no such conversation")
		}
		return nil
	})
}
