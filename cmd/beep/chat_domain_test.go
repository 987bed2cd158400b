package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A server with a category and a channel in it, and a conversation with bob.
const wideReady = `{"op":"ready","user":{"id":"7","username":"ada","n":3,"relations":[{"user_id":"8","username":"bob","state":"friends","since":1}]},"servers":[` +
	`{"id":"100","kind":"server","name":"Home","n":12,"members":2,"owner_id":"7","roles":[{"id":"100","name":"everyone","permissions":["send_messages"]},{"id":"60","name":"Night watch","position":1,"permissions":["speak"],"version":9}],` +
	`"channels":[{"id":"200","server_id":"100","name":"general","type":"text","n":5},{"id":"201","server_id":"100","name":"Work","type":"category","position":1},` +
	`{"id":"202","server_id":"100","name":"plans","type":"text","position":2,"parent_id":"201","n":0}]},` +
	`{"id":"300","kind":"direct","name":"","n":1,"recipients":[{"user_id":"7","username":"ada"},{"user_id":"8","username":"bob"}],"channels":[{"id":"301","server_id":null,"name":"","type":"direct","n":0}]}]}`

func wideGateway(t *testing.T, answers map[string]fakeAnswer) (*fakeGateway, string) {
	t.Helper()
	g, url := newFakeGateway(t)
	g.ready, g.answers = wideReady, answers
	return g, url
}

// asked fails unless the requests were made, in this order, among others.
func (g *fakeGateway) wasAsked(t *testing.T, wants ...string) {
	t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	rest := g.asked
	for _, want := range wants {
		i := slices.Index(rest, want)
		if i < 0 {
			t.Fatalf("%q is missing, or in another order:\n%s", want, strings.Join(g.asked, "\n"))
		}
		rest = rest[i+1:]
	}
}

func serverEvent(n int, name, d string) string {
	return fmt.Sprintf(`{"op":"event","e":"%s","s":"100","n":%d,"t":1,"by":"7","d":%s}`, name, n, d)
}

func channelEvent(n int, name, d string) string {
	return fmt.Sprintf(`{"op":"event","e":"%s","s":"100","c":"200","n":%d,"t":1,"by":"8","d":%s}`, name, n, d)
}

func TestMessagesAreActedOnByTheirPlace(t *testing.T) {
	t.Parallel()
	g, url := wideGateway(t, map[string]fakeAnswer{
		"reaction.add": {[]string{channelEvent(6, "reaction_added", `{"id":"1003","seq":3,"emoji":"🎉","user_id":"8"}`)}, `{"n":6}`},
		"message.pin": {[]string{channelEvent(7, "message_pinned", `{"id":"1003","seq":3,"pinned":true}`),
			channelEvent(8, "message_sent", `{"id":"1008","channel_id":"200","type":"pinning","content":"","reference":"1003"}`)}, `{"n":7}`},
		"poll.vote": {nil, `{"n":0}`},
	})
	out := chatWith(t, url, "/react ^ 🎉\n/pin 1\n/vote ^ 2 1\n/forward ^ @bob\n/react ^7 x\n")
	g.wasAsked(t, `reaction.add {"channel_id":"200","emoji":"🎉","message_id":"1003"}`, `message.pin {"channel_id":"200","message_id":"1003"}`,
		`poll.vote {"channel_id":"200","message_id":"1003","options":[1,0]}`, `message.forward {"channel_id":"200","message_id":"1003","to_channel_id":"301"}`)
	contains(t, out, "bob reacts 🎉 to message 1", "* bob has pinned message 1", "! /react N EMOJI")
}

func TestAChannelThatIsTakenAwayIsLeft(t *testing.T) {
	t.Parallel()
	// The views come first, so that they are shown when what was awaited is.
	_, url := wideGateway(t, map[string]fakeAnswer{
		"channel.update": {[]string{`{"op":"view","s":"100","hide":["200"]}`, serverEvent(13, "hidden", `null`)}, `{"n":13}`},
		"override.set":   {[]string{`{"op":"view","s":"100","show":[{"id":"203","server_id":"100","name":"back\u001b","type":"text","n":4}]}`, serverEvent(14, "hidden", `null`)}, `{"n":14}`},
	})
	out := chatWith(t, url, "/topic gone\n/override @bob deny send_messages\n/channels\n")
	contains(t, out, "you do not see #general any more", "now in Home #plans", "you see #back\ufffd from now on", "2  Work:", "3 *  #plans", "conversations", "@bob")
}

func TestARoleMayBeMadeAndGivenInOneBreath(t *testing.T) {
	t.Parallel()
	g, url := wideGateway(t, map[string]fakeAnswer{
		"role.create":  {nil, `{"id":"61"}`},
		"channel.get":  {nil, `{"channel":{"version":4,"permissions":[{"role_id":"60","allow":["speak"],"deny":["send_messages"]}]}}`},
		"role.update":  {[]string{serverEvent(13, "role_created", `{"id":"61","position":1,"name":"New"}`)}, `{"n":13}`},
		"override.set": {nil, `{"n":0}`},
	})
	// role.update stands first, so that the event of the creation comes by it.
	chatWith(t, url, "/role allow \"night watch\" connect\n/role create New speak\n/role give New bob\n/override \"Night watch\" allow send_messages\n")
	g.wasAsked(t, `role.update {"permissions":["speak","connect"],"role_id":"60","server_id":"100","version":9}`,
		`role.create {"name":"New","permissions":["speak"],"server_id":"100"}`, `member.roles {"add":["61"],"server_id":"100","user_id":"8"}`,
		`override.set {"allow":["speak","send_messages"],"channel_id":"200","deny":[],"role_id":"60","version":4}`)
}

func TestNamesBecomeMentionsAndBack(t *testing.T) {
	t.Parallel()
	g, url := wideGateway(t, map[string]fakeAnswer{
		"message.edit": {[]string{channelEvent(6, "message_edited", `{"id":"1003","seq":3,"content":"<@8> in <#202>, <@&60> <b> <@x> <#999>"}`)}, `{"n":6}`},
		"user.search":  {nil, `{"users":[]}`},
	})
	out := chatWith(t, url, "/edit ^ @bob, see #plans. `@bob` me@bob @stranger @everyone <@8>\n")
	g.wasAsked(t, `message.edit {"channel_id":"200","content":"\u003c@8\u003e, see \u003c#202\u003e. `+"`@bob`"+` me@bob @stranger @everyone \u003c@8\u003e","message_id":"1003"}`)
	contains(t, out, "message 1 is now: @bob in #plans, @Night watch <b> <@x> #another channel")
}

func TestEndingAFriendshipIsAskedForTwice(t *testing.T) {
	t.Parallel()
	g, url := wideGateway(t, map[string]fakeAnswer{
		"friend.remove": {[]string{`{"op":"server_gone","s":"300"}`, `{"op":"event","e":"relation_changed","u":"7","n":4,"t":1,"d":{"user_id":"8","username":"bob","state":"","was":"friends"}}`}, `{"state":""}`},
	})
	out := chatWith(t, url, "/dm bob\n/unfriend bob\n/friends\n/unfriend bob yes\n/dm bob\n")
	contains(t, out, "now in @bob", "type /unfriend bob yes", "you and bob are not friends any more", "there is no conversation with bob")
	g.wasAsked(t, `friend.remove {"erase":true,"user_id":"8"}`)
}

func TestPollsRepliesAndNewsAreShown(t *testing.T) {
	t.Parallel()
	_, url := wideGateway(t, map[string]fakeAnswer{
		"unread.list": {nil, `{"channels":[{"channel_id":"301","server_id":"300","unread":3,"mentions":1}]}`},
		"message.list": {nil, `{"messages":[{"id":"1003","channel_id":"200","sender_id":"8","seq":3,"type":"message","content":"","created_at":1,` +
			`"reply_to":"1001","reply":{"id":"1001","sender_id":"7","content":"what\u001b?\nand more"},"reactions":[{"emoji":"🎉","count":2,"me":true}],` +
			`"poll":{"question":"Lunch?","options":[{"text":"Soup","votes":3,"me":true},{"text":"漢字","votes":1}],"closed":true}}]}`},
	})
	out := chatWith(t, url, "/channels\n/unread\n/poll only | one\n/snooze nonsense\n")
	contains(t, out, "↳ ada: what\ufffd?…", "bob: asks", "? Lunch?  closed", "✓ 1. Soup  3 votes  ███████████████\n", "  2. 漢字  1 vote   █████\n", "🎉 2",
		"@bob  3 unread", "@bob  3 unread messages  1 mention", "! /poll [multiple]", "! /snooze [TIME|off]")
}

func TestNotificationsAreALineOfTheirOwn(t *testing.T) {
	t.Parallel()
	_, url := wideGateway(t, map[string]fakeAnswer{
		"notification.snooze": {[]string{
			`{"op":"notification","kind":"direct","loud":true,"s":"300","c":"301","n":1,"t":1,"by":"8","id":"5"}`,
			`{"op":"notification","kind":"mention","loud":true,"s":"100","c":"202","n":1,"t":1,"by":"8","id":"6"}`,
			`{"op":"notification","kind":"mention","loud":true,"s":"100","c":"200","n":1,"t":1,"by":"8","id":"7"}`,
			`{"op":"event","e":"notifications_snoozed","u":"7","n":4,"t":1,"d":{"until":0}}`,
		}, `{}`},
		"channel.update": {[]string{serverEvent(13, "hidden", `null`)}, `{"n":13}`},
	})
	out := chatWith(t, url, "/snooze off\n/topic to wait for\n")
	contains(t, out, "♪ bob writes to you", "♪ bob mentions you in Home #plans", "you are told of everything again")
	if strings.Contains(out, "Home #general\n♪") || strings.Contains(out, "mentions you in Home #general") {
		t.Errorf("told of what is on the screen:\n%s", out)
	}
}
