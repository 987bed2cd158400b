package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"beep/beeptest"
)

// Against a whole node: that requests answer as the operations describe it.

const patience = time.Minute

// visitor is a person who comes by REST.
type visitor struct {
	t     *testing.T
	url   string
	token string
	id    string
}

func visits(t *testing.T, w *beeptest.World, name string) *visitor {
	t.Helper()
	p := w.Person(name)
	p.Leaves()
	v := &visitor{t, w.URL() + "/api/v1", p.Token, p.ID.String()}
	// Profiles come from the read model, which has not heard of him at once.
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for deadline := time.Now().Add(patience); v.asks("GET /users/"+v.id, "").StatusCode != http.StatusOK; <-look.C {
		if time.Now().After(deadline) {
			t.Fatal(name + " is not known")
		}
	}
	return v
}

// answer is what came of a request.
type answer struct {
	*http.Response
	body []byte
}

// field reads a member of the answer, by its path.
func (a answer) field(path ...string) string {
	var v any
	if err := json.Unmarshal(a.body, &v); err != nil {
		return ""
	}
	for _, name := range path {
		switch in := v.(type) {
		case map[string]any:
			v = in[name]
		case []any:
			if len(in) == 0 {
				return ""
			}
			v = in[0].(map[string]any)[name]
		}
	}
	s, _ := v.(string)
	return s
}

// does makes a request that must be answered with status.
func (v *visitor) does(status int, at, body string, headers ...string) answer {
	v.t.Helper()
	a := v.asks(at, body, headers...)
	if a.StatusCode != status {
		v.t.Fatalf("%s: %d %s; want %d", at, a.StatusCode, a.body, status)
	}
	return a
}

// asks makes a request. at is method and path; headers are names and values in
// turn.
func (v *visitor) asks(at, body string, headers ...string) answer {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	method, path, _ := strings.Cut(at, " ")
	r, err := http.NewRequestWithContext(ctx, method, v.url+path, strings.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+v.token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer{res, data}
}

func TestAServerIsLedByREST(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob := visits(t, w, "ada"), visits(t, w, "bob")
	made := ada.does(201, "POST /servers", `{"name":"Home","visibility":"public"}`, "Idempotency-Key", "k1")
	again := ada.does(201, "POST /servers", `{"name":"Home","visibility":"public"}`, "Idempotency-Key", "k1")
	if again.Header.Get("Idempotent-Replay") != "true" || !bytes.Equal(made.body, again.body) {
		t.Fatalf("%s, then %s", made.body, again.body)
	}
	ada.does(422, "POST /servers", `{"name":"Away","visibility":"public"}`, "Idempotency-Key", "k1")
	server := "/servers/" + made.field("id")
	bob.does(200, "POST "+server+"/membership", "")
	bob.does(200, "GET /servers?query=Home", "")

	seen := ada.does(200, "GET "+server, "")
	tag := seen.Header.Get("ETag")
	ada.does(304, "GET "+server, "", "If-None-Match", tag)
	ada.does(200, "PATCH "+server, `{"description":"here"}`, "If-Match", tag)
	ada.does(412, "PATCH "+server, `{"description":"there"}`, "If-Match", tag)
	bob.does(403, "PATCH "+server, `{"description":"mine"}`)

	role := "/roles/" + ada.does(201, "POST "+server+"/roles", `{"name":"mods","permissions":["manage_messages"],"color":255}`).field("id")
	tag = ada.does(200, "GET "+server+role, "").Header.Get("ETag")
	ada.does(200, "PATCH "+server+role, `{"mentionable":true}`, "If-Match", tag)
	ada.does(412, "DELETE "+server+role, "", "If-Match", tag)
	ada.does(200, "GET "+server+"/roles", "")
	ada.does(200, "PUT "+server+"/roles/order", `{"order":["`+strings.TrimPrefix(role, "/roles/")+`"]}`)
	ada.does(200, "PATCH "+server+"/members/"+bob.id+"/roles", `{"add":["`+strings.TrimPrefix(role, "/roles/")+`"]}`)
	ada.does(200, "PUT "+server+"/members/"+bob.id+"/nickname", `{"nickname":"Bobby"}`)
	bob.does(200, "PUT "+server+"/members/@me/nickname", `{"nickname":""}`)
	ada.does(200, "PUT "+server+"/members/"+bob.id+"/mute", `{"until":`+soon()+`}`)
	bob.does(200, "GET "+server+"/members/@me", "")
	ada.does(200, "DELETE "+server+"/members/"+bob.id+"/mute", "")
	if link := ada.does(200, "GET "+server+"/members?limit=1", "").Header.Get("Link"); !strings.Contains(link, `rel="next"`) {
		t.Fatal("no link to the next page")
	}

	code := ada.does(201, "POST "+server+"/invitations", "").field("code")
	ada.does(200, "GET "+server+"/invitations", "")
	bob.does(200, "GET /invitations/"+code, "")
	ada.does(200, "PUT "+server+"/bans/"+bob.id, `{"reason":"spam","purge_seconds":60}`)
	bob.does(403, "POST /invitations/"+code+"/accept", "")
	ada.does(200, "GET "+server+"/bans", "")
	ada.does(200, "DELETE "+server+"/bans/"+bob.id, "")
	bob.does(200, "POST /invitations/"+code+"/accept", "")
	ada.does(200, "DELETE "+server+"/members/"+bob.id+"?reason=enough", "")
	ada.does(200, "PUT "+server+"/invited/"+bob.id, "")
	bob.does(204, "POST /me"+"/invitations/"+made.field("id")+"/accept", "")
	ada.does(200, "DELETE "+server+"/invitations/"+code, "")
	bob.does(410, "GET /invitations/"+code, "")

	bob.does(403, "GET "+server+"/audit-log", "")
	ada.does(200, "GET "+server+"/audit-log?limit=5", "")
	ada.does(200, "GET /permissions/why?server_id="+made.field("id")+"&user_id="+bob.id+"&permission=manage_roles", "")
	bob.does(403, "GET "+server+"/export", "")
	export := ada.does(200, "GET "+server+"/export", "")
	if _, err := gzip.NewReader(bytes.NewReader(export.body)); err != nil {
		t.Fatal(err)
	}
	ada.does(200, "POST "+server+"/transfer", `{"user_id":"`+bob.id+`"}`)
	ada.does(204, "DELETE "+server+"/membership", "")
	bob.does(200, "DELETE "+server, "")
	bob.does(404, "GET "+server, "")
}

func soon() string { return number(time.Now().Add(time.Hour).UnixMilli()) }

func number(n int64) string {
	b, err := json.Marshal(n)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func TestAConversationIsLedByREST(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob := visits(t, w, "ada"), visits(t, w, "bob")
	id := ada.does(201, "POST /servers", `{"name":"Home","visibility":"public"}`).field("id")
	bob.does(200, "POST /servers/"+id+"/membership", "")
	made := ada.does(201, "POST /servers/"+id+"/channels", `{"name":"talk","slow_mode":0}`).field("id")
	talk := "/channels/" + made
	tag := ada.does(200, "GET "+talk, "").Header.Get("ETag")
	ada.does(200, "PATCH "+talk, `{"topic":"all"}`, "If-Match", tag)
	ada.does(412, "DELETE "+talk, "", "If-Match", tag)
	sent := ada.does(201, "POST "+talk+"/messages", `{"content":"hello <@`+bob.id+`>"}`, "Idempotency-Key", "m1")
	if again := ada.does(201, "POST "+talk+"/messages", `{"content":"hello <@`+bob.id+`>"}`, "Idempotency-Key", "m1"); again.field("id") != sent.field("id") {
		t.Fatal("sent twice")
	}
	message := talk + "/messages/" + sent.field("id")
	bob.does(200, "GET /me/unread", "")
	bob.does(200, "GET "+message, "")
	ada.does(200, "PATCH "+message, `{"content":"hello"}`)
	bob.does(200, "GET "+message+"/edits", "")
	ada.does(200, "PUT "+message+"/pin", "")
	bob.does(200, "GET "+talk+"/pins", "")
	ada.does(200, "DELETE "+message+"/pin", "")
	bob.does(200, "PUT "+message+"/reactions/%F0%9F%91%8D", "")
	bob.does(200, "GET "+message+"/reactions/%F0%9F%91%8D", "")
	bob.does(200, "DELETE "+message+"/reactions/%F0%9F%91%8D", "")
	ada.does(201, "POST "+message+"/forward", `{"to_channel_id":"`+made+`"}`)
	poll := talk + "/messages/" + ada.does(201, "POST "+talk+"/messages", `{"poll":{"question":"when?","options":["now","then"]}}`).field("id")
	bob.does(200, "PUT "+poll+"/poll/votes", `{"options":[1]}`)
	bob.does(200, "DELETE "+poll+"/poll/votes", "")
	bob.does(403, "POST "+poll+"/poll/close", "")
	ada.does(200, "POST "+poll+"/poll/close", "")
	bob.does(201, "POST "+talk+"/messages", `{"content":"yes","reply_to":"`+sent.field("id")+`"}`)
	bob.does(204, "PUT "+talk+"/read", `{"seq":1}`)
	bob.does(204, "POST "+talk+"/typing", "")
	if link := bob.does(200, "GET "+talk+"/messages?after=0&limit=2", "").Header.Get("Link"); !strings.Contains(link, "after=4&limit=2") {
		t.Fatal(link)
	}
	bob.does(200, "GET "+talk+"/messages?around="+sent.field("id"), "")
	bob.does(201, "POST "+talk+"/threads", `{"name":"aside","message_id":"`+sent.field("id")+`"}`)
	bob.does(200, "GET "+talk+"/members?limit=1", "")
	ada.does(200, "PUT "+talk+"/permissions/member/"+bob.id, `{"deny":["send_messages"]}`)
	bob.does(403, "POST "+talk+"/messages", `{"content":"no"}`)
	ada.does(200, "DELETE "+talk+"/permissions/member/"+bob.id, "")
	ada.does(200, "PUT "+talk+"/permissions/role/"+id, `{"deny":["view_channels"]}`)
	bob.does(404, "GET "+talk, "")
	ada.does(200, "PUT "+talk+"/members/"+bob.id, "")
	bob.does(200, "GET "+talk, "")
	bob.does(200, "DELETE "+talk+"/membership", "")
	bob.does(404, "GET "+talk+"/messages", "")

	call := "/channels/" + ada.does(201, "POST /servers/"+id+"/channels", `{"name":"call","type":"conference"}`).field("id")
	bob.does(200, "PUT "+call+"/membership", "")
	ada.does(200, "GET "+call+"/conference", "")
	ada.does(200, "DELETE "+call+"/conference/"+bob.id, "")
	ada.does(200, "DELETE "+message, "")
	ada.does(404, "GET "+message, "")
	ada.does(200, "DELETE "+talk, "")
}

func TestFriendsAreMadeByREST(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob, cleo := visits(t, w, "ada"), visits(t, w, "bob"), visits(t, w, "cleo")
	ada.does(200, "GET /users/search?query=bo", "")
	ada.does(200, "GET /users/"+bob.id, "")
	ada.does(200, "POST /users/lookup", `{"user_ids":["`+bob.id+`"]}`)
	ada.does(200, "POST /me/friends", `{"username":"bob"}`)
	ada.does(200, "POST /me/friends/"+bob.id+"/cancel", "")
	ada.does(200, "POST /me/friends", `{"user_id":"`+bob.id+`"}`)
	bob.does(200, "POST /me/friends/"+ada.id+"/decline", "")
	bob.does(200, "POST /me/friends", `{"username":"ada"}`)
	ada.does(200, "POST /me/friends/"+bob.id+"/accept", "")
	cleo.does(200, "POST /me/friends", `{"username":"ada"}`)
	ada.does(200, "POST /me/friends/"+cleo.id+"/accept", "")
	ada.does(200, "GET /me/friends", "")
	group := ada.does(201, "POST /me/conversations", `{"user_ids":["`+bob.id+`"],"name":"us"}`)
	of := "/me/conversations/" + group.field("id")
	ada.does(200, "PUT "+of+"/members/"+cleo.id, "")
	ada.does(200, "PATCH "+of, `{"name":"all of us"}`)
	bob.does(200, "GET /servers/"+group.field("id"), "")
	bob.does(201, "POST /channels/"+group.field("channel_id")+"/messages", `{"content":"hi"}`)
	ada.does(200, "DELETE "+of+"/members/"+cleo.id, "")
	bob.does(204, "DELETE "+of, "")
	ada.does(204, "PUT /me/notifications/channels/"+group.field("channel_id"), `{"level":"nothing"}`)
	ada.does(204, "PUT /me/notifications/servers/"+group.field("id"), `{"level":""}`)
	ada.does(204, "PUT /me/notifications/snooze", `{"until":`+soon()+`}`)
	ada.does(204, "DELETE /me/notifications/snooze", "")
	ada.does(422, "DELETE /me/friends/"+bob.id, "")
	ada.does(200, "DELETE /me/friends/"+bob.id+"?erase=true", "")
	ada.does(200, "PUT /me/blocks/"+bob.id, "")
	ada.does(200, "DELETE /me/blocks/"+bob.id, "")
}
