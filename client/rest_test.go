package client

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"beep/chat"
)

// answering is a server with one answer; it checks what it is asked.
func answering(t *testing.T, path, body string, status int, header map[string]string, answer string) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil || r.Method != http.MethodPost || r.URL.Path != path || string(b) != body {
			t.Errorf("asked %s %s with %s, %v", r.Method, r.URL.Path, b, err)
		}
		if path == "/api/v1/auth/sign-out" && r.Header.Get("Authorization") != "Bearer secret" {
			t.Errorf("authorised by %q", r.Header.Get("Authorization"))
		}
		for k, v := range header {
			w.Header().Set(k, v)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer) // the client may have gone
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

const signInBody = `{"login":"ada","password":"pass word"}`

func TestSignInGivesATokenAndTheUser(t *testing.T) {
	t.Parallel()
	url := answering(t, "/api/v1/auth/sign-in", signInBody, 200, nil,
		`{"token":"secret","user":{"id":"7","username":"ada"},"expires_at":9}`)
	s, err := SignIn(t.Context(), url, "ada", "pass word")
	if err != nil || s.Token != "secret" || s.User.ID != 7 || s.ExpiresAt != 9 {
		t.Fatalf("got %+v, %v", s, err)
	}
}

func TestRegisterAndSignOut(t *testing.T) {
	t.Parallel()
	url := answering(t, "/api/v1/auth/register", `{"username":"ada","email":"a@b.c","password":"p","first_name":"","last_name":""}`, 201, nil, `{"id":"7","username":"ada"}`)
	u, err := Register(t.Context(), url, Registration{Username: "ada", Email: "a@b.c", Password: "p"})
	if err != nil || u.ID != 7 {
		t.Fatalf("got %+v, %v", u, err)
	}
	if err := SignOut(t.Context(), answering(t, "/api/v1/auth/sign-out", "", 204, nil, ""), "secret"); err != nil {
		t.Fatal(err)
	}
}

func TestProblemsBecomeErrorsOfTheirKind(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		status int
		answer string
		kind   chat.ErrorKind
		text   string
	}{
		{429, `{"status":429,"title":"Too Many Requests","detail":"wait a little","kind":"rate_limited"}`, chat.RateLimited, "wait a little"},
		{422, `{"title":"Unprocessable","errors":[{"message":"too short","location":"body.password"}]}`, chat.Invalid, "Unprocessable; body.password: too short"},
		{401, `<html>`, chat.Unauthenticated, "answered with 401 Unauthorized"},
		{500, `{"kind":"novelty","detail":"x"}`, chat.Internal, "x"},
	} {
		url := answering(t, "/api/v1/auth/sign-in", signInBody, tc.status, map[string]string{"Retry-After": "3"}, tc.answer)
		_, err := SignIn(t.Context(), url, "ada", "pass word")
		var e *chat.Error
		if !errors.As(err, &e) || e.Kind != tc.kind || e.Message != tc.text || e.RetryAfter != 3*time.Second {
			t.Errorf("%d: got %#v", tc.status, err)
		}
	}
}

func TestAnAnswerThatIsNoneIsTheServersFault(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"hello", "{}"} {
		_, err := SignIn(t.Context(), answering(t, "/api/v1/auth/sign-in", signInBody, 200, nil, answer), "ada", "pass word")
		var pe *ProtocolError
		if !errors.As(err, &pe) {
			t.Errorf("%q gave %v", answer, err)
		}
	}
}
