package storesuite

import (
	"slices"
	"testing"

	"beep/chat"
	"beep/store"
)

func publicServers(t *testing.T, b *bundle) {
	b.project(t, func(tx *store.Tx) error {
		for i, s := range []struct {
			name, description string
			visibility        chat.Visibility
		}{
			{"Gophers", "all about Go", chat.Public},
			{"Hidden gophers", "", chat.Private},
			{"Köche", "ÜBER das Kochen", chat.Public},
			{"100% pure", "under_score!", chat.Public},
			{"1000 pure", "under score", chat.Public},
		} {
			v := store.Server{
				ID: chat.ServerID(i + 1), Name: s.name, Description: s.description, Visibility: s.visibility,
				OwnerID: 7, CreatedAt: int64(i + 50),
			}
			must(t, tx.PutServer(v))
		}
		must(t, tx.PutChannel(chat.Channel{ID: 40, ServerID: 4, Name: "general", Type: chat.TextChannel}))
		return tx.PutMember(1, store.Member{UserID: 7, Username: "ann"})
	})
	for _, c := range []struct {
		query string
		after chat.ServerID
		limit int
		want  []chat.ServerID
	}{
		{"", 0, 10, []chat.ServerID{5, 4, 3, 1}},
		{"", 0, 2, []chat.ServerID{5, 4}},
		{"", 4, 2, []chat.ServerID{3, 1}},
		{"", 1, 2, nil},
		{"GOPHER", 0, 10, []chat.ServerID{1}},
		{"about go", 0, 10, []chat.ServerID{1}},
		{"KÖCHE", 0, 10, []chat.ServerID{3}},
		{"über", 0, 10, []chat.ServerID{3}},
		{"100%", 0, 10, []chat.ServerID{4}},
		{"under_", 0, 10, []chat.ServerID{4}},
		{"score!", 0, 10, []chat.ServerID{4}},
		{`\`, 0, 10, nil},
		{"nothing", 0, 10, nil},
	} {
		list, err := b.PublicServers(b.ctx, c.query, c.after, c.limit)
		must(t, err)
		var ids []chat.ServerID
		for _, v := range list {
			ids = append(ids, v.ID)
		}
		if !slices.Equal(ids, c.want) {
			t.Errorf("query %q after %d: servers are %v, want %v", c.query, c.after, ids, c.want)
		}
	}
	list, err := b.PublicServers(b.ctx, "gophers", 0, 1)
	must(t, err)
	equal(t, "summary", list[0], store.ServerSummary{
		ID: 1, Name: "Gophers", Description: "all about Go", OwnerID: 7, Members: 1, CreatedAt: 50,
	})
	_, err = b.PublicServers(b.ctx, "", 0, 0)
	mustBe(t, err, chat.Invalid)
	_, err = b.PublicServers(b.ctx, "\x00", 0, 1)
	mustBe(t, err, chat.Invalid)
	id, err := b.ServerOf(b.ctx, 40)
	must(t, err)
	equal(t, "server of a channel", id, 4)
	_, err = b.ServerOf(b.ctx, 41)
	mustBe(t, err, chat.NotFound)
}

func members(t *testing.T, b *bundle) {
	b.project(t, func(tx *store.Tx) error {
		must(t, tx.PutServer(store.Server{ID: 1, Name: "one", Visibility: chat.Public}))
		for id := range chat.UserID(10) {
			must(t, tx.PutMember(1, store.Member{UserID: id + 1, Username: "old", JoinedAt: 1}))
			must(t, tx.PutMember(1, store.Member{UserID: id + 1, Username: "new", JoinedAt: 2}))
		}
		must(t, tx.PutMember(2, store.Member{UserID: 1}))
		must(t, tx.DeleteMember(1, 3))
		must(t, tx.DeleteMember(1, 3))
		// A server that is put again keeps its count.
		return tx.PutServer(store.Server{ID: 1, Name: "uno", Visibility: chat.Public})
	})
	first, err := b.Members(b.ctx, 1, 0, 4)
	must(t, err)
	rest, err := b.Members(b.ctx, 1, first[len(first)-1].UserID, 100)
	must(t, err)
	var ids []chat.UserID
	for _, m := range append(first, rest...) {
		ids = append(ids, m.UserID)
		equal(t, "member", m, store.Member{UserID: m.UserID, Username: "new", JoinedAt: 2})
	}
	if want := []chat.UserID{1, 2, 4, 5, 6, 7, 8, 9, 10}; !slices.Equal(ids, want) {
		t.Errorf("members are %v, want %v", ids, want)
	}
	list, err := b.PublicServers(b.ctx, "uno", 0, 1)
	must(t, err)
	equal(t, "members counted", list[0].Members, 9)
	none, err := b.Members(b.ctx, 99, 0, 5)
	must(t, err)
	equal(t, "members of no server", len(none), 0)
	_, err = b.Members(b.ctx, 1, 0, 0)
	mustBe(t, err, chat.Invalid)
}

func profiles(t *testing.T, b *bundle) {
	b.project(t, func(tx *store.Tx) error {
		for id := range chat.UserID(100) {
			must(t, tx.PutUser(store.Profile{ID: id + 1, Username: "user" + (id + 1).String(), FirstName: "A", LastName: "B"}))
		}
		return tx.PutUser(store.Profile{ID: 5, Username: "five", FirstName: "C", LastName: "D"})
	})
	five := store.Profile{ID: 5, Username: "five", FirstName: "C", LastName: "D"}
	got, err := b.UserByName(b.ctx, "five")
	must(t, err)
	equal(t, "profile", got, five)
	for _, name := range []string{"user5", "", "f%", "five\x00"} {
		_, err := b.UserByName(b.ctx, name)
		mustBe(t, err, chat.NotFound)
	}
	var ids []chat.UserID
	for id := range chat.UserID(120) {
		ids = append(ids, id+1)
	}
	list, err := b.Users(b.ctx, ids)
	must(t, err)
	equal(t, "profiles", len(list), 100)
	if !slices.Contains(list, five) {
		t.Error("one of the profiles is missing")
	}
	list, err = b.Users(b.ctx, nil)
	must(t, err)
	equal(t, "profiles of nobody", len(list), 0)
}

func readPositions(t *testing.T, b *bundle) {
	b.project(t, func(tx *store.Tx) error {
		must(t, tx.SetRead(1, 10, 100, 5))
		must(t, tx.SetRead(1, 10, 100, 6))
		must(t, tx.SetRead(1, 11, 101, 7))
		must(t, tx.SetRead(2, 10, 100, 8))
		return nil
	})
	read, err := b.ReadPositions(b.ctx, 1)
	must(t, err)
	equal(t, "positions", len(read), 2)
	equal(t, "position", read[10], chat.ReadPosition{ServerID: 100, Seq: 6})
	b.project(t, func(tx *store.Tx) error { return tx.DeleteReads(1, 100) })
	read, err = b.ReadPositions(b.ctx, 1)
	must(t, err)
	equal(t, "positions after leaving", len(read), 1)
	equal(t, "position kept", read[11], chat.ReadPosition{ServerID: 101, Seq: 7})
	read, err = b.ReadPositions(b.ctx, 2)
	must(t, err)
	equal(t, "positions of another", len(read), 1)
}
