package requests

import (
	"context"
	"encoding/json"

	"beep/actors"
	"beep/chat"
)

// numberReply is the answer to a change: the number of the record that holds
// it, 0 if nothing was to be changed.
type numberReply struct {
	N uint64 `json:"n"`
}

// done is the answer to what has no other.
type done struct{}

// number is the record number in an actor's answer.
func number(v any) numberReply {
	if c, ok := v.(*actors.Committed); ok {
		return numberReply{c.Number}
	}
	return numberReply{}
}

// askServer brings a command to a server's actor, which decides it.
func (s *Service) askServer(ctx context.Context, id chat.ServerID, cmd chat.Command) (any, error) {
	if id == 0 {
		return nil, chat.Errorf(chat.Invalid, cmd.CommandName(), "server_id is missing")
	}
	v, err := s.cfg.Place.Ask(ctx, chat.ServerKey(id), cmd)
	if err != nil {
		return nil, err
	}
	return number(v), nil
}

// askServerOf brings a command about a channel to the actor of its server.
func (s *Service) askServerOf(ctx context.Context, who chat.UserID, ch chat.ChannelID, cmd chat.Command) (any, error) {
	id, err := s.serverOf(ctx, cmd.CommandName(), who, ch)
	if err != nil {
		return nil, err
	}
	return s.askServer(ctx, id, cmd)
}

// askChannel brings a command to a channel's actor.
func (s *Service) askChannel(ctx context.Context, who chat.UserID, ch chat.ChannelID, cmd chat.Command) (any, error) {
	v, err := s.channelSays(ctx, who, ch, cmd)
	if err != nil {
		return nil, err
	}
	return number(v), nil
}

// channelSays is a channel's own answer to a command.
func (s *Service) channelSays(ctx context.Context, who chat.UserID, ch chat.ChannelID, cmd chat.Command) (any, error) {
	id, err := s.serverOf(ctx, cmd.CommandName(), who, ch)
	if err != nil {
		return nil, err
	}
	return s.cfg.Place.Ask(ctx, chat.ChannelKey(id, ch), cmd)
}

// askUser brings a command to the actor of the user who asks.
func (s *Service) askUser(ctx context.Context, who chat.UserID, cmd chat.Command) (numberReply, error) {
	v, err := s.cfg.Place.Ask(ctx, chat.UserKey(who), cmd)
	if err != nil {
		return numberReply{}, err
	}
	return number(v), nil
}

// answered is an actor's answer as the type that is expected of it.
func answered[T any](op string, v any, err error) (T, error) {
	t, ok := v.(T)
	if err == nil && !ok {
		err = chat.Errorf(chat.Internal, op, "unexpected answer %T", v)
	}
	return t, err
}

// User is a copy of a user's state, from his actor.
func (s *Service) User(ctx context.Context, id chat.UserID) (*chat.User, error) {
	v, err := s.cfg.Place.Ask(ctx, chat.UserKey(id), &chat.GetUser{})
	return answered[*chat.User]("get user", v, err)
}

// CheckMembership has a user's actor find out whether he still is a member of a
// server that his own log names. Nobody waits, and nobody hears of a failure: the
// next session asks again.
func (s *Service) CheckMembership(user chat.UserID, server chat.ServerID) {
	s.cfg.Place.Tell(chat.UserKey(user), &chat.CheckMembership{Server: server}, func(any, error) {})
}

// rights are permissions by their names; unlike chat.Rights it refuses names
// that it does not know.
type rights chat.Permission

// UnmarshalJSON reads the names.
func (r *rights) UnmarshalJSON(b []byte) error {
	var names []string
	if err := json.Unmarshal(b, &names); err != nil {
		return chat.Errorf(chat.Invalid, "read request", "permissions are a list of names")
	}
	p, err := chat.ParsePermissions("read request", names)
	*r = rights(p)
	return err
}

// clearable is a channel that "" takes away.
type clearable chat.ChannelID

// UnmarshalText reads an identifier or nothing.
func (c *clearable) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*c = 0
		return nil
	}
	id, err := chat.ParseChannelID(string(b))
	*c = clearable(id)
	return err
}
