package requests

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"time"

	"beep/chat"
)

// Timeout bounds a request from the moment it is read: longer than a failover
// of the log takes (4 to 9 s measured).
const Timeout = 25 * time.Second

// Service answers requests. Its methods may be called from any goroutine.
type Service struct {
	cfg     Config
	methods map[string]method
	bells   bells
}

// method runs one kind of request and returns what becomes its JSON reply.
type method func(ctx context.Context, who chat.UserID, data json.RawMessage) (any, error)

// New makes a Service.
func New(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Service{cfg: cfg, bells: bells{full: map[chat.UserID]int64{}}}
	s.methods = s.catalogue()
	return s
}

// Methods lists the names of all requests.
func (s *Service) Methods() []string {
	return append(slices.Sorted(maps.Keys(s.methods)), methodSend)
}

// methodSend is the one request that is frequent enough to go without a goroutine.
const methodSend = "message.send"

// rawJSON is a reply that is encoded already.
type rawJSON []byte

// Call runs the request method for user who. reply is called exactly once,
// perhaps on another goroutine, and must not block; data is JSON.
func (s *Service) Call(ctx context.Context, who chat.UserID, method string, data json.RawMessage, reply func(data []byte, err error)) {
	if method == methodSend {
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
