package requests

import (
	"context"

	"beep/chat"
	"beep/store"
)

// defaultSearch is the page of a search for people: it is for somebody who types.
const defaultSearch = 20

type usersArgs struct {
	UserIDs []chat.UserID `json:"user_ids"`
}

// userReply is what everybody may know of a user.
type userReply struct {
	ID        chat.UserID `json:"id"`
	Username  string      `json:"username"`
	FirstName string      `json:"first_name,omitempty"`
	LastName  string      `json:"last_name,omitempty"`
}

func userReplies(found []store.Profile) map[string][]userReply {
	list := make([]userReply, len(found))
	for i, f := range found {
		list[i] = userReply{f.ID, f.Username, f.FirstName, f.LastName}
	}
	return map[string][]userReply{"users": list}
}

func (s *Service) getUsers(ctx context.Context, _ chat.UserID, a usersArgs) (any, error) {
	if len(a.UserIDs) > maxPage {
		return nil, chat.Errorf(chat.Invalid, "get users", "at most %d users at once", maxPage)
	}
	found, err := s.cfg.Read.Users(ctx, a.UserIDs)
	if err != nil {
		return nil, err
	}
	return userReplies(found), nil
}

type searchArgs struct {
	Query string      `json:"query"`
	After chat.UserID `json:"after"`
	Limit *int        `json:"limit"`
}

func (s *Service) searchUsers(ctx context.Context, _ chat.UserID, a searchArgs) (any, error) {
	const op = "search users"
	limit, err := pageLimit(op, a.Limit, defaultSearch)
	if err != nil {
		return nil, err
	}
	if a.Query == "" {
		return nil, chat.Errorf(chat.Invalid, op, "query is missing: there is no list of all users")
	}
	if err := checkQuery(op, a.Query); err != nil {
		return nil, err
	}
	after := "" // the read model goes by names, for they are what is searched
	if a.After != 0 {
		p, err := s.profile(ctx, op, a.After)
		if err != nil {
			return nil, err
		}
		after = p.Username
	}
	found, err := s.cfg.Read.SearchUsers(ctx, a.Query, after, min(limit, store.MaxUsersFound))
	if err != nil {
		return nil, err
	}
	return userReplies(found), nil
}

// profile finds one user, or NotFound. Whom the read model does not know yet, or
// cannot tell because it is away, his own actor knows.
func (s *Service) profile(ctx context.Context, op string, id chat.UserID) (store.Profile, error) {
	found, err := s.cfg.Read.Users(ctx, []chat.UserID{id})
	if err == nil && len(found) == 1 {
		return found[0], nil
	}
	u, err := s.User(ctx, id)
	if chat.Is(err, chat.NotFound) {
		return store.Profile{}, chat.Errorf(chat.NotFound, op, "there is no such user")
	}
	if err != nil {
		return store.Profile{}, err
	}
	return store.Profile{ID: u.ID, Username: u.Username, FirstName: u.FirstName, LastName: u.LastName}, nil
}
