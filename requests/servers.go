package requests

import (
	"context"

	"beep/chat"
	"beep/store"
)

// firstChannel is the name of the channel that every server begins with.
const firstChannel = "general"

// Limits of pages of servers, members and users.
const (
	maxPage       = 100
	defaultBrowse = 50
	maxQuery      = 100
)

type createServerArgs struct {
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Visibility  chat.Visibility `json:"visibility"`
}

type serverReply struct {
	ID chat.ServerID `json:"id"`
}

type serverArgs struct {
	ServerID chat.ServerID `json:"server_id"`
}

func (s *Service) createServer(ctx context.Context, who chat.UserID, a createServerArgs) (any, error) {
	id := chat.ServerID(s.cfg.NewID())
	plan := &chat.ServerPlan{
		Name: a.Name, Description: a.Description, Visibility: a.Visibility,
		ChannelID: chat.ChannelID(s.cfg.NewID()), ChannelName: firstChannel,
	}
	_, err := s.cfg.Place.Ask(ctx, chat.UserKey(who), &chat.StartJoin{Server: id, Create: plan})
	return serverReply{id}, err
}

func (s *Service) joinServer(ctx context.Context, who chat.UserID, a serverArgs) (any, error) {
	if a.ServerID == 0 {
		return nil, chat.Errorf(chat.Invalid, "join server", "server_id is missing")
	}
	_, err := s.cfg.Place.Ask(ctx, chat.UserKey(who), &chat.StartJoin{Server: a.ServerID})
	return serverReply{a.ServerID}, err
}

func (s *Service) leaveServer(ctx context.Context, who chat.UserID, a serverArgs) (any, error) {
	if a.ServerID == 0 {
		return nil, chat.Errorf(chat.Invalid, "leave server", "server_id is missing")
	}
	_, err := s.cfg.Place.Ask(ctx, chat.UserKey(who), &chat.StartLeave{Server: a.ServerID})
	return struct{}{}, err
}

type browseArgs struct {
	Query string        `json:"query"`
	After chat.ServerID `json:"after"`
	Limit *int          `json:"limit"`
}

type serverSummary struct {
	ID          chat.ServerID `json:"id"`
	Name        string        `json:"name"`
	Description string        `json:"description"`
	OwnerID     chat.UserID   `json:"owner_id"`
	Members     int           `json:"members"`
	CreatedAt   int64         `json:"created_at"`
}

func (s *Service) browseServers(ctx context.Context, _ chat.UserID, a browseArgs) (any, error) {
	const op = "browse servers"
	limit, err := pageLimit(op, a.Limit, defaultBrowse)
	if err != nil {
		return nil, err
	}
	if len(a.Query) > maxQuery {
		return nil, chat.Errorf(chat.TooLarge, op, "a query may have at most %d bytes", maxQuery)
	}
	found, err := s.cfg.Read.PublicServers(ctx, a.Query, a.After, limit)
	if err != nil {
		return nil, err
	}
	list := make([]serverSummary, len(found))
	for i, f := range found {
		list[i] = summary(f)
	}
	return map[string]any{"servers": list}, nil
}

func summary(f store.ServerSummary) serverSummary {
	return serverSummary{
		ID: f.ID, Name: f.Name, Description: f.Description, OwnerID: f.OwnerID, Members: f.Members, CreatedAt: f.CreatedAt,
	}
}

func pageLimit(op string, limit *int, def int) (int, error) {
	if limit == nil {
		return def, nil
	}
	if *limit < 1 || *limit > maxPage {
		return 0, chat.Errorf(chat.Invalid, op, "limit must be 1 to %d", maxPage)
	}
	return *limit, nil
}

type createChannelArgs struct {
	ServerID chat.ServerID `json:"server_id"`
	Name     string        `json:"name"`
}

type channelReply struct {
	ID chat.ChannelID `json:"id"`
}

func (s *Service) createChannel(ctx context.Context, who chat.UserID, a createChannelArgs) (any, error) {
	if a.ServerID == 0 {
		return nil, chat.Errorf(chat.Invalid, "create channel", "server_id is missing")
	}
	id := chat.ChannelID(s.cfg.NewID())
	_, err := s.cfg.Place.Ask(ctx, chat.ServerKey(a.ServerID), &chat.CreateChannel{By: who, ID: id, Name: a.Name})
	return channelReply{id}, err
}
