package api

import (
	"context"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"beep/chat"
)

func contextOf(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithCancel(t.Context())
}

func (b *bundle) submit(target string, form url.Values) response {
	r := httptest.NewRequest("POST", target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.send(r)
}

func TestPagesLoadNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	outside := regexp.MustCompile(`(?i)(src|href|action)="(https?:)?//|url\(|@import|<style|style="| on[a-z]+="|<script>`)
	for target, contentType := range map[string]string{
		"/": "text/html; charset=utf-8", "/docs": "text/html; charset=utf-8", "/claim": "text/html; charset=utf-8",
		"/auth/validate": "text/html; charset=utf-8", "/assets/style.css": "text/css; charset=utf-8", "/assets/docs.js": "text/javascript; charset=utf-8",
	} {
		res := b.send(httptest.NewRequest("GET", target, nil))
		if res.StatusCode != 200 || res.Header.Get("Content-Type") != contentType {
			t.Errorf("%s: %d %s", target, res.StatusCode, res.Header.Get("Content-Type"))
		}
		if found := outside.FindString(res.body); found != "" {
			t.Errorf("%s has %q", target, found)
		}
		csp := res.Header.Get("Content-Security-Policy")
		if !contains(csp, "default-src 'none'", "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: %s", target, csp)
		}
		if res.Header.Get("X-Content-Type-Options") != "nosniff" || res.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %v", target, res.Header)
		}
		if strings.Contains(csp, "script-src") != (target == "/docs") {
			t.Errorf("%s: %s", target, csp)
		}
	}
}

func TestTheLandingPageSaysHowToChat(t *testing.T) {
	t.Parallel()
	b := setup(t)
	res := b.send(httptest.NewRequest("GET", "http://chat.example.org:8080/", nil))
	if !contains(res.body, "http://chat.example.org:8080", "beep chat", `href="/docs"`, "v0.0-test") {
		t.Fatal(res.body)
	}
}

func TestReadingALinkDoesNotUseItUp(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, target := range []string{"/claim", "/auth/validate"} {
		res := b.send(httptest.NewRequest("GET", target+`?token="><script>alert(1)</script>`, nil))
		if !contains(res.body, `method="post"`, "&lt;script&gt;") || strings.Contains(res.body, "<script>") {
			t.Fatal(res.body)
		}
		if res.Header.Get("Cache-Control") != "no-store" {
			t.Fatal(res.Header)
		}
	}
	if len(b.auth.claimed)+len(b.auth.validated) != 0 {
		t.Fatal("a link was used up by reading")
	}
}

func TestTheOwnerClaimsByTheForm(t *testing.T) {
	t.Parallel()
	b := setup(t)
	form := url.Values{"token": {"beep_claim"}, "username": {"owner"}, "email": {"o@example.org"}, "password": {"12345678"}, "first_name": {"O"}}
	res := b.submit("/claim", form)
	if res.StatusCode != 200 || !contains(res.body, "Welcome, owner") {
		t.Fatal(res.StatusCode, res.body)
	}
	if r := b.auth.claimed[0]; r.Username != "owner" || r.Email != "o@example.org" || r.Password != "12345678" || r.FirstName != "O" || r.RemoteAddr == "" {
		t.Fatalf("%+v", r)
	}
	b.auth.err = chat.Errorf(chat.Conflict, "claim", "this username is <taken>")
	res = b.submit("/claim", form)
	if res.StatusCode != 409 || !contains(res.body, "this username is &lt;taken&gt;", `value="owner"`, `value="beep_claim"`) || strings.Contains(res.body, "12345678") {
		t.Fatal(res.StatusCode, res.body)
	}
	b.auth.err = chat.Errorf(chat.Gone, "claim", "used")
	if res = b.submit("/claim", form); res.StatusCode != 410 {
		t.Fatal(res.StatusCode)
	}
}

func TestAnEmailIsConfirmedByTheForm(t *testing.T) {
	t.Parallel()
	b := setup(t)
	res := b.submit("/auth/validate?token=other", url.Values{"token": {"beep_validate"}})
	if res.StatusCode != 200 || !contains(res.body, "is confirmed") || b.auth.validated[0] != "beep_validate" {
		t.Fatal(res.StatusCode, res.body, b.auth.validated)
	}
	b.auth.err = chat.Errorf(chat.Gone, "validate e-mail", "used or expired")
	if res = b.submit("/auth/validate", url.Values{"token": {"x"}}); res.StatusCode != 410 || !contains(res.body, "used or expired") {
		t.Fatal(res.StatusCode, res.body)
	}
}

func TestBadFormsAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.submit("/claim", url.Values{"token": {strings.Repeat("a", maxBody)}}).refused(t, 413, "too_large")
	many := url.Values{}
	for i := range maxFields + 1 {
		many.Set(strings.Repeat("a", i+1), "")
	}
	b.submit("/claim", many).refused(t, 400, "invalid")
	b.submit("/claim", url.Values{"username": {"\xff"}}).refused(t, 400, "invalid")
	b.do("POST", "/claim", `{"token":"x"}`).refused(t, 415, "invalid")
	b.do("DELETE", "/claim", "").refused(t, 405, "invalid")
	if len(b.auth.claimed) != 0 {
		t.Fatal("a bad form was taken")
	}
}
