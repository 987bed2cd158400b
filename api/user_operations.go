package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

type lookupInput struct {
	Body struct {
		UserIDs []string `json:"user_ids" minItems:"1" maxItems:"100" nullable:"false"`
	} `contentType:"application/json"`
}

func (a *api) userOperations() {
	register(a, huma.Operation{
		OperationID: "get-me", Method: http.MethodGet, Path: "/api/v1/users/@me", Tags: []string{"users"},
		Summary: "Who the token belongs to", Security: bearerOnly(),
	}, a.me)
	register(a, huma.Operation{
		OperationID: "look-up-users", Method: http.MethodPost, Path: "/api/v1/users/lookup", Tags: []string{"users"},
		Summary: "Users by their identifiers", Security: bearerOnly(),
	}, a.lookUpUsers)
}

func (a *api) me(ctx context.Context, c caller, _ *struct{}) (*body[User], error) {
	account, err := a.Auth.Account(ctx, c.user)
	if err != nil {
		return nil, err
	}
	return &body[User]{userOf(account)}, nil
}

func (a *api) lookUpUsers(ctx context.Context, c caller, in *lookupInput) (*body[Users], error) {
	out := &body[Users]{Users{Users: []User{}}}
	args := map[string]any{"user_ids": in.Body.UserIDs}
	return out, a.request(ctx, c.user, "user.get", args, &out.Body)
}
