package api

import "testing"

func TestAFullPageLinksToTheNext(t *testing.T) {
	t.Parallel()
	const (
		two = `{"messages":[{"id":"1","seq":3},{"id":"2","seq":4}]}`
		at  = "/api/v1/channels/12/messages"
	)
	for _, tt := range []struct{ target, answer, want string }{
		{at + "?limit=2", two, `<` + at + `?before=3&limit=2>; rel="next"`},
		{at + "?limit=2&before=9", two, `<` + at + `?before=3&limit=2>; rel="next"`},
		{at + "?limit=2&after=0", two, `<` + at + `?after=4&limit=2>; rel="next"`},
		{at + "?limit=2&around=1", two, ""},
		{at + "?limit=3", two, ""},
		{at, two, ""}, // a page of 50
		{at + "?limit=2", `{"messages":[]}`, ""},
		{"/api/v1/servers?limit=1&query=a%26b", `{"servers":[{"id":"6"}]}`, `</api/v1/servers?after=6&limit=1&query=a%26b>; rel="next"`},
		{"/api/v1/servers/5/members?limit=1", `{"members":[{"user_id":"8"}]}`, `</api/v1/servers/5/members?after=8&limit=1>; rel="next"`},
		{"/api/v1/servers/5/bans?limit=1", `{"bans":[{"user_id":"8"}]}`, `</api/v1/servers/5/bans?after=8&limit=1>; rel="next"`},
		{"/api/v1/servers/5/audit-log?limit=1&by=8", `{"entries":[{"number":30}]}`, `</api/v1/servers/5/audit-log?before=30&by=8&limit=1>; rel="next"`},
		{"/api/v1/servers/5/audit-log?limit=2&before=50", `{"entries":[],"next":20}`, `</api/v1/servers/5/audit-log?before=20&limit=2>; rel="next"`},
		{"/api/v1/users/search?limit=1&query=a", `{"users":[{"id":"8"}]}`, `</api/v1/users/search?after=8&limit=1&query=a>; rel="next"`},
		{"/api/v1/channels/12/members?limit=2&after=3", `{"members":[],"next":"8"}`, `</api/v1/channels/12/members?after=8&limit=2>; rel="next"`},
		{"/api/v1/channels/12/members?limit=1", `{"members":[{"user_id":"8"}]}`, ""},
	} {
		b := setup(t)
		b.requests.answer = tt.answer
		res := b.do("GET", tt.target, "")
		if got := res.Header.Get("Link"); res.StatusCode != 200 || got != tt.want {
			t.Errorf("%s: %d, Link %q; want %q", tt.target, res.StatusCode, got, tt.want)
		}
	}
}
