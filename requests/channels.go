package requests

import (
	"context"

	"beep/chat"
	"beep/wire"
)

type createChannelArgs struct {
	ServerID    chat.ServerID    `json:"server_id"`
	Name        string           `json:"name"`
	Type        chat.ChannelType `json:"type"`
	Topic       string           `json:"topic"`
	ParentID    clearable        `json:"parent_id"`
	SlowMode    int              `json:"slow_mode"`
	Private     bool             `json:"private"`
	Permissions []overrideArgs   `json:"permissions"`
}

type channelReply struct {
	ID chat.ChannelID `json:"id"`
}

func (s *Service) createChannel(ctx context.Context, who chat.UserID, a createChannelArgs) (any, error) {
	c := &chat.CreateChannel{
		By: who, ID: chat.ChannelID(s.cfg.NewID()), Name: a.Name, Type: a.Type, Topic: a.Topic,
		Parent: chat.ChannelID(a.ParentID), SlowMode: a.SlowMode, Private: a.Private,
	}
	switch a.Type {
	case "", chat.TextChannel, chat.ConferenceChannel, chat.CategoryChannel:
	case chat.ThreadChannel:
		return nil, chat.Errorf(chat.Invalid, c.CommandName(), "threads are made by thread.create")
	default:
		return nil, chat.Errorf(chat.Invalid, c.CommandName(), "type is %q, %q or %q", chat.TextChannel, chat.ConferenceChannel, chat.CategoryChannel)
	}
	for _, o := range a.Permissions {
		c.Overrides = append(c.Overrides, o.override(0))
	}
	_, err := s.askServer(ctx, a.ServerID, c)
	return channelReply{c.ID}, err
}

func (s *Service) getChannel(ctx context.Context, who chat.UserID, a channelArgs) (any, error) {
	var card wire.ChannelCard
	_, err := s.inChannel(ctx, "get channel", who, a.ChannelID, func(l *looking, c *chat.Channel) error {
		card = l.channel(c, l.can(c.ID).Has(chat.ManagePermissions))
		return nil
	})
	return map[string]any{"channel": card}, err
}

type updateChannelArgs struct {
	ChannelID chat.ChannelID `json:"channel_id"`
	Name      *string        `json:"name"`
	Topic     *string        `json:"topic"`
	ParentID  *clearable     `json:"parent_id"`
	Position  *int           `json:"position"`
	SlowMode  *int           `json:"slow_mode"`
	Archived  *bool          `json:"archived"`
	Version   uint64         `json:"version"`
}

func (s *Service) updateChannel(ctx context.Context, who chat.UserID, a updateChannelArgs) (any, error) {
	return s.askServerOf(ctx, who, a.ChannelID, &chat.UpdateChannel{
		By: who, ID: a.ChannelID, Name: a.Name, Topic: a.Topic, Parent: (*chat.ChannelID)(a.ParentID),
		Position: a.Position, SlowMode: a.SlowMode, Archived: a.Archived, IfVersion: a.Version,
	})
}

type deleteChannelArgs struct {
	ChannelID chat.ChannelID `json:"channel_id"`
	Version   uint64         `json:"version"`
}

func (s *Service) deleteChannel(ctx context.Context, who chat.UserID, a deleteChannelArgs) (any, error) {
	return s.askServerOf(ctx, who, a.ChannelID, &chat.DeleteChannel{By: who, ID: a.ChannelID, IfVersion: a.Version})
}

// participantArgs name somebody in a channel.
type participantArgs struct {
	ChannelID chat.ChannelID `json:"channel_id"`
	UserID    chat.UserID    `json:"user_id"`
}

func (s *Service) addToChannel(ctx context.Context, who chat.UserID, a participantArgs) (any, error) {
	c := &chat.AddToChannel{By: who, Channel: a.ChannelID, User: a.UserID}
	if a.UserID == 0 {
		return nil, chat.Errorf(chat.Invalid, c.CommandName(), "user_id is missing")
	}
	return s.askServerOf(ctx, who, a.ChannelID, c)
}

// confers reports whether people meet in a channel of this type.
func confers(t chat.ChannelType) bool { return t == chat.ConferenceChannel || t == chat.DirectChannel }

// joinChannel joins a conference. In every other channel that he sees a member
// is already.
func (s *Service) joinChannel(ctx context.Context, who chat.UserID, a channelArgs) (any, error) {
	typ, id, err := s.typeOf(ctx, "join channel", who, a.ChannelID)
	if err != nil || !confers(typ) {
		return numberReply{}, err
	}
	v, err := s.cfg.Place.Ask(ctx, chat.ChannelKey(id, a.ChannelID), &chat.JoinConference{
		By: who, Channel: a.ChannelID, SystemID: chat.MessageID(s.cfg.NewID()),
	})
	return number(v), err
}

// leaveChannel leaves a conference, or gives up the place in a private channel.
func (s *Service) leaveChannel(ctx context.Context, who chat.UserID, a channelArgs) (any, error) {
	typ, id, err := s.typeOf(ctx, "leave channel", who, a.ChannelID)
	if err != nil {
		return nil, err
	}
	if !confers(typ) {
		return s.askServer(ctx, id, &chat.LeaveChannel{By: who, Channel: a.ChannelID})
	}
	v, err := s.cfg.Place.Ask(ctx, chat.ChannelKey(id, a.ChannelID), &chat.LeaveConference{By: who, Channel: a.ChannelID})
	return number(v), err
}

// typeOf is the type of a channel that who sees, and its server.
func (s *Service) typeOf(ctx context.Context, op string, who chat.UserID, ch chat.ChannelID) (typ chat.ChannelType, id chat.ServerID, err error) {
	id, err = s.inChannel(ctx, op, who, ch, func(_ *looking, c *chat.Channel) error {
		typ = c.Type
		return nil
	})
	return typ, id, err
}

func (s *Service) conferenceMembers(ctx context.Context, who chat.UserID, a channelArgs) (any, error) {
	c := &chat.GetConference{By: who, Channel: a.ChannelID}
	v, err := s.channelSays(ctx, who, a.ChannelID, c)
	users, err := answered[[]chat.UserID](c.CommandName(), v, err)
	if users == nil {
		users = []chat.UserID{}
	}
	return map[string][]chat.UserID{"user_ids": users}, err
}

func (s *Service) removeFromConference(ctx context.Context, who chat.UserID, a participantArgs) (any, error) {
	c := &chat.LeaveConference{By: who, Channel: a.ChannelID, User: a.UserID}
	if a.UserID == 0 {
		return nil, chat.Errorf(chat.Invalid, c.CommandName(), "user_id is missing")
	}
	return s.askChannel(ctx, who, a.ChannelID, c)
}

type threadArgs struct {
	ChannelID chat.ChannelID `json:"channel_id"`
	MessageID chat.MessageID `json:"message_id"`
	Name      string         `json:"name"`
}

// createThread ties a thread to a channel, and to a message of it that who sees.
func (s *Service) createThread(ctx context.Context, who chat.UserID, a threadArgs) (any, error) {
	if a.MessageID != 0 {
		if _, err := s.message(ctx, who, a.ChannelID, a.MessageID); err != nil {
			return nil, err
		}
	}
	id := chat.ChannelID(s.cfg.NewID())
	_, err := s.askServerOf(ctx, who, a.ChannelID, &chat.CreateChannel{
		By: who, ID: id, Name: a.Name, Type: chat.ThreadChannel, Parent: a.ChannelID, Message: a.MessageID,
		SystemID: chat.MessageID(s.cfg.NewID()),
	})
	return channelReply{id}, err
}
