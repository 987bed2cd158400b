package requests_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"beep/actors"
	"beep/beeptest/fakelog"
	"beep/chat"
	"beep/requests"
	"beep/store"
	"beep/tenant"
	"beep/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The people and places of the tests.
const (
	ada  chat.UserID = 11 // owns the club
	bob  chat.UserID = 12 // a member
	eve  chat.UserID = 13 // an outsider
	mia  chat.UserID = 14 // a moderator: manage_members, view_audit_log, manage_permissions
	zoe  chat.UserID = 15 // a friend of bob's
	club             = chat.ServerID(1 << 30)

	general chat.ChannelID = 101
	secret  chat.ChannelID = 102 // only the owner sees it
	stage   chat.ChannelID = 103 // a conference
	group   chat.ServerID  = 1<<30 + 1
	talk    chat.ChannelID = 104 // of the group

	mods chat.RoleID = 201

	now      = int64(1_700_000_000_000)
	openCode = "hra0hs-0123456789"
	oldCode  = "hra0hs-old0000000"
	bobsCode = "hra0hs-bob0000000"
	firstID  = 1001
)

// world is a Service between fakes: a log with a club and a group in it, actors
// that write down what they are asked, and a read model made of fields.
type world struct {
	t    *testing.T
	log  *fakelog.Log
	svc  *requests.Service
	read *readModel

	mu     sync.Mutex
	asked  []asked
	answer map[string]any // by the command's name; *actors.Committed{7} if absent
	users  map[chat.UserID]*chat.User
	nextID uint64
}

type asked struct {
	Key chat.Key
	Cmd chat.Command
}

func setup(t *testing.T) *world {
	t.Helper()
	w := &world{
		t: t, log: fakelog.New(), read: &readModel{}, answer: map[string]any{}, users: map[chat.UserID]*chat.User{}, nextID: firstID - 1,
	}
	t.Cleanup(w.log.Close)
	book := tenant.New(w.log, slog.New(slog.DiscardHandler))
	t.Cleanup(book.Close)
	w.svc = requests.New(requests.Config{
		Place: w, Tenants: book, Read: w.read, Live: nowhere{}, Presence: adaAlone{}, NewID: w.id,
		Now:    func() time.Time { return time.UnixMilli(now) },
		Exempt: func(name string) bool { return name == "ada" },
	})
	w.writes(chat.ServerKey(club), ada,
		&chat.ServerCreated{ID: club, Name: "Club", Visibility: chat.Private, OwnerID: ada, Everyone: chat.DefaultEveryone},
		&chat.ChannelCreated{ID: general, ServerID: club, Name: "general", Type: chat.TextChannel},
		&chat.ChannelCreated{ID: secret, ServerID: club, Name: "secret", Type: chat.TextChannel, Overrides: []chat.Override{
			{ID: uint64(club), ChannelID: secret, RoleID: chat.RoleID(club), Deny: chat.Rights(chat.ViewChannels)},
			{ID: uint64(zoe), ChannelID: secret, MemberID: zoe, Allow: chat.Rights(chat.ViewChannels)},
		}},
		&chat.ChannelCreated{ID: stage, ServerID: club, Name: "stage", Type: chat.ConferenceChannel},
		&chat.MemberJoined{UserID: ada, Username: "ada"},
		&chat.MemberJoined{UserID: bob, Username: "bob"},
		&chat.MemberJoined{UserID: mia, Username: "mia"},
		&chat.RoleCreated{ID: mods, Position: 1, RoleSettings: chat.RoleSettings{
			Name: "mods", Permissions: chat.Rights(chat.ManageMembers | chat.ViewAuditLog | chat.ManagePermissions),
		}},
		&chat.MemberRolesChanged{UserID: mia, Added: []chat.RoleID{mods}},
		&chat.MemberRenamed{UserID: bob, Nickname: "Bobby"},
		&chat.MemberMuted{UserID: bob, Until: now - 1},
		&chat.MemberBanned{UserID: eve, Reason: "noise"},
		&chat.InvitationCreated{Code: openCode, ExpiresAt: now + 1},
		&chat.InvitationCreated{Code: oldCode, ExpiresAt: now},
		&chat.InvitationCreated{Code: bobsCode, UserID: bob, MaxUses: 1},
	)
	w.writes(chat.ServerKey(group), bob,
		&chat.ServerCreated{ID: group, Kind: chat.DirectOfGroup, Name: "us", Visibility: chat.Private, OwnerID: bob},
		&chat.ChannelCreated{ID: talk, ServerID: group, Type: chat.DirectChannel},
		&chat.MemberJoined{UserID: bob, Username: "bob"},
		&chat.MemberJoined{UserID: zoe, Username: "zoe"},
	)
	for u, name := range map[chat.UserID]string{ada: "ada", bob: "bob", mia: "mia", eve: "eve", zoe: "zoe"} {
		st := chat.NewUser()
		st.ID, st.Username = u, name
		if u == ada || u == bob || u == mia {
			st.Servers = []chat.ServerID{club}
		}
		if u == bob || u == zoe {
			st.Directs = []chat.DirectJoined{{ServerID: group, ChannelID: talk}}
		}
		w.users[u] = st
	}
	w.users[bob].Relations[zoe] = chat.Relation{Username: "zoe", State: chat.Friends, Since: 5}
	w.users[bob].Relations[ada] = chat.Relation{Username: "ada"}
	w.users[bob].Read[general] = chat.ReadPosition{ServerID: club, Seq: 3}
	return w
}

func (w *world) writes(key chat.Key, by chat.UserID, events ...chat.Event) {
	w.t.Helper()
	var number, fence uint64
	for part := range slices.Chunk(events, chat.MaxRecordsPerCommit) {
		c := &wire.Commit{Key: key, Epoch: 1, First: number + 1}
		for _, e := range part {
			number++
			r, err := wire.EncodeEvent(e, number, 1000, by, "")
			if err != nil {
				w.t.Fatal(err)
			}
			c.Records = append(c.Records, r)
		}
		done := make(chan error, 1)
		w.log.Append(c, fence, func(seq uint64, err error) {
			fence = seq
			done <- err
		})
		if err := <-done; err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) id() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.nextID++
	return w.nextID
}

// Ask answers as an actor would, and writes down what was asked.
func (w *world) Ask(_ context.Context, key chat.Key, cmd chat.Command) (any, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := cmd.(*chat.GetUser); ok {
		u := w.users[chat.UserID(key.ID)]
		if u == nil {
			return nil, chat.Errorf(chat.NotFound, "get user", "there is no such user")
		}
		return u.Clone(), nil
	}
	w.asked = append(w.asked, asked{key, cmd})
	switch v := w.answer[cmd.CommandName()].(type) {
	case error:
		return nil, v
	case nil:
		return &actors.Committed{Number: 7}, nil
	default:
		return v, nil
	}
}

// Tell is Ask that calls back.
func (w *world) Tell(key chat.Key, cmd chat.Command, reply func(any, error)) {
	reply(w.Ask(context.Background(), key, cmd))
}

// calls makes a request and waits for its reply.
func (w *world) calls(who chat.UserID, method, args string) (string, error) {
	w.t.Helper()
	type answer struct {
		data string
		err  error
	}
	got := make(chan answer, 1)
	w.svc.Call(w.t.Context(), who, method, json.RawMessage(args), func(data []byte, err error) { got <- answer{string(data), err} })
	a := <-got
	return a.data, a.err
}

// gets makes a request that must succeed.
func (w *world) gets(who chat.UserID, method, args string) string {
	w.t.Helper()
	data, err := w.calls(who, method, args)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, args, err)
	}
	if !json.Valid([]byte(data)) {
		w.t.Fatalf("%s %s: no JSON: %s", method, args, data)
	}
	return data
}

// refused makes a request that must be refused.
func (w *world) refused(kind chat.ErrorKind, who chat.UserID, method, args string) {
	w.t.Helper()
	if data, err := w.calls(who, method, args); !chat.Is(err, kind) {
		w.t.Errorf("%s %s: got %s, %v, want %s", method, args, data, err, kind)
	}
}

// last is the last command that an actor was asked.
func (w *world) last() asked {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.asked) == 0 {
		return asked{}
	}
	return w.asked[len(w.asked)-1]
}

type nowhere struct{}

func (nowhere) PublishLive(string, []byte) error { return nil }

type adaAlone struct{}

func (adaAlone) Online(_ chat.ServerID, u chat.UserID) bool { return u == ada }

// readModel answers from its fields; it has always come as far as is asked for.
type readModel struct {
	byID   []chat.Message
	since  map[chat.ChannelID][]uint64
	pins   []chat.Message
	edits  []store.FormerContent
	unread map[chat.ChannelID]store.UnreadCount
	marks  []store.ReadMark
	found  []store.Member
	audit  []store.AuditEntry
	people []store.Profile
	after  string
	down   bool
}

const everything = 1 << 40

func (r *readModel) Messages(context.Context, store.MessageQuery) ([]chat.Message, uint64, error) {
	return nil, everything, nil
}

func (r *readModel) Message(context.Context, chat.ChannelID, chat.MessageID) (chat.Message, uint64, error) {
	return chat.Message{}, everything, chat.Errorf(chat.NotFound, "read", "there is no such message")
}

func (r *readModel) MessagesByID(_ context.Context, _ chat.ChannelID, ids []chat.MessageID) (found []chat.Message, _ uint64, _ error) {
	if r.down {
		return nil, 0, chat.Errorf(chat.Unavailable, "read", "temporarily unavailable")
	}
	for _, m := range r.byID {
		for _, id := range ids {
			if m.ID == id {
				found = append(found, m)
			}
		}
	}
	return found, everything, nil
}

func (r *readModel) MessagesSince(context.Context, chat.ServerID, chat.UserID, int64) (map[chat.ChannelID][]uint64, error) {
	return r.since, nil
}

func (r *readModel) Pins(context.Context, chat.ChannelID, int) ([]chat.Message, uint64, error) {
	return r.pins, everything, nil
}

func (r *readModel) Edits(context.Context, chat.ChannelID, chat.MessageID, uint64, int) ([]store.FormerContent, error) {
	return r.edits, nil
}

func (r *readModel) Unread(_ context.Context, _ chat.UserID, marks []store.ReadMark, _ map[chat.ServerID][]chat.RoleID) (map[chat.ChannelID]store.UnreadCount, error) {
	r.marks = marks
	return r.unread, nil
}

func (r *readModel) PublicServers(context.Context, string, chat.ServerID, int) ([]store.ServerSummary, error) {
	return []store.ServerSummary{{ID: club, Name: "Club", Picture: "5"}}, nil
}

func (r *readModel) SearchMembers(context.Context, chat.ServerID, string, chat.UserID, int) ([]store.Member, error) {
	return r.found, nil
}

func (r *readModel) AuditLog(_ context.Context, q store.AuditQuery) (page []store.AuditEntry, _ error) {
	for _, e := range r.audit {
		if (q.Before == 0 || e.Number < q.Before) && len(page) < q.Limit {
			page = append(page, e)
		}
	}
	return page, nil
}

func (r *readModel) Users(_ context.Context, ids []chat.UserID) (found []store.Profile, _ error) {
	for _, p := range r.people {
		for _, id := range ids {
			if p.ID == id {
				found = append(found, p)
			}
		}
	}
	return found, nil
}

func (r *readModel) UserByName(_ context.Context, name string) (store.Profile, error) {
	for _, p := range r.people {
		if p.Username == name {
			return p, nil
		}
	}
	return store.Profile{}, chat.Errorf(chat.NotFound, "find user", "there is no such user")
}

func (r *readModel) SearchUsers(_ context.Context, _, after string, _ int) ([]store.Profile, error) {
	r.after = after
	return r.people, nil
}

func (r *readModel) Applied(context.Context, chat.Key) (uint64, error) { return everything, nil }

func TestTheCatalogueIsThatOfTheProtocol(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text2, _ := strings.Cut(string(text), "\n### Requests\n")
	section, _, _ := strings.Cut(text2, "\n### Errors\n")
	written := map[string]bool{}
	for _, row := range strings.Split(section, "\n") {
		cells := strings.Split(row, "|")
		if len(cells) < 4 || !strings.Contains(cells[1], "`") {
			continue
		}
		for _, name := range strings.Split(cells[1], ",") {
			if name = strings.Trim(name, " `"); name != "m" {
				written[name] = true
			}
		}
	}
	made := map[string]bool{}
	for _, name := range setup(t).svc.Methods() {
		made[name] = true
		if !written[name] {
			t.Errorf("%s is not in PROTOCOL.md", name)
		}
	}
	for name := range written {
		if !made[name] {
			t.Errorf("there is no request %s", name)
		}
	}
	if len(made) < 70 {
		t.Errorf("%d requests", len(made))
	}
}
