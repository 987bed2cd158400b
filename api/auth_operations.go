package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"beep/auth"
	"beep/wire"
)

type registerInput struct {
	Body struct {
		Username  string `json:"username" doc:"2 to 32 of a-z, 0-9, '_', '-' and '.', beginning with a letter or digit" example:"ada"`
		Email     string `json:"email" example:"ada@example.org"`
		Password  string `json:"password" doc:"8 to 256 characters"`
		FirstName string `json:"first_name,omitempty"`
		LastName  string `json:"last_name,omitempty"`
	} `contentType:"application/json"`
}

type signInInput struct {
	Body struct {
		Login    string `json:"login" doc:"Username or e-mail" example:"ada"`
		Password string `json:"password"`
		Label    string `json:"label,omitempty" doc:"What to call this session, such as the device"`
	} `contentType:"application/json"`
}

func (a *api) authOperations() {
	register(a, huma.Operation{
		OperationID: "register", Method: http.MethodPost, Path: "/api/v1/auth/register", Tags: []string{"auth"},
		Summary:       "Register",
		Description:   "Makes an account. Its e-mail must be validated before signing in. An e-mail that is in use is answered like any other.",
		DefaultStatus: http.StatusCreated,
	}, a.register)
	register(a, huma.Operation{
		OperationID: "sign-in", Method: http.MethodPost, Path: "/api/v1/auth/sign-in", Tags: []string{"auth"},
		Summary:     "Sign in",
		Description: "Gives a token that is good for 30 days.",
	}, a.signIn)
	register(a, huma.Operation{
		OperationID: "sign-out", Method: http.MethodPost, Path: "/api/v1/auth/sign-out", Tags: []string{"auth"},
		Summary: "Sign out", Description: "Voids the token and closes its sockets.",
		DefaultStatus: http.StatusNoContent, Security: bearerOnly(),
	}, a.signOut)
	register(a, huma.Operation{
		OperationID: "gateway", Method: http.MethodGet, Path: "/api/v1/gateway", Tags: []string{"auth"},
		Summary: "Where the gateway is",
	}, a.gateway)
}

func (a *api) register(ctx context.Context, c caller, in *registerInput) (*body[User], error) {
	b := &in.Body
	account, err := a.Auth.Register(ctx, auth.Registration{
		Username: b.Username, Email: b.Email, Password: b.Password,
		FirstName: b.FirstName, LastName: b.LastName, RemoteAddr: c.remote,
	})
	if err != nil {
		return nil, err
	}
	return &body[User]{userOf(account)}, nil
}

func (a *api) signIn(ctx context.Context, c caller, in *signInInput) (*body[SignedIn], error) {
	token, account, expires, err := a.Auth.SignIn(ctx, in.Body.Login, in.Body.Password, in.Body.Label, c.remote)
	if err != nil {
		return nil, err
	}
	return &body[SignedIn]{SignedIn{Token: token, User: userOf(account), ExpiresAt: expires}}, nil
}

func (a *api) signOut(ctx context.Context, c caller, _ *struct{}) (*none, error) {
	return nil, a.Auth.SignOut(ctx, c.token)
}

func (a *api) gateway(_ context.Context, c caller, _ *struct{}) (*body[GatewayInfo], error) {
	url := strings.Replace(c.base, "http", "ws", 1) + "/gateway" // https gives wss
	return &body[GatewayInfo]{GatewayInfo{URL: url, Protocol: wire.ProtocolVersion}}, nil
}
