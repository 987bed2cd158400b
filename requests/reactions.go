package requests

import (
	"context"

	"beep/chat"
)

type reactionArgs struct {
	ChannelID chat.ChannelID `json:"channel_id"`
	MessageID chat.MessageID `json:"message_id"`
	Emoji     string         `json:"emoji"`
}

type unreactArgs struct {
	reactionArgs
	UserID chat.UserID `json:"user_id"`
}

func (s *Service) addReaction(ctx context.Context, who chat.UserID, a reactionArgs) (any, error) {
	return s.askChannel(ctx, who, a.ChannelID, &chat.React{By: who, Channel: a.ChannelID, Message: a.MessageID, Emoji: a.Emoji})
}

func (s *Service) removeReaction(ctx context.Context, who chat.UserID, a unreactArgs) (any, error) {
	return s.askChannel(ctx, who, a.ChannelID, &chat.React{
		By: who, Channel: a.ChannelID, Message: a.MessageID, Emoji: a.Emoji, Remove: true, User: a.UserID,
	})
}

func (s *Service) listReaction(ctx context.Context, who chat.UserID, a reactionArgs) (any, error) {
	m, err := s.message(ctx, who, a.ChannelID, a.MessageID)
	if err != nil {
		return nil, err
	}
	users := []chat.UserID{}
	for i := range m.Reactions {
		if m.Reactions[i].Emoji == a.Emoji {
			users = m.Reactions[i].Users
		}
	}
	return map[string][]chat.UserID{"user_ids": users}, nil
}

type voteArgs struct {
	ChannelID chat.ChannelID `json:"channel_id"`
	MessageID chat.MessageID `json:"message_id"`
	Options   []int          `json:"options"`
}

func (s *Service) votePoll(ctx context.Context, who chat.UserID, a voteArgs) (any, error) {
	return s.askChannel(ctx, who, a.ChannelID, &chat.VotePoll{By: who, Channel: a.ChannelID, Message: a.MessageID, Options: a.Options})
}

func (s *Service) closePoll(ctx context.Context, who chat.UserID, a messageArgs) (any, error) {
	return s.askChannel(ctx, who, a.ChannelID, &chat.ClosePoll{By: who, Channel: a.ChannelID, Message: a.MessageID})
}
