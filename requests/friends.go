package requests

import (
	"cmp"
	"context"
	"slices"

	"beep/chat"
)

type relateArgs struct {
	UserID chat.UserID `json:"user_id"`
}

type requestFriendArgs struct {
	UserID   chat.UserID `json:"user_id"`
	Username string      `json:"username"`
}

type removeFriendArgs struct {
	UserID chat.UserID `json:"user_id"`
	Erase  bool        `json:"erase"`
}

type stateReply struct {
	State chat.RelationState `json:"state"`
}

func (s *Service) requestFriend(ctx context.Context, who chat.UserID, a requestFriendArgs) (any, error) {
	const op = "change friendship"
	if (a.UserID == 0) == (a.Username == "") {
		return nil, chat.Errorf(chat.Invalid, op, "either user_id or username must be given")
	}
	if a.Username != "" {
		p, err := s.cfg.Read.UserByName(ctx, a.Username)
		if err != nil {
			return nil, err
		}
		a.UserID = p.ID
	}
	if err := s.mayRing(ctx, op, who); err != nil {
		return nil, err
	}
	return s.relate(ctx, who, a.UserID, chat.ActRequest)
}

// relating is the request that does one act about another user.
func (s *Service) relating(act chat.RelationAct) func(context.Context, chat.UserID, relateArgs) (any, error) {
	return func(ctx context.Context, who chat.UserID, a relateArgs) (any, error) {
		return s.relate(ctx, who, a.UserID, act)
	}
}

func (s *Service) removeFriend(ctx context.Context, who chat.UserID, a removeFriendArgs) (any, error) {
	if !a.Erase {
		return nil, chat.Errorf(chat.Invalid, "change friendship",
			"removing a friend erases your conversation with each other, every message and file, for both of you and for good: export it if you want to keep it (GET /api/v1/servers/{conversation}/export), then repeat with erase true")
	}
	return s.relate(ctx, who, a.UserID, chat.ActRemove)
}

// relate brings an act to the keeper of the pair, the actor of the one with the
// smaller identifier, and answers with what it has come to.
func (s *Service) relate(ctx context.Context, who, other chat.UserID, act chat.RelationAct) (any, error) {
	c := &chat.Relate{Act: act}
	op := c.CommandName()
	if other == 0 {
		return nil, chat.Errorf(chat.Invalid, op, "user_id is missing")
	}
	if other == who {
		return nil, chat.Errorf(chat.Invalid, op, "this is you yourself")
	}
	me, err := s.User(ctx, who)
	if err != nil {
		return nil, err
	}
	c.By = chat.Recipient{UserID: who, Username: me.Username}
	c.Other = chat.Recipient{UserID: other, Username: me.Relations[other].Username}
	if c.Other.Username == "" {
		p, err := s.profile(ctx, op, other)
		if err != nil {
			return nil, err
		}
		c.Other.Username = p.Username
	}
	c.DirectID, c.ChannelID = chat.ServerID(s.cfg.NewID()), chat.ChannelID(s.cfg.NewID())
	if _, err := s.cfg.Place.Ask(ctx, chat.UserKey(min(who, other)), c); err != nil {
		return nil, err
	}
	if me, err = s.User(ctx, who); err != nil {
		return nil, err
	}
	return stateReply{me.Relations[other].State}, nil
}

type relationReply struct {
	UserID   chat.UserID        `json:"user_id"`
	Username string             `json:"username"`
	State    chat.RelationState `json:"state"`
	Since    int64              `json:"since"`
}

func (s *Service) listFriends(ctx context.Context, who chat.UserID, _ struct{}) (any, error) {
	u, err := s.User(ctx, who)
	if err != nil {
		return nil, err
	}
	list := []relationReply{}
	for id, r := range u.Relations {
		if r.State != chat.Strangers {
			list = append(list, relationReply{id, r.Username, r.State, r.Since})
		}
	}
	slices.SortFunc(list, func(a, b relationReply) int { return cmp.Compare(a.UserID, b.UserID) })
	return map[string]any{"relations": list}, nil
}
