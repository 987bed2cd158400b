package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// basePath is where all operations are.
const basePath = "/api/v1"

// route is an operation that is one request of PROTOCOL.md: what stands in path,
// query and body becomes its arguments, and its reply the answer.
type route struct {
	at      string // method and path below basePath
	id      string
	tag     string
	calls   string // the request
	summary string
	doc     string
	status  int            // of success; 0 is 200, or 204 where there is no answer
	also    []int          // statuses that cannot be seen from the shape of the operation
	fixed   map[string]any // arguments that the path itself says
	unwrap  string         // the member of the reply that is the answer; "" is all of it
	page    int            // entries of a page if no limit is given; 0: there are no pages
}

func (r route) operation() huma.Operation {
	method, path, _ := strings.Cut(r.at, " ")
	op := secured(r.id, method, path, r.tag, r.summary)
	op.Description, op.DefaultStatus = r.doc, r.status
	return calling(withStatuses(op, r.also...), r.calls)
}

// secured is an operation that needs a token.
func secured(id, method, path, tag, summary string) huma.Operation {
	return huma.Operation{
		OperationID: id, Method: method, Path: basePath + path, Tags: []string{tag}, Summary: summary, Security: bearerOnly(),
	}
}

// raw is an answer passed on as the catalogue of requests gave it, after it was
// found to be as T describes: what later versions add to T's fields stays.
type raw[T any] struct {
	data json.RawMessage
}

// MarshalJSON writes the answer.
func (r raw[T]) MarshalJSON() ([]byte, error) { return r.data, nil }

// Schema describes the answer.
func (raw[T]) Schema(registry huma.Registry) *huma.Schema {
	return registry.Schema(typeOf[T](), true, "")
}

// passed is a plain answer, turned one that has pages, tagged one with a version.
type (
	passed[T any] struct{ Body raw[T] }
	turned[T any] struct {
		Link string `header:"Link"`
		Body raw[T]
	}
	tagged[T any] struct {
		ETag string `header:"ETag"`
		Body raw[T]
	}
	changed struct {
		ETag string `header:"ETag"`
		Body Recorded
	}
)

// relay adds an operation whose answer is an O.
func relay[I, O any](a *api, r route) {
	b := bind(typeOf[I]())
	register(a, r.operation(), func(ctx context.Context, c caller, in *I) (*passed[O], error) {
		body, _, _, err := ask[O](ctx, a, r, b, c, in)
		return &passed[O]{body}, err
	})
}

// relayQuietly adds an operation without an answer.
func relayQuietly[I any](a *api, r route) {
	b := bind(typeOf[I]())
	register(a, r.operation(), func(ctx context.Context, c caller, in *I) (*none, error) {
		args, err := b.arguments(c, in, r.fixed)
		if err != nil {
			return nil, err
		}
		return nil, a.request(ctx, c.user, r.calls, args, nil)
	})
}

// relayPage adds an operation that answers a page of a list.
func relayPage[I any, O pager](a *api, r route) {
	b := bind(typeOf[I]())
	register(a, r.operation(), func(ctx context.Context, c caller, in *I) (*turned[O], error) {
		body, page, args, err := ask[O](ctx, a, r, b, c, in)
		if err != nil {
			return nil, err
		}
		return &turned[O]{nextLink(c.url, page, args, r.page), body}, nil
	})
}

// relayVersion adds an operation that answers something with a version.
func relayVersion[I conditional, O versioned](a *api, r route) {
	b := bind(typeOf[I]())
	r.also = append(r.also, http.StatusNotModified)
	register(a, r.operation(), func(ctx context.Context, c caller, in *I) (*tagged[O], error) {
		body, entity, _, err := ask[O](ctx, a, r, b, c, in)
		if err != nil {
			return nil, err
		}
		tag := entityTag(entity.version(), body.data)
		if tag != "" && matches((*in).ifNoneMatch(), tag) {
			return nil, notModified(tag)
		}
		return &tagged[O]{tag, body}, nil
	})
}

// relayChange adds an operation that changes something with a version: the
// answer's number is its new one.
func relayChange[I any](a *api, r route) {
	b := bind(typeOf[I]())
	r.also = append(r.also, http.StatusPreconditionFailed)
	register(a, r.operation(), func(ctx context.Context, c caller, in *I) (*changed, error) {
		_, recorded, _, err := ask[Recorded](ctx, a, r, b, c, in)
		if err != nil {
			return nil, err
		}
		return &changed{entityTag(recorded.N, nil), recorded}, nil
	})
}

// ask makes the request of an operation.
func ask[O any](ctx context.Context, a *api, r route, b *binder, c caller, in any) (body raw[O], out O, args map[string]any, err error) {
	if args, err = b.arguments(c, in, r.fixed); err != nil {
		return body, out, args, err
	}
	if err = a.request(ctx, c.user, r.calls, args, &body.data); err != nil {
		return body, out, args, err
	}
	if r.unwrap != "" {
		var wrapped map[string]json.RawMessage
		if err = json.Unmarshal(body.data, &wrapped); err != nil {
			return body, out, args, fmt.Errorf("read answer: %w", err)
		}
		if body.data = wrapped[r.unwrap]; body.data == nil {
			return body, out, args, fmt.Errorf("read answer: there is no %s in it", r.unwrap)
		}
	}
	if err = json.Unmarshal(body.data, &out); err != nil {
		err = fmt.Errorf("read answer: %w", err)
	}
	return body, out, args, err
}

// calling says which request an operation is.
func calling(op huma.Operation, request string) huma.Operation {
	op.Extensions = map[string]any{requestExtension: request}
	return op
}

// withStatuses names statuses of an operation that its shape does not show.
func withStatuses(op huma.Operation, statuses ...int) huma.Operation {
	op.Metadata = map[string]any{alsoAnswers: statuses}
	return op
}
