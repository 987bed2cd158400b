package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"beep/chat"
)

// callTimeout bounds one operation: a little more than the catalogue of requests
// gives itself, so that its answer and not this limit is what the client sees.
const callTimeout = 30 * time.Second

// register adds an operation; the errors of fn become Problems here.
func register[I, O any](a *api, op huma.Operation, fn func(context.Context, caller, *I) (*O, error)) {
	op.MaxBodyBytes = maxBody + 1 // huma refuses at the limit, checkBody above it
	op.BodyReadTimeout = -1       // the body is in memory already
	if op.Security != nil {
		op.Middlewares = append(op.Middlewares, a.authenticate)
	}
	name := op.OperationID
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		ctx, cancel := context.WithTimeout(ctx, callTimeout)
		defer cancel()
		out, err := fn(ctx, callerOf(ctx), in)
		if err != nil {
			if p, ok := asProblem(err); ok {
				return nil, p
			}
			return nil, a.problemOf(name, err)
		}
		return out, nil
	})
}

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

// humaConfig is huma without its own pages, formats and process-wide settings.
func humaConfig() huma.Config {
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:   "Beep",
				Version: Version,
				Description: "What has no place on a socket, and the gateway's requests for programs without one. " +
					"Live events come over the gateway (GET /gateway), described in PROTOCOL.md.",
				License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"bearer": {Type: "http", Scheme: "bearer", Description: "A token from sign-in, or of `beep token create`."},
				},
			},
			Tags: []*huma.Tag{
				{Name: "auth", Description: "Getting and giving back a token"},
				{Name: "users", Description: "People"},
				{Name: "servers", Description: "Servers, channels and members"},
				{Name: "messages", Description: "Messages and read positions"},
			},
		},
		Formats:                      map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{ownProblems},
	}
}

// describe replaces huma's description of errors by ours and encodes the
// document once; it does not change while the server runs.
func (a *api) describe() []byte {
	doc := a.huma.OpenAPI()
	schemas := doc.Components.Schemas
	problem := schemas.Schema(typeOf[Problem](), true, "Problem")
	for _, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Put, item.Post, item.Delete, item.Patch} {
			if op == nil {
				continue
			}
			op.Responses["default"] = &huma.Response{
				Description: "What is wrong: `kind` tells a program, `detail` a person. 429 and 503 may carry Retry-After.",
				Content:     map[string]*huma.MediaType{problemType: {Schema: problem}},
			}
		}
	}
	for name, schema := range schemas.Map() {
		// Requests are read strictly; answers may gain fields.
		if !strings.HasSuffix(name, "InputBody") {
			schema.AdditionalProperties = nil
		}
	}
	delete(schemas.Map(), "ErrorModel")
	delete(schemas.Map(), "ErrorDetail")
	spec, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		panic("api: the description cannot be encoded: " + err.Error()) // the programmer is wrong; every test sees it
	}
	return append(spec, '\n')
}

func (a *api) serveSpec(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/openapi+json")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(a.spec) // whoever hung up does not want it
}
