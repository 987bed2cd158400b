package api

import (
	"cmp"
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"beep/chat"
)

func TestEveryOperationReachesItsRequest(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, r := range rows() {
		b.requests.calls = nil
		b.requests.answer = cmp.Or(r.answer, numbered)
		want, status := cmp.Or(r.want, b.requests.answer), cmp.Or(r.status, http.StatusOK)
		if status == http.StatusNoContent {
			want = ""
		}
		method, target, _ := strings.Cut(r.at, " ")
		if res := b.do(method, basePath+target, r.body); res.StatusCode != status || strings.TrimSpace(res.body) != want {
			t.Errorf("%s %s: status %d, body %s; want %d %s", r.id, r.at, res.StatusCode, res.body, status, want)
			continue
		}
		if got, want := b.requests.only(t), (call{ada.ID, r.call, r.args}); got != want {
			t.Errorf("%s %s: called %v, want %v", r.id, r.at, got, want)
		}
	}
}

func TestWithoutATokenNothingIsRun(t *testing.T) {
	t.Parallel()
	b := setup(t)
	targets := []string{"GET /users/@me", "POST /auth/sign-out", "GET /servers/5/export"}
	for _, r := range rows() {
		targets = append(targets, r.at)
	}
	for _, at := range targets {
		method, target, _ := strings.Cut(at, " ")
		req := request(method, basePath+target, "")
		req.Header.Del("Authorization")
		res := b.send(req)
		res.refused(t, 401, "unauthenticated")
		if res.Header.Get("WWW-Authenticate") != "Bearer" || res.Header.Get("Ratelimit-Limit") != "" {
			t.Errorf("%s: %v", at, res.Header)
		}
	}
	if len(b.requests.calls) != 0 {
		t.Fatalf("run without a token: %v", b.requests.calls)
	}
}

// apart are the operations that are no requests; they have tests of their own.
func apart() []string {
	return []string{"register", "sign-in", "sign-out", "gateway", "get-me", "export-server"}
}

func TestEveryOperationHasItsRow(t *testing.T) {
	t.Parallel()
	tested := map[string]bool{}
	for _, id := range apart() {
		tested[id] = true
	}
	for _, r := range rows() {
		tested[r.id] = true
	}
	a := build(setup(t).config)
	for _, op := range a.operations {
		if !tested[op.OperationID] {
			t.Errorf("%s has no row", op.OperationID)
		}
		delete(tested, op.OperationID)
	}
	if len(tested) > 0 {
		t.Errorf("rows without an operation: %v", tested)
	}
}

func TestEveryRequestOfTheProtocolCanBeMade(t *testing.T) {
	t.Parallel()
	sent := map[string]string{"message.send": `"nonce"`, "message.forward": `"nonce"`} // headers have tests of their own
	for _, r := range rows() {
		sent[r.call] += r.args
	}
	described := protocolRequests(t)
	if len(described) < 70 {
		t.Fatalf("only %d requests found in PROTOCOL.md", len(described))
	}
	for method, words := range described {
		args, ok := sent[method]
		if !ok {
			t.Errorf("%s has no operation", method)
		}
		for _, word := range words {
			// Values that stand for others, and what If-Match carries.
			if slices.Contains([]string{"version", "text", "category", "all", "nothing"}, word) {
				continue
			}
			if !strings.Contains(args, `"`+word+`"`) {
				t.Errorf("%s: nothing sends %s", method, word)
			}
		}
	}
	for _, r := range rows() {
		var args map[string]any
		if err := json.Unmarshal([]byte(r.args), &args); err != nil {
			t.Fatal(err)
		}
		for name := range args {
			if !slices.Contains(described[r.call], name) {
				t.Errorf("%s: PROTOCOL.md does not know %s", r.call, name)
			}
		}
	}
}

// protocolRequests reads the tables of PROTOCOL.md: the requests, and the words in
// code of their arguments.
func protocolRequests(t *testing.T) map[string][]string {
	t.Helper()
	page, err := os.ReadFile("../PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n### Requests\n")
	section, _, _ = strings.Cut(section, "\n### ")
	name, word := regexp.MustCompile("`([a-z]+\\.[a-z]+)`"), regexp.MustCompile("`([a-z_]+)`")
	found := map[string][]string{}
	for line := range strings.Lines(section) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			continue
		}
		for _, m := range name.FindAllStringSubmatch(cells[1], -1) {
			found[m[1]] = []string{}
			for _, w := range word.FindAllStringSubmatch(cells[2], -1) {
				found[m[1]] = append(found[m[1]], w[1])
			}
		}
	}
	return found
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
		chat.Gone: 410, chat.TooLarge: 413, chat.Stale: 412, chat.RateLimited: 429, chat.Unavailable: 503, chat.Internal: 500,
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
