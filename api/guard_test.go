package api

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"beep/chat"
)

func TestBadRequestsAreRefusedWithTheirKind(t *testing.T) {
	t.Parallel()
	const send = "/api/v1/channels/12/messages"
	deep := `{"content":` + strings.Repeat("[", 16) + strings.Repeat("]", 16) + `}`
	tests := []struct {
		name, method, target, body, contentType string
		status                                  int
		kind                                    string
	}{
		{"no JSON", "POST", send, `{"content"`, "", 400, "invalid"},
		{"two values", "POST", send, `{"content":"a"}{}`, "", 400, "invalid"},
		{"not UTF-8", "POST", send, "{\"content\":\"\xff\"}", "", 400, "invalid"},
		{"deep JSON", "POST", send, deep, "", 413, "too_large"},
		{"very deep JSON", "POST", send, strings.Repeat("[", 60000), "", 413, "too_large"},
		{"oversized", "POST", send, `{"content":"` + strings.Repeat("a", maxBody) + `"}`, "", 413, "too_large"},
		{"no body", "POST", send, "", "", 400, "invalid"},
		{"unknown field", "POST", send, `{"content":"a","colour":"red"}`, "", 422, "invalid"},
		{"missing field", "PATCH", send + "/34", `{}`, "", 422, "invalid"},
		{"wrong type", "POST", send, `{"content":5}`, "", 422, "invalid"},
		{"null", "POST", send, `null`, "", 422, "invalid"},
		{"a list", "POST", send, `[]`, "", 422, "invalid"},
		{"text", "POST", send, `{"content":"a"}`, "text/plain", 415, "invalid"},
		{"a form", "POST", send, `content=a`, "application/x-www-form-urlencoded", 415, "invalid"},
		{"another charset", "POST", send, `{"content":"a"}`, "application/json; charset=latin1", 415, "invalid"},
		{"nonsense type", "POST", send, `{"content":"a"}`, ";;", 415, "invalid"},
		{"no type", "POST", send, `{"content":"a"}`, "-", 415, "invalid"},
		{"id is a word", "POST", "/api/v1/channels/general/messages", `{"content":"a"}`, "", 422, "invalid"},
		{"id is zero", "POST", "/api/v1/channels/0/messages", `{"content":"a"}`, "", 422, "invalid"},
		{"id with zero in front", "GET", "/api/v1/channels/012/messages", "", "", 422, "invalid"},
		{"id is negative", "GET", "/api/v1/channels/-12/messages", "", "", 422, "invalid"},
		{"id above 63 bits", "GET", "/api/v1/channels/9223372036854775808/messages", "", "", 422, "invalid"},
		{"id too long", "GET", "/api/v1/channels/" + strings.Repeat("1", 21) + "/messages", "", "", 422, "invalid"},
		{"message id", "DELETE", send + "/x", "", "", 422, "invalid"},
		{"server id", "POST", "/api/v1/servers/x/membership", "", "", 422, "invalid"},
		{"reply id", "POST", send, `{"content":"a","reply_to":"x"}`, "", 422, "invalid"},
		{"limit too high", "GET", send + "?limit=101", "", "", 422, "invalid"},
		{"limit zero", "GET", send + "?limit=0", "", "", 422, "invalid"},
		{"limit a word", "GET", send + "?limit=many", "", "", 422, "invalid"},
		{"negative before", "GET", send + "?before=-1", "", "", 422, "invalid"},
		{"around a word", "GET", send + "?around=x", "", "", 422, "invalid"},
		{"after of members", "GET", "/api/v1/servers/5/members?after=x", "", "", 422, "invalid"},
		{"after of servers", "GET", "/api/v1/servers?after=x", "", "", 422, "invalid"},
		{"unknown parameter", "GET", send + "?colour=red", "", "", 422, "invalid"},
		{"visibility", "POST", "/api/v1/servers", `{"name":"a","visibility":"secret"}`, "", 422, "invalid"},
		{"too many users", "POST", "/api/v1/users/lookup", `{"user_ids":[` + strings.Repeat(`"1",`, 100) + `"1"]}`, "", 422, "invalid"},
		{"null users", "POST", "/api/v1/users/lookup", `{"user_ids":null}`, "", 422, "invalid"},
		{"negative seq", "PUT", "/api/v1/channels/12/read", `{"seq":-1}`, "", 422, "invalid"},
		{"seq a fraction", "PUT", "/api/v1/channels/12/read", `{"seq":1.5}`, "", 422, "invalid"},
		{"a body where there is none", "PUT", send + "/34/pin", `{"pinned":true}`, "", 422, "invalid"},
		{"a body in a read", "GET", send, `{"limit":3}`, "", 422, "invalid"},
		{"a name in another case", "PATCH", send + "/34", `{"Content":"a"}`, "", 422, "invalid"},
		{"null in a change", "PATCH", "/api/v1/servers/5", `{"name":null}`, "", 422, "invalid"},
		{"null in place of a change", "PUT", "/api/v1/servers/5/bans/8", `null`, "", 422, "invalid"},
		{"a list in place of a change", "PUT", "/api/v1/servers/5/bans/8", `[]`, "", 422, "invalid"},
		{"empty name", "PATCH", "/api/v1/servers/5", `{"name":""}`, "", 422, "invalid"},
		{"name too long", "PATCH", "/api/v1/channels/12", `{"name":"` + strings.Repeat("ü", 101) + `"}`, "", 422, "invalid"},
		{"version in the body", "PATCH", "/api/v1/servers/5", `{"version":3}`, "", 422, "invalid"},
		{"server in the body", "PATCH", "/api/v1/servers/5", `{"server_id":"6"}`, "", 422, "invalid"},
		{"unknown permission", "POST", "/api/v1/servers/5/roles", `{"name":"a","permissions":["fly"]}`, "", 422, "invalid"},
		{"unknown field within", "POST", send, `{"poll":{"question":"?","options":["a","b"],"x":1}}`, "", 422, "invalid"},
		{"one option", "POST", send, `{"poll":{"question":"?","options":["a"]}}`, "", 422, "invalid"},
		{"id of a role beyond 63 bits", "DELETE", "/api/v1/servers/5/roles/9223372036854775808", "", "", 422, "invalid"},
		{"emoji not UTF-8", "PUT", send + "/34/reactions/%ff", "", "", 422, "invalid"},
		{"emoji too long", "PUT", send + "/34/reactions/" + strings.Repeat("a", 65), "", "", 422, "invalid"},
		{"query not UTF-8", "GET", "/api/v1/servers?query=%ff", "", "", 422, "invalid"},
		{"user @me in an override", "PUT", "/api/v1/channels/12/permissions/member/@me", `{}`, "", 422, "invalid"},
		{"unknown level", "PUT", "/api/v1/me/notifications/servers/5", `{"level":"loud"}`, "", 422, "invalid"},
		{"no permission asked for", "GET", "/api/v1/permissions/why?server_id=5", "", "", 422, "invalid"},
		{"code with a slash", "GET", "/api/v1/invitations/a%2Fb", "", "", 422, "invalid"},
		{"purge too long", "PUT", "/api/v1/servers/5/bans/8", `{"purge_seconds":604801}`, "", 422, "invalid"},
		{"no such address", "GET", "/api/v1/nothing", "", "", 404, "not_found"},
		{"no such page", "GET", "/nothing", "", "", 404, "not_found"},
		{"no such method", "PUT", "/api/v1/servers", "", "", 405, "invalid"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			r := request(tt.method, tt.target, tt.body)
			switch tt.contentType {
			case "":
			case "-":
				r.Header.Del("Content-Type")
			default:
				r.Header.Set("Content-Type", tt.contentType)
			}
			res := b.send(r)
			p := res.refused(t, tt.status, tt.kind)
			if p.Detail == "" || p.Title == "" {
				t.Fatalf("says nothing: %s", res.body)
			}
			if len(b.requests.calls) != 0 {
				t.Fatalf("was run: %v", b.requests.calls)
			}
			if tt.status == 405 && !strings.Contains(res.Header.Get("Allow"), "GET") {
				t.Fatalf("Allow: %q", res.Header.Get("Allow"))
			}
		})
	}
}

func TestTheLargestBodyIsTaken(t *testing.T) {
	t.Parallel()
	b := setup(t)
	body := `{"content":"` + strings.Repeat("a", maxBody-14) + `"}`
	if len(body) != maxBody {
		t.Fatal(len(body))
	}
	if res := b.do("POST", "/api/v1/channels/12/messages", body); res.StatusCode != 201 {
		t.Fatal(res.StatusCode, res.body)
	}
}

func TestNothingSentIsSentBackOrLogged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, body := range []string{
		`{"login":"ada","password":12345678}`, `{"login":"ada","password":"12345678","x":"12345678"}`, `{"password":"12345678"}`, `{"login":"ada","password":"12345678"`,
	} {
		if res := b.do("POST", "/api/v1/auth/sign-in", body); strings.Contains(res.body, "12345678") || res.StatusCode < 400 {
			t.Errorf("%s: %s", body, res.body)
		}
	}
	b.auth.err = errors.New("database is on fire")
	b.do("POST", "/api/v1/auth/register", `{"username":"bob","email":"b@example.org","password":"12345678"}`).refused(t, 500, "internal")
	b.do("POST", "/claim?token=12345678", "").refused(t, 415, "invalid")
	if strings.Contains(b.log.String(), "12345678") || strings.Contains(b.log.String(), goodToken) {
		t.Fatal(b.log.String())
	}
}

func TestAPanicIsA500(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.do("POST", "/api/v1/auth/register", `{"username":"panic","email":"b@example.org","password":"12345678"}`).refused(t, 500, "internal")
	if !contains(b.log.String(), "a request panicked", "as asked", "/api/v1/auth/register") {
		t.Fatal(b.log.String())
	}
}

func TestBadTokensAreRefusedBeforeTheRequestIsLookedAt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, header := range []string{"", "Bearer", "Bearer ", "Basic " + goodToken, goodToken, "Bearer beep_bad"} {
		r := request("POST", "/api/v1/channels/general/messages?colour=red", `{}`)
		r.Header.Set("Authorization", header)
		b.send(r).refused(t, 401, "unauthenticated")
	}
	r := request("POST", "/api/v1/servers/5/membership", "")
	r.Header.Set("Authorization", "bearer  "+goodToken)
	if res := b.send(r); res.StatusCode != 200 {
		t.Fatal(res.body)
	}
}

func TestAForeignPageChangesNothing(t *testing.T) {
	t.Parallel()
	allow := func(c *Config) { c.AllowedOrigins = []string{"https://web.example.org"} }
	tests := []struct {
		name    string
		headers map[string]string
		status  int
	}{
		{"no browser", nil, 200},
		{"own origin", map[string]string{"Origin": "http://example.com", "Sec-Fetch-Site": "same-origin"}, 200},
		{"own origin, old browser", map[string]string{"Origin": "http://example.com"}, 200},
		{"foreign origin", map[string]string{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, 403},
		{"foreign origin, old browser", map[string]string{"Origin": "https://evil.example"}, 403},
		{"foreign, says no origin", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		{"null origin", map[string]string{"Origin": "null"}, 403},
		{"allowed origin", map[string]string{"Origin": "https://web.example.org", "Sec-Fetch-Site": "cross-site"}, 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, target := range []string{"/api/v1/servers/5/membership", "/claim", "/auth/validate"} {
				b := setup(t, allow)
				r := request("POST", target, "")
				if !strings.HasPrefix(target, apiPrefix) {
					r.Body, r.ContentLength = http.NoBody, 0
					r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				}
				for k, v := range tt.headers {
					r.Header.Set(k, v)
				}
				res := b.send(r)
				if tt.status == 403 {
					res.refused(t, 403, "forbidden")
				} else if res.StatusCode != tt.status {
					t.Fatal(target, res.StatusCode, res.body)
				}
				if allowed := res.Header.Get("Access-Control-Allow-Origin"); allowed != "" && tt.name != "allowed origin" {
					t.Fatal(allowed)
				}
			}
		})
	}
}

func TestAnAllowedOriginMayAskFirst(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *Config) { c.AllowedOrigins = []string{"https://web.example.org"} })
	r := httptest.NewRequest("OPTIONS", "/api/v1/servers", nil)
	r.Header.Set("Origin", "https://web.example.org")
	r.Header.Set("Access-Control-Request-Method", "POST")
	res := b.send(r)
	if res.StatusCode != 204 || res.Header.Get("Access-Control-Allow-Origin") != "https://web.example.org" ||
		!strings.Contains(res.Header.Get("Access-Control-Allow-Headers"), "Authorization") {
		t.Fatal(res.StatusCode, res.Header)
	}
	r.Header.Set("Origin", "https://evil.example")
	if res := b.send(r); res.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Fatal(res.Header)
	}
}

func TestNamesThatAreSuddenlyThisMachineAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *Config) {
		c.BaseURL = func() string { return "http://chat.example.org" }
		c.AllowedOrigins = []string{"https://web.example.org"}
	})
	server := httptest.NewServer(b.handler) // listens on a loopback address
	defer server.Close()
	for host, status := range map[string]int{
		"": 200, "localhost:1": 200, "a.localhost": 200, "[::1]:5": 200, "chat.example.org": 200, "web.example.org": 200, "rebound.example": 403,
	} {
		r, err := http.NewRequestWithContext(t.Context(), "POST", server.URL+"/api/v1/servers/5/membership", nil)
		if err != nil {
			t.Fatal(err)
		}
		if host != "" {
			r.Host = host
		}
		r.Header.Set("Origin", "http://"+r.Host)
		r.Header.Set("Authorization", "Bearer "+goodToken)
		res, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != status {
			t.Errorf("%q: %d", host, res.StatusCode)
		}
	}
}

func TestOnlyTrustedProxiesSayWhereARequestComesFrom(t *testing.T) {
	t.Parallel()
	trust := func(c *Config) {
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	}
	for _, tt := range []struct{ peer, forwarded, want string }{
		{"192.0.2.1:5", "203.0.113.9", "192.0.2.1"},
		{"10.0.0.1:5", "203.0.113.9", "203.0.113.9"},
		{"10.0.0.1:5", "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"},
		{"10.0.0.1:5", "", "10.0.0.1"},
		{"10.0.0.1:5", "nonsense", "10.0.0.1"},
		{"10.0.0.1:5", "nonsense, 10.0.0.3", "10.0.0.3"},
		{"[fd00::1]:5", "2001:db8::1", "2001:db8::1"},
	} {
		b := setup(t, trust)
		r := request("POST", "/api/v1/auth/sign-in", `{"login":"ada","password":"correct horse"}`)
		r.RemoteAddr = tt.peer
		r.Header.Set("X-Forwarded-For", tt.forwarded)
		b.send(r)
		if len(b.auth.remotes) != 1 || b.auth.remotes[0] != tt.want {
			t.Errorf("%v: %v", tt, b.auth.remotes)
		}
		r = httptest.NewRequest("GET", "/api/v1/gateway", nil)
		r.RemoteAddr = tt.peer
		r.Header.Set("X-Forwarded-Proto", "https")
		want := "wss://"
		if tt.peer == "192.0.2.1:5" {
			want = "ws://"
		}
		if res := b.send(r); !strings.Contains(res.body, `"`+want) {
			t.Errorf("%v: %s", tt, res.body)
		}
	}
}

func TestAnAnswerThatDoesNotComeIsUnavailable(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.requests.silent = true
	r := request("POST", "/api/v1/channels/12/messages", `{"content":"a"}`)
	ctx, cancel := contextOf(t)
	cancel()
	b.send(r.WithContext(ctx)).refused(t, 503, "unavailable")
}

func TestProbes(t *testing.T) {
	t.Parallel()
	var ready error
	b := setup(t, func(c *Config) { c.Ready = func() error { return ready } })
	b.do("GET", "/livez", "").accepted(t, 200, "ok")
	b.do("GET", "/readyz", "").accepted(t, 200, "ok")
	ready = chat.Errorf(chat.Unavailable, "serve", "the projection is behind")
	if p := b.do("GET", "/readyz", "").refused(t, 503, "unavailable"); p.Detail != "serve: the projection is behind" {
		t.Fatal(p.Detail)
	}
	ready = errors.New("password of the database is wrong")
	if p := b.do("GET", "/readyz", "").refused(t, 503, "unavailable"); p.Detail != "not ready" {
		t.Fatal(p.Detail)
	}
	b.do("GET", "/livez", "").accepted(t, 200, "ok")
}

func TestTheGatewayIsReachedAsItCame(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *Config) {
		c.Gateway = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if _, ok := w.(http.Hijacker); !ok {
				t.Error("the connection cannot be taken over")
			}
		})
	})
	server := httptest.NewServer(b.handler)
	defer server.Close()
	res, err := server.Client().Get(server.URL + "/gateway?v=1")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
}

func TestSlowAndLargeHeadsAreCut(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := NewServer(b.handler, nil)
	if s.ReadHeaderTimeout <= 0 || s.WriteTimeout <= callTimeout || s.IdleTimeout <= 0 {
		t.Fatalf("%+v", s)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	r, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+l.Addr().String()+"/livez", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Large", strings.Repeat("a", 64<<10))
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Fatal(res.StatusCode)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	<-done
}

func FuzzREST(f *testing.F) {
	f.Add("POST", "/api/v1/channels/12/messages?limit=3", "application/json", []byte(`{"content":"a"}`))
	f.Add("PUT", "/api/v1/channels/12/read", "application/json", []byte(`{"seq":18446744073709551616}`))
	f.Add("POST", "/claim", "application/x-www-form-urlencoded", []byte(`token=%zz&a`))
	f.Add("GET", "/api/v1/servers/%2e%2e/members", "", []byte(nil))
	f.Add("PATCH", "/api/v1/channels/12", "application/json", []byte(`{"parent_id":"","position":1e3,"Name":null}`))
	f.Add("PUT", "/api/v1/channels/12/permissions/role/5", "application/json", []byte(`{"allow":["connect"],"deny":[]}`))
	f.Add("DELETE", "/api/v1/channels/12/messages/34/reactions/%F0%9F%91%8D?user_id=@me", "", []byte(nil))
	f.Add("POST", "/api/v1/servers/5/invitations", "application/json", []byte(`{"expires_in":-1}`))
	auth, requests := &fakeAuth{}, &fakeRequests{answer: `{"server":{},"channel":{},"message":{},"member":{}}`}
	h := New(Config{Auth: auth, Requests: requests, Gateway: http.NotFoundHandler(), Exempt: func(string) bool { return true }})
	f.Fuzz(func(t *testing.T, method, target, contentType string, body []byte) {
		r, err := http.NewRequestWithContext(t.Context(), method, "http://example.com/"+strings.TrimPrefix(target, "/"), strings.NewReader(string(body)))
		if err != nil {
			return
		}
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Authorization", "Bearer "+goodToken)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code >= 500 && w.Code != http.StatusServiceUnavailable { // there are no exports and keys here
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		requests.mu.Lock()
		requests.calls = nil
		requests.mu.Unlock()
	})
}
