package archive_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"beep/archive"
	"beep/beeptest/fakelog"
	"beep/chat"
	"beep/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	server  chat.ServerID  = 1 << 30
	general chat.ChannelID = 1<<30 + 1
	empty   chat.ChannelID = 1<<30 + 2
	ada     chat.UserID    = 7
	bob     chat.UserID    = 8
)

func newLog(t *testing.T) *fakelog.Log {
	t.Helper()
	l := fakelog.New()
	t.Cleanup(l.Close)
	return l
}

// put appends events to a log, each as a commit of its own.
func put(t *testing.T, l *fakelog.Log, key chat.Key, sn uint64, events ...chat.Event) {
	t.Helper()
	var last, fence uint64
	must(t, l.Replay(t.Context(), key, 0, func(seq uint64, c wire.Commit) error {
		last, fence = c.Last(), seq
		return nil
	}))
	for _, e := range events {
		last++
		r, err := wire.EncodeEvent(e, last, int64(1000+last), ada, fmt.Sprint("n", last))
		must(t, err)
		r.ServerNumber = sn
		done := make(chan error, 1)
		l.Append(&wire.Commit{Key: key, Epoch: 99, First: last, Records: []wire.Record{r}}, fence, func(seq uint64, err error) {
			fence = seq
			done <- err
		})
		must(t, <-done)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// club is a server with two channels and messages in one.
func club(t *testing.T) *fakelog.Log {
	t.Helper()
	l := newLog(t)
	put(t, l, chat.ServerKey(server), 0,
		&chat.ServerCreated{ID: server, Name: "Club <&>", Visibility: chat.Private, OwnerID: ada, Everyone: chat.DefaultEveryone},
		&chat.ChannelCreated{ID: general, ServerID: server, Name: "general", Type: chat.TextChannel},
		&chat.MemberJoined{UserID: ada, Username: "ada"},
		&chat.MemberJoined{UserID: bob, Username: "bob"},
		&chat.ChannelCreated{ID: empty, ServerID: server, Name: "empty", Type: chat.TextChannel},
	)
	var messages []chat.Event
	for i := range 600 {
		messages = append(messages, &chat.MessageSent{
			ID: chat.MessageID(1<<31 + i), ChannelID: general, Type: chat.PlainMessage, Content: fmt.Sprintf("<b>%d</b> & \u2028 more", i),
		})
	}
	put(t, l, chat.ChannelKey(server, general), 5, messages...)
	return l
}

func export(t *testing.T, l *fakelog.Log) []byte {
	t.Helper()
	var file bytes.Buffer
	must(t, archive.Export(t.Context(), l, server, 5000, "https://here.example", &file))
	return file.Bytes()
}

func records(t *testing.T, l *fakelog.Log, key chat.Key) (all []wire.Record) {
	t.Helper()
	must(t, l.Replay(t.Context(), key, 0, func(_ uint64, c wire.Commit) error {
		all = append(all, c.Records...)
		return nil
	}))
	return all
}

func bring(t *testing.T, l *fakelog.Log, file []byte) error {
	t.Helper()
	c, err := archive.Check(bytes.NewReader(file))
	must(t, err)
	return archive.Import(t.Context(), l, c, bob, bytes.NewReader(file))
}

func same(t *testing.T, a, b *fakelog.Log) {
	t.Helper()
	for _, key := range []chat.Key{chat.ServerKey(server), chat.ChannelKey(server, general), chat.ChannelKey(server, empty)} {
		want, got := records(t, a, key), records(t, b, key)
		equal := slices.EqualFunc(want, got, func(x, y wire.Record) bool {
			return bytes.Equal(x.Payload, y.Payload) && fmt.Sprint(x.Number, x.Time, x.Author, x.Nonce, x.Kind, x.ServerNumber) ==
				fmt.Sprint(y.Number, y.Time, y.Author, y.Nonce, y.Kind, y.ServerNumber)
		})
		if !equal {
			t.Errorf("%s: %d records there, %d here, and they differ", key, len(want), len(got))
		}
	}
}

func TestAnImportIsTheSameToTheByte(t *testing.T) {
	t.Parallel()
	there, here := club(t), newLog(t)
	file := export(t, there)
	must(t, bring(t, here, file))
	same(t, there, here)
	again := export(t, here)
	if !bytes.Equal(file, again) {
		t.Error("an export of the import is another file")
	}
}

func TestAnImportIsRepeatedWhereItWasInterrupted(t *testing.T) {
	t.Parallel()
	there := club(t)
	file := export(t, there)
	for _, stored := range []bool{false, true} {
		here := newLog(t)
		fail := here.FailNext
		if stored {
			fail = here.FailNextStored
		}
		for i := range 4 { // three commits of the channel's log and one of the server's
			fail(errors.New("lost"))
			if err := bring(t, here, file); !chat.Is(err, chat.Unavailable) && (i < 3 || !stored) {
				t.Fatalf("attempt %d, stored %t: %v", i, stored, err)
			}
			if !stored {
				break
			}
		}
		must(t, func() error { _ = bring(t, here, file); return bring(t, here, file) }())
		same(t, there, here)
	}
}

func TestNothingIsWrittenOverWhatIsThere(t *testing.T) {
	t.Parallel()
	there := club(t)
	file := export(t, there)
	if err := bring(t, there, file); !chat.Is(err, chat.Conflict) {
		t.Errorf("into the instance it comes from: %v", err)
	}
	here := newLog(t)
	put(t, here, chat.ChannelKey(server, empty), 1, &chat.MessageSent{ID: 1, ChannelID: empty, Content: "mine"})
	if err := bring(t, here, file); !chat.Is(err, chat.Conflict) {
		t.Errorf("where a channel is: %v", err)
	}
	if n := len(records(t, here, chat.ChannelKey(server, general))); n != 0 {
		t.Errorf("%d records were written before it was refused", n)
	}
}

func TestAChannelIsCutWhereItsServerIs(t *testing.T) {
	t.Parallel()
	l := club(t)
	// Decided under rights that the server's log, as it was read, does not know yet.
	put(t, l, chat.ChannelKey(server, general), 6, &chat.MessageSent{ID: 5, ChannelID: general, Content: "later"})
	c, err := archive.Check(bytes.NewReader(export(t, l)))
	must(t, err)
	if c.Trailer.Records != 605 || c.Trailer.Logs != 2 {
		t.Errorf("%d records in %d logs, want 605 in 2", c.Trailer.Records, c.Trailer.Logs)
	}
	if c.Usernames[bob] != "bob" || c.Header.Name != "Club <&>" || c.Server.OwnerID != ada {
		t.Errorf("content is %+v", c.Header)
	}
}

func TestWhatIsNotThereIsNotExported(t *testing.T) {
	t.Parallel()
	err := archive.Export(context.Background(), newLog(t), server, 1, "", io.Discard)
	if !chat.Is(err, chat.NotFound) {
		t.Errorf("got %v", err)
	}
}

// lines unpacks a file.
func lines(t *testing.T, file []byte) []string {
	t.Helper()
	zip, err := gzip.NewReader(bytes.NewReader(file))
	must(t, err)
	text, err := io.ReadAll(zip)
	must(t, err)
	return strings.SplitAfter(strings.TrimSuffix(string(text), "\n"), "\n")
}

// pack makes a file of lines; seal writes the last one anew.
func pack(t *testing.T, all []string, seal bool) []byte {
	t.Helper()
	if seal {
		body := strings.Join(all[:len(all)-1], "")
		sum := sha256.Sum256([]byte(body))
		logs := map[string]bool{}
		for _, l := range all[1 : len(all)-1] {
			name, _, _ := strings.Cut(l, `","`)
			logs[name] = true
		}
		last := fmt.Sprintf(`{"end":true,"logs":%d,"records":%d,"sha256":"%s"}`, len(logs), len(all)-2, hex.EncodeToString(sum[:]))
		all = append(slices.Clone(all[:len(all)-1]), last)
	}
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	_, err := io.WriteString(zip, strings.Join(all, ""))
	must(t, err)
	must(t, zip.Close())
	return b.Bytes()
}

func TestADamagedFileIsRefusedWhole(t *testing.T) {
	t.Parallel()
	good := export(t, club(t))
	text := lines(t, good)
	without := func(i, n int) []string { return slices.Delete(slices.Clone(text), i, i+n) }
	with := func(i int, line string) []string {
		c := slices.Clone(text)
		c[i] = line
		return c
	}
	swap := func(i int, from, to string) []string { return with(i, strings.Replace(text[i], from, to, 1)) }
	flipped := slices.Clone(good)
	flipped[len(flipped)/2] ^= 1
	if _, err := archive.Check(bytes.NewReader(pack(t, text, true))); err != nil {
		t.Fatalf("the file itself: %v", err)
	}
	for name, file := range map[string][]byte{
		"nothing":                    nil,
		"not compressed":             []byte("hello"),
		"cut off":                    good[:len(good)/2],
		"cut off in its last bytes":  good[:len(good)-3],
		"a flipped bit":              flipped,
		"something behind it":        append(slices.Clone(good), "more"...),
		"another file behind it":     append(slices.Clone(good), good...),
		"no last line":               pack(t, text[:len(text)-1], false),
		"a gap":                      pack(t, without(20, 1), true),
		"a gap at the end":           pack(t, without(len(text)-2, 1), false),
		"a log that begins late":     pack(t, without(6, 1), true),
		"a record twice":             pack(t, slices.Insert(slices.Clone(text), 20, text[20]), true),
		"no server":                  pack(t, without(1, 5), true),
		"another format":             pack(t, swap(0, archive.Format, "other"), true),
		"a later version":            pack(t, swap(0, `"version":1`, `"version":2`), true),
		"another server":             pack(t, swap(0, `"server_id":"1`, `"server_id":"2`), true),
		"an unknown kind":            pack(t, swap(20, "message_sent", "message_sung"), true),
		"a kind of another log":      pack(t, swap(20, "message_sent", "member_left"), true),
		"a user's kind":              pack(t, swap(20, "message_sent", "channel_read"), true),
		"no payload":                 pack(t, with(20, `{"log":"c1073741825","n":15,"t":1,"kind":"message_sent"}`+"\n"), true),
		"no time":                    pack(t, swap(20, `"t":`, `"t":-`), true),
		"a channel that is not its":  pack(t, append(slices.Clone(text[:len(text)-1]), strings.Replace(text[6], "c1073741825", "c5", 1), text[len(text)-1]), true),
		"a message of another":       pack(t, swap(20, `"channel_id":"1073741825"`, `"channel_id":"5"`), true),
		"a channel of another":       pack(t, swap(2, `"server_id":"1073741824"`, `"server_id":"5"`), true),
		"a changed byte, old sum":    pack(t, swap(20, "more", "less"), false),
		"an endless line":            pack(t, with(20, strings.Repeat("x", 3<<20)), true),
		"a server that creates anew": pack(t, with(3, `{"log":"g1073741824","n":3,"t":1,"kind":"server_created","d":{"id":"1073741824"}}`+"\n"), true),
	} {
		if c, err := archive.Check(bytes.NewReader(file)); !chat.Is(err, chat.Invalid) {
			t.Errorf("%s: got %v, %v", name, c != nil, err)
		}
	}
}

func FuzzCheck(f *testing.F) {
	f.Add([]byte(`{"format":"beep-server","version":1,"server_id":"1"}` + "\n" + `{"end":true}`))
	f.Add([]byte(`{"format":"beep-server","version":1,"server_id":"1"}` + "\n" + `{"log":"g1","n":1,"t":1,"kind":"server_created","d":{"id":"1"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var b bytes.Buffer
		zip := gzip.NewWriter(&b)
		_, _ = zip.Write(text)
		_ = zip.Close()
		if _, err := archive.Check(&b); err != nil && !chat.Is(err, chat.Invalid) {
			t.Errorf("an error that is not for people: %v", err)
		}
	})
}

// Folding such a log would delete or overwrite what is another server's here, or
// never end.
func TestALogThatReachesForOthersChannelsIsRefused(t *testing.T) {
	t.Parallel()
	const foreign, garden, thread chat.ChannelID = 1<<40 + 5, 1<<30 + 3, 1<<30 + 4
	makes := func(id, parent chat.ChannelID, of chat.ChannelType) *chat.ChannelCreated {
		return &chat.ChannelCreated{ID: id, ServerID: server, Name: "x", Type: of, ParentID: parent}
	}
	override := func(in chat.ChannelID) chat.Override {
		return chat.Override{ID: uint64(ada), ChannelID: in, MemberID: ada, Deny: chat.Rights(chat.Speak)}
	}
	in := func(parent chat.ChannelID) chat.ChannelSettings {
		return chat.ChannelSettings{Name: "x", ParentID: parent}
	}
	check := func(events ...chat.Event) error {
		l := club(t)
		put(t, l, chat.ServerKey(server), 0, events...)
		_, err := archive.Check(bytes.NewReader(export(t, l)))
		return err
	}
	good := []chat.Event{
		makes(garden, 0, chat.CategoryChannel), &chat.ChannelUpdated{ID: general, ChannelSettings: in(garden)}, makes(thread, general, chat.ThreadChannel),
		&chat.OverrideSet{Override: override(general)}, &chat.OverrideRemoved{Override: override(general)},
		&chat.ChannelUpdated{ID: thread, ChannelSettings: in(general)},
	}
	must(t, check(good...))
	must(t, check(append(slices.Clone(good), &chat.ChannelDeleted{ID: garden, With: []chat.ChannelID{general, thread}})...))
	foul := override(general)
	foul.ID = 5
	made := makes(garden, 0, chat.TextChannel)
	made.Overrides = []chat.Override{override(general)}
	for name, events := range map[string][]chat.Event{
		"deletes another's":           {&chat.ChannelDeleted{ID: foreign}},
		"deletes another's with one":  append(slices.Clone(good), &chat.ChannelDeleted{ID: garden, With: []chat.ChannelID{general, thread, foreign}}),
		"deletes one twice":           {&chat.ChannelDeleted{ID: empty}, &chat.ChannelDeleted{ID: empty}},
		"leaves a thread behind":      append(slices.Clone(good), &chat.ChannelDeleted{ID: general}),
		"changes another's":           {&chat.ChannelUpdated{ID: foreign, ChannelSettings: in(0)}},
		"puts one into another's":     {&chat.ChannelUpdated{ID: general, ChannelSettings: in(foreign)}},
		"puts one into itself":        {&chat.ChannelUpdated{ID: general, ChannelSettings: in(general)}},
		"moves a thread":              append(slices.Clone(good), &chat.ChannelUpdated{ID: thread, ChannelSettings: in(empty)}),
		"makes one in itself":         {makes(garden, garden, chat.TextChannel)},
		"makes one in another's":      {makes(garden, foreign, chat.TextChannel)},
		"makes one in a text channel": {makes(garden, general, chat.TextChannel)},
		"makes a thread in nothing":   {makes(garden, 0, chat.ThreadChannel)},
		"makes a conversation":        {makes(garden, 0, chat.DirectChannel)},
		"makes one again":             {makes(general, 0, chat.TextChannel)},
		"makes a deleted one again":   {&chat.ChannelDeleted{ID: general}, makes(general, 0, chat.TextChannel)},
		"makes one of another server": {&chat.ChannelCreated{ID: garden, ServerID: server + 1, Type: chat.TextChannel}},
		"an override in another's":    {&chat.OverrideSet{Override: override(foreign)}},
		"removes one from another's":  {&chat.OverrideRemoved{Override: override(foreign)}},
		"an override of nobody":       {&chat.OverrideSet{Override: foul}},
		"begins with another's":       {made},
	} {
		if err := check(events...); !chat.Is(err, chat.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestChannelsThatAreDeletedAreNamedAsWell(t *testing.T) {
	t.Parallel()
	l := club(t)
	put(t, l, chat.ServerKey(server), 0, &chat.ChannelDeleted{ID: general})
	c, err := archive.Check(bytes.NewReader(export(t, l)))
	must(t, err)
	if !slices.Equal(c.Channels, []chat.ChannelID{general, empty}) || len(c.Server.Channels) != 1 {
		t.Errorf("it names %v", c.Channels)
	}
}
