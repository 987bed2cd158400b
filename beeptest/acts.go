package beeptest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"beep/chat"
	"beep/client"
)

// Args are a request's arguments.
type Args = map[string]any

// Does makes a request of PROTOCOL.md on the person's own socket. It must succeed.
func (p *Person) Does(method string, args Args) {
	p.t.Helper()
	p.Gets(method, args, nil)
}

// Gets is Does with the reply.
func (p *Person) Gets(method string, args Args, out any) {
	p.t.Helper()
	ctx, cancel := p.ctx()
	defer cancel()
	p.must(fmt.Sprintf("asks %s %v", method, args), p.client.Do(ctx, method, args, out))
}

// Tries makes a request that may be refused.
func (p *Person) Tries(method string, args Args) error { return p.TriesFor(method, args, nil) }

// TriesFor is Tries with the reply.
func (p *Person) TriesFor(method string, args Args, out any) error {
	p.t.Helper()
	ctx, cancel := p.ctx()
	defer cancel()
	return p.client.Do(ctx, method, args, out)
}

// Makes makes a request that answers with the identifier of what it made.
func (p *Person) Makes(method string, args Args) string {
	p.t.Helper()
	var out struct {
		ID string `json:"id"`
	}
	p.Gets(method, args, &out)
	return out.ID
}

// MakesChannel creates a channel; args may be nil.
func (p *Person) MakesChannel(s Server, name string, args Args) chat.ChannelID {
	p.t.Helper()
	all := Args{"server_id": s.ID, "name": name}
	for k, v := range args {
		all[k] = v
	}
	id, err := chat.ParseChannelID(p.Makes("channel.create", all))
	p.must("creates a channel", err)
	return id
}

// MakesRole creates a role and gives it to somebody.
func (p *Person) MakesRole(s Server, name string, permissions []string, to ...*Person) chat.RoleID {
	p.t.Helper()
	id, err := chat.ParseRoleID(p.Makes("role.create", Args{"server_id": s.ID, "name": name, "permissions": permissions}))
	p.must("creates a role", err)
	for _, m := range to {
		p.Does("member.roles", Args{"server_id": s.ID, "user_id": m.ID, "add": []chat.RoleID{id}})
	}
	return id
}

// Hides makes a channel invisible to all but who gets it by an override.
func (p *Person) Hides(s Server, ch chat.ChannelID) {
	p.t.Helper()
	p.Does("override.set", Args{"channel_id": ch, "role_id": s.ID, "allow": []string{}, "deny": []string{"view_channels"}})
}

// Invites creates an invitation and returns its code.
func (p *Person) Invites(s Server, args Args) string {
	p.t.Helper()
	all := Args{"server_id": s.ID}
	for k, v := range args {
		all[k] = v
	}
	var out struct {
		Code string `json:"code"`
	}
	p.Gets("invitation.create", all, &out)
	return out.Code
}

// JoinsBy joins by an invitation.
func (p *Person) JoinsBy(code string) Server {
	p.t.Helper()
	id, err := chat.ParseServerID(p.Makes("server.join", Args{"code": code}))
	p.must("joins by an invitation", err)
	return p.shown(id)
}

// Befriends makes the two friends and returns their conversation.
func (p *Person) Befriends(o *Person) Server {
	p.t.Helper()
	p.Does("friend.request", Args{"user_id": o.ID})
	o.Does("friend.accept", Args{"user_id": p.ID})
	mine, theirs := p.Conversation(o), o.Conversation(p)
	if mine != theirs {
		p.t.Fatalf("%s has conversation %v and %s %v", p.Name, mine, o.Name, theirs)
	}
	return mine
}

// Conversation waits for the direct conversation with o.
func (p *Person) Conversation(o *Person) (found Server) {
	p.t.Helper()
	p.until("the conversation with "+o.Name, func() bool {
		for _, s := range p.client.State().Servers() {
			if s.Kind == "direct" && slices.ContainsFunc(s.Recipients, func(r chat.Recipient) bool { return r.UserID == o.ID }) {
				found = Server{ID: s.ID, General: s.Channels[0].ID}
				return true
			}
		}
		return false
	})
	return found
}

// Hears waits for a record by its event's name that matches; match may be nil.
func (p *Person) Hears(name string, match func(client.Record) bool) client.Record {
	p.t.Helper()
	e := p.Awaits(name, func(e client.Event) bool {
		r, ok := client.RecordOf(e)
		return ok && r.Name == name && (match == nil || match(r))
	})
	r, _ := client.RecordOf(e)
	return r
}

// HearsOf waits for a record whose data holds the given member with the given
// text, such as "id" and a message's identifier.
func (p *Person) HearsOf(name, member, text string) client.Record {
	p.t.Helper()
	return p.Hears(name, func(r client.Record) bool { return Field(r.Data, member) == text })
}

// Field is a member of a JSON object as text.
func Field(data json.RawMessage, member string) string {
	var m map[string]json.RawMessage
	if json.Unmarshal(data, &m) != nil {
		return ""
	}
	var s string
	if json.Unmarshal(m[member], &s) == nil {
		return s
	}
	return string(m[member])
}

// IsNotified waits for a notification that matches.
func (p *Person) IsNotified(kind string, ch chat.ChannelID) client.Notification {
	p.t.Helper()
	return p.Awaits("a notification of "+kind, func(e client.Event) bool {
		n, ok := e.(client.Notification)
		return ok && n.Kind == kind && n.Channel == ch
	}).(client.Notification)
}

// SeesChannel waits until the person's client has a channel.
func (p *Person) SeesChannel(ch chat.ChannelID) {
	p.t.Helper()
	p.until(fmt.Sprintf("channel %d to appear", ch), func() bool { _, ok := p.client.State().Channel(ch); return ok })
}

// LosesChannel waits until the person's client has forgotten a channel.
func (p *Person) LosesChannel(ch chat.ChannelID) {
	p.t.Helper()
	p.until(fmt.Sprintf("channel %d to disappear", ch), func() bool { _, ok := p.client.State().Channel(ch); return !ok })
}

// LosesServer waits until the person was told that a server is gone.
func (p *Person) LosesServer(s Server) {
	p.t.Helper()
	p.Awaits("the end of the server", func(e client.Event) bool { g, ok := e.(client.ServerGone); return ok && g.Server == s.ID })
}

// until waits for a state of the client, looking after every event.
func (p *Person) until(what string, is func() bool) {
	p.t.Helper()
	if is() {
		return
	}
	p.Awaits(what, func(client.Event) bool { return is() })
}

// NeverHeardOf fails if anything that the person was told mentions text: a name,
// a content, an identifier.
func (p *Person) NeverHeardOf(what, text string) {
	p.t.Helper()
	for _, e := range p.Events() {
		b, err := json.Marshal(e)
		p.must("encodes an event", err)
		if bytes.Contains(b, []byte(text)) {
			p.t.Errorf("%s was told of %s: %T %s", p.Name, what, e, b)
		}
	}
}
