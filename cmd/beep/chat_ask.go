package main

import (
	"context"

	"beep/chat"
	"beep/client"
)

// obj is the arguments of a request, by their names in PROTOCOL.md.
type obj map[string]any

// ask makes a request and says done; "" where an event will tell of it.
func (s *session) ask(method string, in obj, done string) bool {
	s.do(func(ctx context.Context) func() { return s.asked(ctx, method, in, done) })
	return true
}

// asked is ask in a job that is under way.
func (s *session) asked(ctx context.Context, method string, in obj, done string) func() {
	log := s.logOf(method, in) // before it may be gone
	var out struct {
		N uint64 `json:"n"`
	}
	if err := s.c.Do(ctx, method, in, &out); err != nil {
		return s.failed(err)
	}
	return func() {
		if done != "" {
			s.say(done)
		}
		s.await(place{log, out.N})
	}
}

// lookUp makes a request and shows its reply; people, unless nil, names the
// users whose names showing it needs.
func lookUp[T any](s *session, method string, in obj, people func(*T) []chat.UserID, show func(*T)) bool {
	s.do(func(ctx context.Context) func() {
		var out T
		if err := s.c.Do(ctx, method, in, &out); err != nil {
			return s.failed(err)
		}
		if people != nil {
			s.learn(ctx, people(&out))
		}
		return func() { show(&out) }
	})
	return true
}

// withUser finds a user by his name and goes on with him, in the same job.
func (s *session) withUser(name string, then func(ctx context.Context, id chat.UserID) func()) bool {
	if name == "" {
		return false
	}
	s.do(func(ctx context.Context) func() {
		id, err := s.findUser(ctx, name)
		if err != nil {
			return s.failed(err)
		}
		return then(ctx, id)
	})
	return true
}

// findUser reads a user's name, or his identifier.
func (s *session) findUser(ctx context.Context, name string) (chat.UserID, error) {
	if len(name) > 0 && name[0] == '@' {
		name = name[1:]
	}
	id, err := s.c.FindUser(ctx, name)
	if err != nil && chat.Is(err, chat.NotFound) {
		if known, perr := chat.ParseUserID(name); perr == nil {
			return known, nil
		}
	}
	return id, err
}

// learn asks for the names that are not known; what stays unknown is shown as a
// number.
func (s *session) learn(ctx context.Context, ids []chat.UserID) {
	var missing []chat.UserID
	seen := map[chat.UserID]bool{}
	for _, id := range ids {
		if _, ok := s.c.State().Name(id); !ok && id != 0 && !seen[id] && len(missing) < namesAtOnce {
			seen[id] = true
			missing = append(missing, id)
		}
	}
	if len(missing) > 0 {
		_, _ = s.c.Users(ctx, missing...) // the numbers will do
	}
}

// namesAtOnce is how many users a request may ask for.
const namesAtOnce = 100

// inServer is the server the session is in, unless it is a conversation.
func (s *session) inServer() (client.Server, bool) {
	srv, ok := s.c.State().Server(s.server)
	if !ok || srv.Direct() {
		s.warn("this is for servers: go to a /channel of one")
		return client.Server{}, false
	}
	return srv, true
}

// inChannel says whether the session is in a channel, or warns.
func (s *session) inChannel() bool {
	if s.channel == 0 {
		s.warn("you are in no channel")
	}
	return s.channel != 0
}
