package storesuite

import (
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"testing"

	"beep/chat"
	"beep/store"
)

func keysOf[K comparable, V any](m map[K]V) iter.Seq[K] { return maps.Keys(m) }

func serversChange(t *testing.T, b *bundle) {
	put := func(do func(*store.Tx) error) { b.project(t, do) }
	put(func(tx *store.Tx) error {
		must(t, tx.PutServer(store.Server{ID: 1, Name: "one", Visibility: chat.Public, OwnerID: 7, CreatedAt: 50}))
		must(t, tx.PutServer(store.Server{ID: 2, Name: "talk", Visibility: chat.Public, Kind: chat.DirectOfGroup}))
		must(t, tx.UpdateServer(1, chat.ServerSettings{Name: "uno", Description: "DUE", Visibility: chat.Public, Picture: "5", Banner: "6"}))
		return tx.SetOwner(1, 8)
	})
	list, err := b.PublicServers(b.ctx, "due", 0, 5)
	must(t, err)
	equal(t, "servers", list, []store.ServerSummary{{ID: 1, Name: "uno", Description: "DUE", OwnerID: 8, CreatedAt: 50, Picture: "5", Banner: "6"}})
	list, err = b.PublicServers(b.ctx, "", 0, 5)
	must(t, err)
	equal(t, "servers that are no conversations", len(list), 1)
	put(func(tx *store.Tx) error {
		return tx.UpdateServer(1, chat.ServerSettings{Name: "uno", Visibility: chat.Private})
	})
	list, err = b.PublicServers(b.ctx, "", 0, 5)
	must(t, err)
	equal(t, "servers that are public", len(list), 0)
}

func membersAreSearched(t *testing.T, b *bundle) {
	b.project(t, func(tx *store.Tx) error {
		for i, m := range []store.Member{
			{Username: "anna"}, {Username: "bob", Nickname: "ANdy"}, {Username: "andrea", Nickname: "Ancient"},
			{Username: "an", Nickname: "zoe"}, {Username: "cid", Nickname: "Ännchen"}, {Username: "dan"}, {Username: "annabel", Nickname: "annabel"},
		} {
			m.UserID = chat.UserID(i + 1)
			must(t, tx.PutMember(1, m))
			must(t, tx.PutMember(2, m))
		}
		return nil
	})
	ids := func(prefix string, after chat.UserID, limit int) (got []chat.UserID) {
		list, err := b.SearchMembers(b.ctx, 1, prefix, after, limit)
		must(t, err)
		for _, m := range list {
			got = append(got, m.UserID)
		}
		return got
	}
	all := []chat.UserID{4, 3, 2, 1, 7} // an, ancient, andy, anna, annabel
	equal(t, "who begins with an", ids("AN", 0, 10), all)
	for limit := 1; limit <= 3; limit++ {
		var got []chat.UserID
		for after := chat.UserID(0); ; {
			page := ids("an", after, limit)
			if got = append(got, page...); len(page) < limit {
				break
			}
			after = page[len(page)-1]
		}
		equal(t, "who begins with an, in pages", got, all)
	}
	equal(t, "who begins with än", ids("ÄN", 0, 10), []chat.UserID{5})
	equal(t, "who begins with zo", ids("zo", 0, 10), []chat.UserID{4})
	equal(t, "who begins with a wildcard", len(ids("%", 0, 10)), 0)
	equal(t, "everybody", len(ids("", 0, 10)), 7)
	_, err := b.SearchMembers(b.ctx, 1, "an", 99, 10)
	mustBe(t, err, chat.NotFound)
	_, err = b.SearchMembers(b.ctx, 1, "\x00", 0, 10)
	mustBe(t, err, chat.Invalid)

	m, err := b.Member(b.ctx, 1, 2)
	must(t, err)
	equal(t, "member", m, store.Member{UserID: 2, Username: "bob", Nickname: "ANdy"})
	_, err = b.Member(b.ctx, 1, 99)
	mustBe(t, err, chat.NotFound)
	b.project(t, func(tx *store.Tx) error {
		must(t, tx.RenameMember(1, 2, ""))
		return tx.PutMember(1, store.Member{UserID: 3, Username: "andrea"}) // comes back with nothing
	})
	equal(t, "who begins with an after a change", ids("an", 0, 10), []chat.UserID{4, 3, 1, 7})
}

func usersAreSearched(t *testing.T, b *bundle) {
	b.project(t, func(tx *store.Tx) error {
		for i, name := range []string{"ann", "anna", "bob", "an-na", "an_na", "an.na"} {
			must(t, tx.PutUser(store.Profile{ID: chat.UserID(i + 1), Username: name}))
		}
		return nil
	})
	names := func(prefix, after string, limit int) (got []string) {
		list, err := b.SearchUsers(b.ctx, prefix, after, limit)
		must(t, err)
		for _, p := range list {
			got = append(got, p.Username)
		}
		return got
	}
	equal(t, "users", names("AN", "", 20), []string{"an-na", "an.na", "an_na", "ann", "anna"})
	equal(t, "users of a page", names("an", "an_na", 1), []string{"ann"})
	equal(t, "all users", len(names("", "", 20)), 0)
	equal(t, "users by a wildcard", len(names("a%", "", 20)), 0)
	_, err := b.SearchUsers(b.ctx, "a", "", 0)
	mustBe(t, err, chat.Invalid)
}

func bansAndInvitations(t *testing.T, b *bundle) {
	b.project(t, func(tx *store.Tx) error {
		must(t, tx.PutMember(1, store.Member{UserID: 5, Username: "eve"}))
		must(t, tx.PutBan(1, 5, 7, 50, "noise"))
		must(t, tx.PutBan(1, 6, 7, 51, ""))
		must(t, tx.PutBan(1, 4, 7, 52, ""))
		must(t, tx.DeleteBan(1, 6))
		for n := range uint64(3) {
			i := store.Invitation{Number: n + 1, Invitation: chat.Invitation{Code: string(rune('a' + n)), By: 7, CreatedAt: 9, ExpiresAt: 10, MaxUses: 2}}
			must(t, tx.PutInvitation(1, i))
			must(t, tx.PutInvitation(1, i))
		}
		must(t, tx.UseInvitation(1, "a"))
		number, err := tx.RevokeInvitation(1, "b")
		must(t, err)
		equal(t, "number of the revoked", number, 2)
		number, err = tx.RevokeInvitation(2, "b")
		must(t, err)
		equal(t, "number of none", number, 0)
		return nil
	})
	bans, err := b.Bans(b.ctx, 1, 0, 10)
	must(t, err)
	equal(t, "bans", bans, []store.Ban{
		{UserID: 4, Ban: chat.Ban{By: 7, At: 52}}, {UserID: 5, Ban: chat.Ban{Username: "eve", By: 7, At: 50, Reason: "noise"}},
	})
	bans, err = b.Bans(b.ctx, 1, 4, 1)
	must(t, err)
	equal(t, "first ban behind 4", bans[0].UserID, 5)
	list, err := b.Invitations(b.ctx, 1, 0, 10)
	must(t, err)
	equal(t, "invitations", len(list), 3)
	equal(t, "the newest", list[0].Code, "c")
	equal(t, "the revoked", list[1].Revoked, true)
	equal(t, "the used", list[2].Invitation, chat.Invitation{Code: "a", By: 7, CreatedAt: 9, ExpiresAt: 10, MaxUses: 2, Uses: 1})
	list, err = b.Invitations(b.ctx, 1, 3, 1)
	must(t, err)
	equal(t, "the one before the third", list[0].Code, "b")
}

func relationsAreKept(t *testing.T, b *bundle) {
	b.project(t, func(tx *store.Tx) error {
		must(t, tx.PutRelation(1, store.Relation{OtherID: 2, Username: "bob", State: chat.RequestSent, Since: 5}))
		must(t, tx.PutRelation(1, store.Relation{OtherID: 2, Username: "bob", State: chat.Friends, Since: 6}))
		must(t, tx.PutRelation(1, store.Relation{OtherID: 3, Username: "cid", State: chat.Blocked, Since: 7}))
		return tx.PutRelation(1, store.Relation{OtherID: 3})
	})
	list, err := b.Relations(b.ctx, 1, 0, 10)
	must(t, err)
	equal(t, "relations", list, []store.Relation{{OtherID: 2, Username: "bob", State: chat.Friends, Since: 6}})
}

func auditIsListed(t *testing.T, b *bundle) {
	const hour = chat.SnowflakeEpoch + 3_600_000
	log := chat.ServerKey(1)
	entry := func(n int64) store.AuditEntry {
		return store.AuditEntry{
			At: hour + n, ActorID: chat.UserID(n%2 + 1), Action: []string{"role_created", "member_banned", "x"}[n%3], TargetKind: "user", TargetID: 5,
			ChannelID: 6, Reason: "because", Before: json.RawMessage(`{"a":1}`),
		}
	}
	for range 2 { // folded in twice, they are one
		b.project(t, func(tx *store.Tx) error {
			for n := range int64(10) {
				must(t, tx.PutAudit(log, uint64(n+1), entry(n)))
			}
			// Many of one millisecond, some with one number: of two channels whose logs begin alike.
			for n := range uint64(10) {
				must(t, tx.PutAudit(chat.ChannelKey(1, 7), n+1, store.AuditEntry{At: hour + 100, Action: "pin"}))
				must(t, tx.PutAudit(chat.ChannelKey(1, 8), n+1, store.AuditEntry{At: hour + 100, Action: "pin"}))
			}
			return tx.PutAudit(chat.ServerKey(2), 1, entry(1))
		})
	}
	pages := func(q store.AuditQuery) (all []store.AuditEntry) {
		for q.Server = 1; ; {
			page, err := b.AuditLog(b.ctx, q)
			must(t, err)
			if all = append(all, page...); len(page) < q.Limit {
				return all
			}
			q.Before = page[len(page)-1].Number
		}
	}
	for _, limit := range []int{1, 3, 100} {
		all := pages(store.AuditQuery{Limit: limit})
		equal(t, "entries", len(all), 30)
		if !slices.IsSortedFunc(all, func(x, y store.AuditEntry) int { return int(y.At - x.At) }) {
			t.Error("entries are out of order")
		}
		last := all[len(all)-1]
		if last.Number == 0 || last.Number > chat.MaxSequence {
			t.Errorf("number is %d", last.Number)
		}
		want := entry(0)
		want.Number = last.Number
		equal(t, "the first entry", last, want)
	}
	equal(t, "entries of one actor", len(pages(store.AuditQuery{Limit: 2, Actor: 2})), 5)
	equal(t, "entries of one action", len(pages(store.AuditQuery{Limit: 2, Action: "member_banned"})), 3)
	equal(t, "entries of both", len(pages(store.AuditQuery{Limit: 2, Actor: 2, Action: "member_banned"})), 2)
	_, err := b.AuditLog(b.ctx, store.AuditQuery{Server: 1})
	mustBe(t, err, chat.Invalid)
}
