package api

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"beep/chat"
)

// callTimeout bounds one operation: a little more than the catalogue of requests
// gives itself, so that its answer and not this limit is what the client sees.
const callTimeout = 30 * time.Second

// operation is an operation as it is described.
type operation struct {
	*huma.Operation
	statuses []int // besides success
}

// register adds an operation; the errors of fn become Problems here.
func register[I, O any](a *api, op huma.Operation, fn func(context.Context, caller, *I) (*O, error)) {
	op.MaxBodyBytes = maxBody + 1 // huma refuses at the limit, checkBody above it
	op.BodyReadTimeout = -1       // the body is in memory already
	op.DefaultStatus = cmp.Or(op.DefaultStatus, successOf[O]())
	if op.Security != nil {
		op.Middlewares = append(op.Middlewares, a.authenticate)
	}
	if op.Method == http.MethodPost && op.Security != nil && !hasKey(typeOf[I]()) {
		op.Middlewares = append(op.Middlewares, a.once)
		op.Parameters = append(op.Parameters, rememberedKey())
	}
	_, takesBody := typeOf[I]().FieldByName("Body")
	name := op.OperationID
	a.operations = append(a.operations, operation{&op, answersOf(&op, typeOf[I]())})
	// huma changes a copy of op, but its answers, which describe completes, are shared.
	op.Responses = map[string]*huma.Response{}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		ctx, cancel := context.WithTimeout(ctx, callTimeout)
		defer cancel()
		c := callerOf(ctx)
		if !takesBody && !empty(c.body) {
			return nil, statusProblem(http.StatusUnprocessableEntity, "this request has no body")
		}
		out, err := fn(ctx, c, in)
		if err != nil {
			return nil, a.refusal(name, err)
		}
		return out, nil
	})
}

// refusal is what an operation answers in place of what was asked for.
func (a *api) refusal(operation string, err error) error {
	if same, ok := errors.AsType[unmodified](err); ok {
		return same
	}
	if p, ok := asProblem(err); ok {
		return p
	}
	return a.problemOf(operation, err)
}

func successOf[O any]() int {
	if typeOf[O]() == typeOf[none]() {
		return http.StatusNoContent
	}
	return http.StatusOK
}

// empty is a body that says nothing. Many clients send {} where there is none.
func empty(body []byte) bool {
	body = bytes.TrimSpace(body)
	return len(body) == 0 || string(body) == "{}"
}

// hasKey reports whether an operation has a use of its own for Idempotency-Key.
func hasKey(input reflect.Type) bool {
	for _, f := range reflect.VisibleFields(input) {
		if f.Tag.Get("header") == keyHeader {
			return true
		}
	}
	return false
}

// rememberedKey describes the key of operations whose answer is remembered.
func rememberedKey() *huma.Param {
	least, most := 1, maxKey
	return &huma.Param{
		Name: keyHeader, In: "header",
		Description: "Printable ASCII. If no answer came, the same request with the same key is carried out once, and for 24 hours gets the first answer",
		Schema:      &huma.Schema{Type: huma.TypeString, MinLength: &least, MaxLength: &most, Pattern: "^[!-~]+$"},
	}
}

func isRememberedKey(p *huma.Param) bool { return p.Name == keyHeader && *p.Schema.MaxLength == maxKey }

// bearerOnly says that an operation needs a token.
func bearerOnly() []map[string][]string { return []map[string][]string{{"bearer": {}}} }

// request runs a request of PROTOCOL.md for a user and reads its answer into
// out, unless that is nil. If ctx ends first the answer is Unavailable: what was
// asked may have happened all the same.
func (a *api) request(ctx context.Context, who chat.UserID, method string, args, out any) error {
	data, err := json.Marshal(args)
	if err != nil {
		return fmt.Errorf("encode request: %w", err)
	}
	type answer struct {
		data []byte
		err  error
	}
	// With room for the one answer, so that whoever replies after we have gone
	// does not wait for us.
	answers := make(chan answer, 1)
	a.Requests.Call(ctx, who, method, data, func(data []byte, err error) {
		select {
		case answers <- answer{bytes.Clone(data), err}:
		default: // a second reply, against the contract
		}
	})
	select {
	case got := <-answers:
		if got.err != nil || out == nil {
			return got.err
		}
		if err := json.Unmarshal(got.data, out); err != nil {
			return fmt.Errorf("read answer: %w", err)
		}
		return nil
	case <-ctx.Done():
		return &chat.Error{
			Kind: chat.Unavailable, Op: method, Message: "no answer in time; it may have happened: repeat it with the same key",
			Err: ctx.Err(),
		}
	}
}
