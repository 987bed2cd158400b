package requests

import (
	"context"
	"encoding/json"

	"beep/chat"
	"beep/subjects"
)

type membersArgs struct {
	ServerID chat.ServerID `json:"server_id"`
	After    chat.UserID   `json:"after"`
	Limit    *int          `json:"limit"`
}

type memberReply struct {
	UserID   chat.UserID `json:"user_id"`
	Username string      `json:"username"`
	JoinedAt int64       `json:"joined_at"`
	Status   string      `json:"status"`
}

func (s *Service) listMembers(ctx context.Context, who chat.UserID, a membersArgs) (any, error) {
	const op = "list members"
	limit, err := pageLimit(op, a.Limit, maxPage)
	if err != nil {
		return nil, err
	}
	g, err := s.grant(ctx, op, who, a.ServerID, 0)
	if err != nil {
		return nil, err
	}
	// Whoever has heard of a member finds him in the list.
	err = s.caughtUp(ctx, op, g.ServerNumber, func() (uint64, error) {
		return s.cfg.Read.Applied(ctx, chat.ServerKey(a.ServerID))
	})
	if err != nil {
		return nil, err
	}
	members, err := s.cfg.Read.Members(ctx, a.ServerID, a.After, limit)
	if err != nil {
		return nil, err
	}
	list := make([]memberReply, len(members))
	for i, m := range members {
		list[i] = memberReply{m.UserID, m.Username, m.JoinedAt, "offline"}
		if s.cfg.Presence.Online(a.ServerID, m.UserID) {
			list[i].Status = "online"
		}
	}
	return map[string]any{"members": list}, nil
}

type usersArgs struct {
	UserIDs []chat.UserID `json:"user_ids"`
}

type userReply struct {
	ID        chat.UserID `json:"id"`
	Username  string      `json:"username"`
	FirstName string      `json:"first_name,omitempty"`
	LastName  string      `json:"last_name,omitempty"`
}

func (s *Service) getUsers(ctx context.Context, _ chat.UserID, a usersArgs) (any, error) {
	if len(a.UserIDs) > maxPage {
		return nil, chat.Errorf(chat.Invalid, "get users", "at most %d users at once", maxPage)
	}
	found, err := s.cfg.Read.Users(ctx, a.UserIDs)
	if err != nil {
		return nil, err
	}
	list := make([]userReply, len(found))
	for i, f := range found {
		list[i] = userReply{f.ID, f.Username, f.FirstName, f.LastName}
	}
	return map[string]any{"users": list}, nil
}

type typingArgs struct {
	ChannelID chat.ChannelID `json:"channel_id"`
}

// startTyping tells the channel's listeners; whoever misses it misses nothing.
func (s *Service) startTyping(ctx context.Context, who chat.UserID, a typingArgs) (any, error) {
	const op = "start typing"
	id, err := s.serverOf(ctx, op, who, a.ChannelID)
	if err != nil {
		return nil, err
	}
	g, err := s.grant(ctx, op, who, id, a.ChannelID)
	if err != nil {
		return nil, err
	}
	if !g.Permissions.Has(chat.SendMessages) {
		return nil, chat.Errorf(chat.Forbidden, op, "needs the permission send_messages")
	}
	data, err := json.Marshal(map[string]chat.UserID{"user_id": who})
	if err != nil {
		return nil, err
	}
	if err := s.cfg.Live.PublishLive(subjects.Typing(id, a.ChannelID), data); err != nil {
		return nil, &chat.Error{Kind: chat.Unavailable, Op: op, Message: "temporarily unavailable", Err: err}
	}
	return struct{}{}, nil
}

type readArgs struct {
	ChannelID chat.ChannelID `json:"channel_id"`
	Seq       uint64         `json:"seq"`
}

func (s *Service) setRead(ctx context.Context, who chat.UserID, a readArgs) (any, error) {
	const op = "set read position"
	id, err := s.serverOf(ctx, op, who, a.ChannelID)
	if err != nil {
		return nil, err
	}
	if _, err := s.grant(ctx, op, who, id, a.ChannelID); err != nil {
		return nil, err
	}
	_, err = s.cfg.Place.Ask(ctx, chat.UserKey(who), &chat.SetRead{Server: id, Channel: a.ChannelID, Seq: a.Seq})
	return struct{}{}, err
}
