package api

import (
	"net/http"
	"strings"
	"testing"

	"beep/chat"
)

func (b *bundle) with(method, target, body, header, value string) response {
	b.t.Helper()
	r := request(method, basePath+target, body)
	r.Header.Set(header, value)
	return b.send(r)
}

func TestAReadIsAnsweredWithAVersionAndNotRepeatedForNothing(t *testing.T) {
	t.Parallel()
	for target, answers := range map[string][2]string{
		"/servers/5":         {`{"server":{"id":"5","name":"a","version":12,"members":2}}`, `{"server":{"id":"5","name":"a","version":12,"members":3}}`},
		"/channels/12":       {`{"channel":{"id":"12","version":12,"rights":[]}}`, `{"channel":{"id":"12","version":12}}`},
		"/servers/5/roles":   {`{"roles":[{"id":"9","version":12},{"id":"5","version":3}]}`, `{"roles":[{"id":"9","version":12}]}`},
		"/servers/5/roles/9": {`{"roles":[{"id":"9","version":12,"name":"a"}]}`, `{"roles":[{"id":"9","version":12,"name":"b"}]}`},
	} {
		b := setup(t)
		b.requests.answer = answers[0]
		res := b.do("GET", basePath+target, "")
		tag := res.Header.Get("ETag")
		if res.StatusCode != 200 || !strings.HasPrefix(tag, `"12-`) {
			t.Fatalf("%s: %d %s %s", target, res.StatusCode, tag, res.body)
		}
		for _, has := range []string{tag, "*", `"1", W/` + tag} {
			res := b.with("GET", target, "", "If-None-Match", has)
			if res.StatusCode != 304 || res.body != "" || res.Header.Get("ETag") != tag {
				t.Errorf("%s, %s: %d %q %v", target, has, res.StatusCode, res.body, res.Header)
			}
		}
		// The version is the same, but not all that the answer says.
		b.requests.answer = answers[1]
		if res := b.with("GET", target, "", "If-None-Match", tag); res.StatusCode != 200 || res.Header.Get("ETag") == tag {
			t.Errorf("%s: what is new was kept back: %d", target, res.StatusCode)
		}
	}
	b := setup(t)
	b.requests.answer = `{"server":{"id":"5"}}`
	if res := b.do("GET", "/api/v1/servers/5", ""); res.StatusCode != 200 || res.Header.Get("ETag") != "" {
		t.Fatal(res.StatusCode, res.Header)
	}
}

func TestAChangeCarriesTheVersionThatWasSeen(t *testing.T) {
	t.Parallel()
	const name = `{"name":"a"}`
	for at, body := range map[string]string{
		"PATCH /servers/5": name, "DELETE /servers/5": "", "PATCH /channels/12": name, "DELETE /channels/12": "",
		"PATCH /servers/5/roles/9": name, "DELETE /servers/5/roles/9": "",
		"PUT /channels/12/permissions/role/9": "{}", "PUT /channels/12/permissions/member/8": "{}",
		"DELETE /channels/12/permissions/role/9": "", "DELETE /channels/12/permissions/member/8": "",
	} {
		method, target, _ := strings.Cut(at, " ")
		b := setup(t)
		b.requests.answer = numbered
		for tag, want := range map[string]string{`"12"`: `"version":12`, `"12-abc_d"`: `"version":12`, "*": ""} {
			b.requests.calls = nil
			res := b.with(method, target, body, "If-Match", tag)
			if got := b.requests.only(t).args; res.StatusCode != 200 || want != "" && !strings.Contains(got, want) || strings.Contains(got, "version") != (want != "") {
				t.Errorf("%s, %s: %d %s", at, tag, res.StatusCode, got)
			}
			if tag := res.Header.Get("ETag"); !strings.Contains(target, "permissions") && tag != `"9"` {
				t.Errorf("%s: ETag %s", at, tag)
			}
		}
		b.requests.calls = nil
		for _, tag := range []string{`12`, `W/"12"`, `"0"`, `"x"`, `"1", "2"`, `"9007199254740993"`, `"`} {
			b.with(method, target, body, "If-Match", tag).refused(t, 422, "invalid")
		}
		if len(b.requests.calls) != 0 {
			t.Fatalf("%s was done: %v", at, b.requests.calls)
		}
		b.requests.err = chat.Errorf(chat.Stale, "update", "it has changed since")
		b.with(method, target, body, "If-Match", `"12"`).refused(t, http.StatusPreconditionFailed, "stale")
	}
}

func TestARoleThatIsNotThereIsNotFound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.requests.answer = `{"roles":[` + everyone + `]}`
	b.do("GET", "/api/v1/servers/5/roles/9", "").refused(t, 404, "not_found")
	b.requests.answer = `{"users":[]}`
	b.do("GET", "/api/v1/users/9", "").refused(t, 404, "not_found")
}
