package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"beep/chat"
)

const (
	restTimeout = 30 * time.Second // argon2id on a busy machine takes seconds
	maxRestBody = 1 << 20          // no answer comes near it
)

// User is somebody's public face.
type User struct {
	ID        chat.UserID `json:"id"`
	Username  string      `json:"username"`
	FirstName string      `json:"first_name"`
	LastName  string      `json:"last_name"`
}

// Session is a signed-in user: the token opens the gateway until ExpiresAt
// (Unix milliseconds, 0: the server did not say).
type Session struct {
	Token     string `json:"token"`
	User      User   `json:"user"`
	ExpiresAt int64  `json:"expires_at"`
}

// Registration is what a new user tells. The e-mail must be validated before
// the user can sign in.
type Registration struct {
	Username  string `json:"username"`
	Email     string `json:"email"`
	Password  string `json:"password"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
}

// SignIn gets a token for login (a username or an e-mail) and password.
// Refusals are *chat.Error of the kind that the server gave.
func SignIn(ctx context.Context, baseURL, login, password string) (Session, error) {
	in := struct {
		Login    string `json:"login"`
		Password string `json:"password"`
	}{login, password}
	var s Session
	err := rest(ctx, "sign in", baseURL, "/api/v1/auth/sign-in", "", in, &s)
	if err == nil && s.Token == "" {
		err = &ProtocolError{Message: "sign in was answered without a token"}
	}
	return s, err
}

// Register makes a new account.
func Register(ctx context.Context, baseURL string, r Registration) (User, error) {
	var u User
	err := rest(ctx, "register", baseURL, "/api/v1/auth/register", "", r, &u)
	return u, err
}

// SignOut voids token; the server closes its sockets.
func SignOut(ctx context.Context, baseURL, token string) error {
	return rest(ctx, "sign out", baseURL, "/api/v1/auth/sign-out", token, nil, nil)
}

// rest posts in as JSON and reads the answer into out, both may be nil.
func rest(ctx context.Context, op, baseURL, path, token string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, restTimeout)
	defer cancel()
	u, err := parseBase(baseURL)
	if err != nil {
		return err
	}
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("%s: %w", op, err)
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.JoinPath(path).String(), body)
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	req.Header.Set("Accept", "application/json, application/problem+json")
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	defer func() { _ = resp.Body.Close() }() // all of interest has been read
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxRestBody))
	if err != nil {
		return fmt.Errorf("%s: read answer: %w", op, err)
	}
	if resp.StatusCode/100 != 2 {
		return problem(op, resp, b)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(b, out); err != nil {
		return &ProtocolError{Message: op + " was answered with something else", Err: err}
	}
	return nil
}

// problem turns an application/problem+json answer into a *chat.Error. What is
// no problem document keeps the kind that its status has.
func problem(op string, resp *http.Response, body []byte) error {
	var p struct {
		Kind   string `json:"kind"`
		Title  string `json:"title"`
		Detail string `json:"detail"`
		Errors []struct {
			Message  string `json:"message"`
			Location string `json:"location"`
		} `json:"errors"`
	}
	e := &chat.Error{Kind: kindOfStatus(resp.StatusCode), Op: op}
	if json.Unmarshal(body, &p) == nil {
		if p.Kind != "" {
			e.Kind = chat.ParseErrorKind(p.Kind)
		}
		e.Message = p.Detail
		if e.Message == "" {
			e.Message = p.Title
		}
		for _, d := range p.Errors {
			e.Message += "; " + strings.TrimPrefix(d.Location+": ", ": ") + d.Message
		}
	}
	if e.Message == "" {
		e.Message = "answered with " + resp.Status
	}
	if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && s > 0 {
		e.RetryAfter = time.Duration(s) * time.Second
	}
	return e
}

func kindOfStatus(status int) chat.ErrorKind {
	switch status {
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return chat.Invalid
	case http.StatusUnauthorized:
		return chat.Unauthenticated
	case http.StatusForbidden:
		return chat.Forbidden
	case http.StatusNotFound:
		return chat.NotFound
	case http.StatusConflict:
		return chat.Conflict
	case http.StatusGone:
		return chat.Gone
	case http.StatusRequestEntityTooLarge:
		return chat.TooLarge
	case http.StatusTooManyRequests:
		return chat.RateLimited
	case http.StatusServiceUnavailable, http.StatusBadGateway, http.StatusGatewayTimeout:
		return chat.Unavailable
	}
	return chat.Internal
}

// parseBase checks the address of an instance, such as http://127.0.0.1:8080.
func parseBase(baseURL string) (*url.URL, error) {
	u, err := url.Parse(baseURL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, chat.Errorf(chat.Invalid, "read address", "%q is not an http:// or https:// address", baseURL)
	}
	if u.Path == "" {
		u.Path = "/" // or else what is joined to it would be relative
	}
	u.RawQuery, u.Fragment = "", ""
	return u, nil
}

// gatewayURL is the WebSocket address of the instance at baseURL.
func gatewayURL(baseURL string) (*url.URL, error) {
	u, err := parseBase(baseURL)
	if err != nil {
		return nil, err
	}
	g := u.JoinPath("/gateway")
	g.Scheme = map[string]string{"http": "ws", "https": "wss"}[u.Scheme]
	g.RawQuery = "v=1"
	return g, nil
}
