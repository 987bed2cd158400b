package store_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"beep/chat"
	"beep/store"
)

// marker is a content by which a message is found in the file again.
func marker(ch chat.ChannelID, seq uint64, length int) string {
	return fmt.Sprintf("marker-%d-%d ", ch, seq) + strings.Repeat("x", length)
}

// marked makes one message of channel ch; some are longer than a page of the file.
func marked(dice *rand.Rand, ch chat.ChannelID, seq uint64) chat.Message {
	length := dice.IntN(900)
	if seq%50 == 0 {
		length = 12_000
	}
	m := chat.Message{
		ID: chat.MessageID(seq<<8 | uint64(ch)), ChannelID: ch, SenderID: 1, Seq: seq, Type: chat.PlainMessage,
		Content: marker(ch, seq, length), CreatedAt: 1,
	}
	if seq%7 == 0 {
		m.Forwarded = &chat.Forwarded{SenderID: 9, Content: marker(ch, seq, 10)}
	}
	return m
}

// TestWhatIsErasedIsNotInTheFilesAnyMore looks for the contents of a deleted
// conversation in every byte of the database, whose tables had them between others'.
func TestWhatIsErasedIsNotInTheFilesAnyMore(t *testing.T) {
	t.Parallel()
	const rooms, each, gone, kept = 12, 600, chat.ChannelID(5), chat.ChannelID(6)
	path, dice := file(t), rand.New(rand.NewPCG(1, 2))
	s := open(t, path)
	project := func(do func(*store.Tx) error) {
		t.Helper()
		if err := s.Project(t.Context(), nil, do); err != nil {
			t.Fatal(err)
		}
	}
	// In small transactions that go round the rooms, so that pages fill, split and
	// are filled again.
	for seq := uint64(1); seq <= each; seq += 3 {
		project(func(tx *store.Tx) error {
			var list []chat.Message
			for ch := range chat.ChannelID(rooms) {
				list = append(list, marked(dice, ch+1, seq), marked(dice, ch+1, seq+1), marked(dice, ch+1, seq+2))
			}
			dice.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
			if err := tx.InsertMessages(list); err != nil {
				return err
			}
			for ch := range chat.ChannelID(rooms) {
				edit := store.Edit{Seq: seq, Number: 10_000 + seq, At: 2, Content: marker(ch+1, seq, int(seq)%90)}
				if err := tx.EditMessage(ch+1, edit); err != nil {
					return err
				}
			}
			return nil
		})
	}
	project(func(tx *store.Tx) error {
		for ch := range chat.ChannelID(rooms) {
			if err := tx.PutChannel(chat.Channel{ID: ch + 1, ServerID: chat.ServerID(ch + 101)}); err != nil {
				return err
			}
		}
		return nil
	})
	if traces(t, path, gone) == 0 {
		t.Fatal("the test does not find what is there")
	}
	project(func(tx *store.Tx) error { return tx.DeleteServer(chat.ServerID(gone)+100, 1) })
	for more := true; more; {
		project(func(tx *store.Tx) (err error) {
			more, err = tx.Sweep(1, 100)
			return err
		})
	}
	if done, err := s.Scrub(t.Context()); err != nil || !done {
		t.Fatalf("scrubbed is %v, error %v", done, err)
	}
	if n := traces(t, path, gone); n != 0 {
		t.Errorf("%d traces of the erased conversation are left", n)
	}
	if n := traces(t, path, kept); n < each {
		t.Errorf("%d traces of another conversation are left, of %d messages", n, each)
	}
}

// traces counts markers of a channel in the database's files.
func traces(t *testing.T, path string, ch chat.ChannelID) (n int) {
	t.Helper()
	found, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	word := regexp.MustCompile(fmt.Sprintf(`marker-%d-[0-9]+ `, ch))
	for _, f := range found {
		data, err := os.ReadFile(filepath.Join(filepath.Dir(path), f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		n += len(word.FindAll(data, -1))
	}
	return n
}
