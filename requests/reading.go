package requests

import (
	"context"
	"encoding/json"

	"beep/chat"
	"beep/subjects"
)

// startTyping tells the channel's listeners; whoever misses it misses nothing.
func (s *Service) startTyping(ctx context.Context, who chat.UserID, a channelArgs) (any, error) {
	const op = "start typing"
	id, err := s.inChannel(ctx, op, who, a.ChannelID, func(l *looking, c *chat.Channel) error {
		if !c.Type.HasMessages() {
			return absentChannel(op)
		}
		return needs(op, l.can(c.ID), chat.SendMessages)
	})
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(map[string]chat.UserID{"user_id": who})
	if err != nil {
		return nil, err
	}
	if err := s.cfg.Live.PublishLive(subjects.Typing(id, a.ChannelID), data); err != nil {
		return nil, &chat.Error{Kind: chat.Unavailable, Op: op, Message: "temporarily unavailable", Err: err}
	}
	return done{}, nil
}

type readArgs struct {
	ChannelID chat.ChannelID `json:"channel_id"`
	Seq       uint64         `json:"seq"`
}

func (s *Service) setRead(ctx context.Context, who chat.UserID, a readArgs) (any, error) {
	id, err := s.inChannel(ctx, "set read position", who, a.ChannelID, func(*looking, *chat.Channel) error { return nil })
	if err != nil {
		return nil, err
	}
	_, err = s.askUser(ctx, who, &chat.SetRead{Server: id, Channel: a.ChannelID, Seq: a.Seq})
	return done{}, err
}

type levelArgs struct {
	ServerID  chat.ServerID          `json:"server_id"`
	ChannelID chat.ChannelID         `json:"channel_id"`
	Level     chat.NotificationLevel `json:"level"`
}

func (s *Service) setNotification(ctx context.Context, who chat.UserID, a levelArgs) (any, error) {
	c := &chat.SetNotificationLevel{Server: a.ServerID, Channel: a.ChannelID, Level: a.Level}
	if (a.ServerID == 0) == (a.ChannelID == 0) {
		return nil, chat.Errorf(chat.Invalid, c.CommandName(), "either server_id or channel_id must be given")
	}
	if a.ChannelID != 0 {
		id, err := s.inChannel(ctx, c.CommandName(), who, a.ChannelID, func(*looking, *chat.Channel) error { return nil })
		if err != nil {
			return nil, err
		}
		c.Server = id
	}
	_, err := s.askUser(ctx, who, c)
	return done{}, err
}

type snoozeArgs struct {
	Until int64 `json:"until"`
}

func (s *Service) snooze(ctx context.Context, who chat.UserID, a snoozeArgs) (any, error) {
	_, err := s.askUser(ctx, who, &chat.SnoozeNotifications{Until: a.Until})
	return done{}, err
}
