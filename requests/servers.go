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
	Picture     string          `json:"picture"`
	Banner      string          `json:"banner"`
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
		Name: a.Name, Description: a.Description, Visibility: a.Visibility, Picture: a.Picture, Banner: a.Banner,
		ChannelID: chat.ChannelID(s.cfg.NewID()), ChannelName: firstChannel,
	}
	_, err := s.askUser(ctx, who, &chat.StartJoin{Server: id, Create: plan})
	return serverReply{id}, err
}

type updateServerArgs struct {
	ServerID    chat.ServerID    `json:"server_id"`
	Name        *string          `json:"name"`
	Description *string          `json:"description"`
	Visibility  *chat.Visibility `json:"visibility"`
	Picture     *string          `json:"picture"`
	Banner      *string          `json:"banner"`
	Version     uint64           `json:"version"`
}

func (s *Service) updateServer(ctx context.Context, who chat.UserID, a updateServerArgs) (any, error) {
	return s.askServer(ctx, a.ServerID, &chat.UpdateServer{
		By: who, Name: a.Name, Description: a.Description, Visibility: a.Visibility,
		Picture: a.Picture, Banner: a.Banner, IfVersion: a.Version,
	})
}

type deleteServerArgs struct {
	ServerID chat.ServerID `json:"server_id"`
	Version  uint64        `json:"version"`
}

func (s *Service) deleteServer(ctx context.Context, who chat.UserID, a deleteServerArgs) (any, error) {
	return s.askServer(ctx, a.ServerID, &chat.DeleteServer{By: who, IfVersion: a.Version})
}

// memberArgs name a member of a server.
type memberArgs struct {
	ServerID chat.ServerID `json:"server_id"`
	UserID   chat.UserID   `json:"user_id"`
}

// check refuses what names nobody.
func (a memberArgs) check(op string) error {
	if a.UserID == 0 {
		return chat.Errorf(chat.Invalid, op, "user_id is missing")
	}
	return nil
}

func (s *Service) transferServer(ctx context.Context, who chat.UserID, a memberArgs) (any, error) {
	c := &chat.TransferOwnership{By: who, To: a.UserID}
	if err := a.check(c.CommandName()); err != nil {
		return nil, err
	}
	return s.askServer(ctx, a.ServerID, c)
}

type joinArgs struct {
	ServerID chat.ServerID `json:"server_id"`
	Code     string        `json:"code"`
}

// joinServer joins a public server, or the one that an invitation's code names.
func (s *Service) joinServer(ctx context.Context, who chat.UserID, a joinArgs) (any, error) {
	const op = "join server"
	id := a.ServerID
	if a.Code != "" {
		of, err := serverOfCode(op, a.Code)
		if err != nil {
			return nil, err
		}
		if id != 0 && id != of {
			return nil, chat.Errorf(chat.Invalid, op, "the code is of another server")
		}
		id = of
	}
	if id == 0 {
		return nil, chat.Errorf(chat.Invalid, op, "server_id or code is missing")
	}
	_, err := s.askUser(ctx, who, &chat.StartJoin{Server: id, Invitation: a.Code})
	return serverReply{id}, err
}

func (s *Service) leaveServer(ctx context.Context, who chat.UserID, a serverArgs) (any, error) {
	c := &chat.StartLeave{Server: a.ServerID}
	if a.ServerID == 0 {
		return nil, chat.Errorf(chat.Invalid, c.CommandName(), "server_id is missing")
	}
	_, err := s.askUser(ctx, who, c)
	return done{}, err
}

type browseArgs struct {
	Query string        `json:"query"`
	After chat.ServerID `json:"after"`
	Limit *int          `json:"limit"`
}

// serverSummary is a server as those outside see it.
type serverSummary struct {
	ID          chat.ServerID `json:"id"`
	Name        string        `json:"name"`
	Description string        `json:"description"`
	OwnerID     chat.UserID   `json:"owner_id"`
	Members     int           `json:"members"`
	CreatedAt   int64         `json:"created_at"`
	Picture     string        `json:"picture"`
	Banner      string        `json:"banner"`
}

func (s *Service) browseServers(ctx context.Context, _ chat.UserID, a browseArgs) (any, error) {
	const op = "browse servers"
	limit, err := pageLimit(op, a.Limit, defaultBrowse)
	if err != nil {
		return nil, err
	}
	if err := checkQuery(op, a.Query); err != nil {
		return nil, err
	}
	found, err := s.cfg.Read.PublicServers(ctx, a.Query, a.After, limit)
	if err != nil {
		return nil, err
	}
	list := make([]serverSummary, len(found))
	for i, f := range found {
		list[i] = summaryOf(f)
	}
	return map[string]any{"servers": list}, nil
}

func summaryOf(f store.ServerSummary) serverSummary {
	return serverSummary{
		ID: f.ID, Name: f.Name, Description: f.Description, OwnerID: f.OwnerID, Members: f.Members, CreatedAt: f.CreatedAt,
		Picture: f.Picture, Banner: f.Banner,
	}
}

func checkQuery(op, query string) error {
	if len(query) > maxQuery {
		return chat.Errorf(chat.TooLarge, op, "a query may have at most %d bytes", maxQuery)
	}
	return nil
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
