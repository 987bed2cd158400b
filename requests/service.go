package requests

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"beep/actors"
	"beep/chat"
)

// Timeout bounds a request from the moment it is read: longer than a failover
// of the log takes (4 to 9 s measured).
const Timeout = 25 * time.Second

// Service answers requests. Its methods may be called from any goroutine.
type Service struct {
	cfg     Config
	methods map[string]method
}

// method runs one kind of request and returns what becomes its JSON reply.
type method func(ctx context.Context, who chat.UserID, data json.RawMessage) (any, error)

// New makes a Service.
func New(cfg Config) *Service {
	s := &Service{cfg: cfg}
	s.methods = map[string]method{
		"message.edit":   handle(s.editMessage),
		"message.delete": handle(s.deleteMessage),
		"message.list":   handle(s.listMessages),
		"server.create":  handle(s.createServer),
		"server.browse":  handle(s.browseServers),
		"server.join":    handle(s.joinServer),
		"server.leave":   handle(s.leaveServer),
		"channel.create": handle(s.createChannel),
		"member.list":    handle(s.listMembers),
		"user.get":       handle(s.getUsers),
		"typing.start":   handle(s.startTyping),
		"read.set":       handle(s.setRead),
	}
	return s
}

// rawJSON is a reply that is encoded already.
type rawJSON []byte

// Call runs the request method for user who. reply is called exactly once,
// perhaps on another goroutine, and must not block; data is JSON.
func (s *Service) Call(ctx context.Context, who chat.UserID, method string, data json.RawMessage, reply func(data []byte, err error)) {
	if method == "message.send" { // the one that is frequent enough to go without a goroutine
		s.sendMessage(who, data, reply)
		return
	}
	m, ok := s.methods[method]
	if !ok {
		reply(nil, chat.Errorf(chat.Invalid, "request", "there is no request of this name"))
		return
	}
	go func() {
		ctx, cancel := context.WithTimeout(ctx, Timeout)
		defer cancel()
		reply(m.run(ctx, who, data))
	}()
}

// run runs the request and encodes its reply. A panic costs the request alone.
func (m method) run(ctx context.Context, who chat.UserID, data json.RawMessage) (out []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			out, err = nil, fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	v, err := m(ctx, who, data)
	if err != nil {
		return nil, err
	}
	if raw, ok := v.(rawJSON); ok {
		return raw, nil
	}
	return json.Marshal(v)
}

// handle reads a request's arguments before it runs fn.
func handle[A any](fn func(context.Context, chat.UserID, A) (any, error)) method {
	return func(ctx context.Context, who chat.UserID, data json.RawMessage) (any, error) {
		var args A
		if err := decode(data, &args); err != nil {
			return nil, err
		}
		return fn(ctx, who, args)
	}
}

// decode reads arguments strictly: a field that is not known is a mistake the
// caller wants to hear of.
func decode(data json.RawMessage, into any) error {
	const op = "read request"
	if len(data) == 0 {
		data = json.RawMessage("{}")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		var known *chat.Error
		if errors.As(err, &known) {
			return chat.Errorf(chat.Invalid, op, "%s", known.Message)
		}
		return &chat.Error{Kind: chat.Invalid, Op: op, Message: "the arguments are not as described: " + plain(err), Err: err}
	}
	return nil
}

// plain says what is wrong with arguments without Go's names of types.
func plain(err error) string {
	var typ *json.UnmarshalTypeError
	if errors.As(err, &typ) {
		return "wrong type of " + typ.Field
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return "not valid JSON"
	}
	return err.Error()
}

// serverOf finds the server of a channel among those user who is in. The copies
// of a user's servers are held while he has a socket; otherwise they are looked
// through one after the other.
func (s *Service) serverOf(ctx context.Context, op string, who chat.UserID, ch chat.ChannelID) (chat.ServerID, error) {
	if ch == 0 {
		return 0, chat.Errorf(chat.Invalid, op, "channel_id is missing")
	}
	if id, ok := s.cfg.Tenants.ServerOf(ch); ok {
		return id, nil
	}
	u, err := s.user(ctx, who)
	if err != nil {
		return 0, err
	}
	for _, id := range u.Servers {
		t, err := s.cfg.Tenants.Acquire(ctx, id)
		if err != nil {
			continue
		}
		found := false
		t.Read(func(st *chat.Server) { _, found = st.Channel(ch) })
		t.Release()
		if found {
			return id, nil
		}
	}
	return 0, chat.Errorf(chat.NotFound, op, "there is no such channel")
}

// User is a copy of a user's state, from his actor.
func (s *Service) User(ctx context.Context, id chat.UserID) (*chat.User, error) {
	return s.user(ctx, id)
}

func (s *Service) user(ctx context.Context, id chat.UserID) (*chat.User, error) {
	v, err := s.cfg.Place.Ask(ctx, chat.UserKey(id), &chat.GetUser{})
	if err != nil {
		return nil, err
	}
	u, ok := v.(*chat.User)
	if !ok {
		return nil, chat.Errorf(chat.Internal, "get user", "unexpected answer %T", v)
	}
	return u, nil
}

// grant asks what who may do in channel ch of server id, for reads that do not
// pass an actor. Refusals look as if the thing were absent.
func (s *Service) grant(ctx context.Context, op string, who chat.UserID, id chat.ServerID, ch chat.ChannelID) (chat.Grant, error) {
	absent := chat.Errorf(chat.NotFound, op, "there is no such server")
	t, err := s.cfg.Tenants.Acquire(ctx, id)
	if chat.Is(err, chat.NotFound) {
		return chat.Grant{}, absent
	}
	if err != nil {
		return chat.Grant{}, err
	}
	defer t.Release()
	g := t.Grant(who, ch)
	if !g.Member || ch != 0 && !g.Permissions.Has(chat.ViewChannels) {
		return g, absent
	}
	return g, nil
}

// number is the record number in an actor's answer.
func number(v any) uint64 {
	if c, ok := v.(*actors.Committed); ok {
		return c.Number
	}
	return 0
}
