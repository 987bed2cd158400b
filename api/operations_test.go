package api

import (
	"net/http"
	"testing"
	"time"

	"beep/chat"
)

func TestEveryOperationReachesItsRequest(t *testing.T) {
	t.Parallel()
	tests := []struct {
		method, target, body string
		call, args           string
		answer               string
		status               int
		want                 string
	}{
		{
			"POST", "/api/v1/channels/12/messages", `{"content":"hi","reply_to":"9"}`, "message.send",
			`{"channel_id":"12","content":"hi","reply_to":"9"}`,
			`{"id":"1","channel_id":"12","seq":3,"created_at":5}`, 201, `{"id":"1","channel_id":"12","seq":3,"created_at":5}`,
		},
		{
			"GET", "/api/v1/channels/12/messages?before=7&limit=2", "", "message.list", `{"before":7,"channel_id":"12","limit":2}`,
			`{"messages":[{"id":"1","channel_id":"12","sender_id":"7","seq":3,"type":"message","content":"hi","created_at":5}]}`, 200,
			`{"messages":[{"id":"1","channel_id":"12","sender_id":"7","seq":3,"type":"message","content":"hi","created_at":5}]}`,
		},
		{"GET", "/api/v1/channels/12/messages?around=7", "", "message.list", `{"around":"7","channel_id":"12"}`, `{}`, 200, `{"messages":[]}`},
		{"GET", "/api/v1/channels/12/messages?after=7", "", "message.list", `{"after":7,"channel_id":"12"}`, `{}`, 200, `{"messages":[]}`},
		{"PATCH", "/api/v1/channels/12/messages/34", `{"content":"ho"}`, "message.edit", `{"channel_id":"12","content":"ho","message_id":"34"}`, `{"n":9}`, 200, `{"n":9}`},
		{"DELETE", "/api/v1/channels/12/messages/34", "", "message.delete", `{"channel_id":"12","message_id":"34"}`, `{"n":9}`, 200, `{"n":9}`},
		{"GET", "/api/v1/servers?query=ho&after=3", "", "server.browse", `{"after":"3","query":"ho"}`, `{"servers":[]}`, 200, `{"servers":[]}`},
		{"POST", "/api/v1/servers", `{"name":"Home","visibility":"public"}`, "server.create", `{"name":"Home","visibility":"public"}`, `{"id":"5"}`, 201, `{"id":"5"}`},
		{"POST", "/api/v1/servers/5/membership", "", "server.join", `{"server_id":"5"}`, `{"id":"5"}`, 200, `{"id":"5"}`},
		{"DELETE", "/api/v1/servers/5/membership", "", "server.leave", `{"server_id":"5"}`, `{}`, 204, ``},
		{"POST", "/api/v1/servers/5/channels", `{"name":"general"}`, "channel.create", `{"name":"general","server_id":"5"}`, `{"id":"6"}`, 201, `{"id":"6"}`},
		{"GET", "/api/v1/servers/5/members?after=2&limit=3", "", "member.list", `{"after":"2","limit":3,"server_id":"5"}`, `{"members":[]}`, 200, `{"members":[]}`},
		{"POST", "/api/v1/users/lookup", `{"user_ids":["7"]}`, "user.get", `{"user_ids":["7"]}`, `{"users":[{"id":"7","username":"ada"}]}`, 200, `{"users":[{"id":"7","username":"ada"}]}`},
		{"PUT", "/api/v1/channels/12/read", `{"seq":4}`, "read.set", `{"channel_id":"12","seq":4}`, `{}`, 204, ``},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.target, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.requests.answer = tt.answer
			b.do(tt.method, tt.target, tt.body).accepted(t, tt.status, tt.want)
			if got, want := b.requests.only(t), (call{ada.ID, tt.call, tt.args}); got != want {
				t.Fatalf("called %v, want %v", got, want)
			}

			b = setup(t)
			r := request(tt.method, tt.target, tt.body)
			r.Header.Del("Authorization")
			res := b.send(r)
			res.refused(t, 401, "unauthenticated")
			if res.Header.Get("WWW-Authenticate") != "Bearer" {
				t.Fatal("no WWW-Authenticate")
			}
			if len(b.requests.calls) != 0 {
				t.Fatal("a request without a token was run")
			}
		})
	}
}

func TestTheIdempotencyKeyIsTheNonce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := request("POST", "/api/v1/channels/12/messages", `{"content":"hi"}`)
	r.Header.Set("Idempotency-Key", "a-1")
	if res := b.send(r); res.StatusCode != 201 {
		t.Fatal(res.body)
	}
	if got := b.requests.only(t).args; got != `{"channel_id":"12","content":"hi","nonce":"a-1"}` {
		t.Fatal(got)
	}
	for _, key := range []string{"has space", "0123456789012345678901234567890123456", "ü"} {
		r := request("POST", "/api/v1/channels/12/messages", `{"content":"hi"}`)
		r.Header.Set("Idempotency-Key", key)
		b.send(r).refused(t, 422, "invalid")
	}
}

func TestEveryKindOfErrorHasItsStatus(t *testing.T) {
	t.Parallel()
	statuses := map[chat.ErrorKind]int{
		chat.Invalid: 422, chat.Unauthenticated: 401, chat.Forbidden: 403, chat.NotFound: 404, chat.Conflict: 409,
		chat.Gone: 410, chat.TooLarge: 413, chat.RateLimited: 429, chat.Unavailable: 503, chat.Internal: 500,
	}
	for kind, status := range statuses {
		t.Run(kind.String(), func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.requests.err = &chat.Error{Kind: kind, Op: "act", Message: "told", RetryAfter: 4200 * time.Millisecond, Err: http.ErrBodyNotAllowed}
			res := b.do("DELETE", "/api/v1/channels/12/messages/34", "")
			p := res.refused(t, status, kind.String())
			if kind == chat.Internal {
				return
			}
			if p.Detail != "act: told" || res.Header.Get("Retry-After") != "5" {
				t.Fatalf("detail %q, retry after %q", p.Detail, res.Header.Get("Retry-After"))
			}
		})
	}
	b := setup(t)
	b.requests.err = chat.Errorf(chat.Fenced, "act", "told")
	b.do("DELETE", "/api/v1/channels/12/messages/34", "").refused(t, 503, "unavailable")
}

func TestWhatIsInternalStaysInside(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.requests.err = http.ErrBodyNotAllowed
	res := b.do("DELETE", "/api/v1/channels/12/messages/34", "")
	p := res.refused(t, 500, "internal")
	if p.Detail != "something went wrong here; it has been noted" {
		t.Fatal(p.Detail)
	}
	if !contains(b.log.String(), "op=delete-message", http.ErrBodyNotAllowed.Error()) {
		t.Fatal("not in the log: ", b.log.String())
	}
}

func TestAnAnswerThatIsNotAsDescribedIsInternal(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.requests.answer = `{"n":"many"}`
	b.do("DELETE", "/api/v1/channels/12/messages/34", "").refused(t, 500, "internal")
}

func TestAuthOperations(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.do("POST", "/api/v1/auth/register", `{"username":"bob","email":"bob@example.org","password":"12345678","first_name":"Bob"}`).
		accepted(t, 201, `{"id":"8","username":"bob","first_name":"Bob"}`)
	b.do("POST", "/api/v1/auth/sign-in", `{"login":"ada","password":"correct horse"}`).
		accepted(t, 200, `{"token":"beep_good","user":{"id":"7","username":"ada","first_name":"Ada"},"expires_at":1763675464000}`)
	b.do("POST", "/api/v1/auth/sign-in", `{"login":"ada","password":"wrong"}`).refused(t, 401, "unauthenticated")
	b.do("GET", "/api/v1/users/@me", "").accepted(t, 200, `{"id":"7","username":"ada","first_name":"Ada"}`)
	b.do("POST", "/api/v1/auth/sign-out", "").accepted(t, 204, "")
	if len(b.auth.signedOut) != 1 || b.auth.signedOut[0] != goodToken {
		t.Fatal(b.auth.signedOut)
	}
	b.do("GET", "/api/v1/gateway", "").accepted(t, 200, `{"url":"ws://example.com/gateway","protocol":1}`)
}
