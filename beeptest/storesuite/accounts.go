package storesuite

import (
	"strings"
	"sync"
	"testing"

	"beep/chat"
	"beep/store"
)

func account(id chat.UserID, name, email string) store.Account {
	return store.Account{
		ID: id, Username: name, Email: email, FirstName: "Ann", LastName: "Lee", PasswordHash: "$argon2id$x",
		Role: "user", CreatedAt: 1700000000123,
	}
}

func accountsAreFound(t *testing.T, b *bundle) {
	want := account(1<<62+5, "ann", "Ann@Example.org")
	must(t, b.CreateAccount(b.ctx, want))
	must(t, b.CreateAccount(b.ctx, account(2, "bob", "")))
	must(t, b.CreateAccount(b.ctx, account(3, "cid", "")))

	got, err := b.AccountByID(b.ctx, want.ID)
	must(t, err)
	equal(t, "account by id", got, want)
	for _, login := range []string{"ann", "ANN", "ann@example.org", "Ann@Example.ORG"} {
		got, err := b.AccountByLogin(b.ctx, login)
		must(t, err)
		equal(t, "account by "+login, got, want)
	}
	for _, login := range []string{"", "@", "nobody", "no@body", "an", "%", "ann\x00", "\xff"} {
		_, err := b.AccountByLogin(b.ctx, login)
		mustBe(t, err, chat.NotFound)
	}
	_, err = b.AccountByID(b.ctx, 99)
	mustBe(t, err, chat.NotFound)
	n, err := b.CountAccounts(b.ctx)
	must(t, err)
	equal(t, "number of accounts", n, 3)
}

func takenIsNamed(t *testing.T, b *bundle) {
	must(t, b.CreateAccount(b.ctx, account(1, "ann", "ann@example.org")))
	must(t, b.CreateAccount(b.ctx, account(2, "bob", "bob@example.org")))
	for _, c := range []struct {
		account store.Account
		word    string
	}{
		{account(3, "ann", ""), "username"},
		{account(3, "ann", "bob@example.org"), "username"},
		{account(3, "bob", "ann@example.org"), "username"},
		{account(3, "cid", "ANN@example.org"), "e-mail"},
		{account(1, "dan", ""), "exists"},
	} {
		err := b.CreateAccount(b.ctx, c.account)
		mustBe(t, err, chat.Conflict)
		if !strings.Contains(err.Error(), c.word) {
			t.Errorf("conflict %q does not name the %s", err, c.word)
		}
	}
	n, err := b.CountAccounts(b.ctx)
	must(t, err)
	equal(t, "number of accounts", n, 2)
}

func accountChanges(t *testing.T, b *bundle) {
	must(t, b.CreateAccount(b.ctx, account(1, "ann", "")))
	must(t, b.CreateAccount(b.ctx, account(2, "bob", "")))
	must(t, b.SetValidated(b.ctx, 1))
	must(t, b.SetPasswordHash(b.ctx, 1, "other"))
	waiting, err := b.Unregistered(b.ctx)
	must(t, err)
	equal(t, "accounts without a log", len(waiting), 2)
	must(t, b.SetRegistered(b.ctx, 1))
	must(t, b.SetRegistered(b.ctx, 1))
	waiting, err = b.Unregistered(b.ctx)
	must(t, err)
	equal(t, "accounts without a log", len(waiting), 1)
	equal(t, "the one without a log", waiting[0].ID, 2)

	got, err := b.AccountByID(b.ctx, 1)
	must(t, err)
	want := account(1, "ann", "")
	want.Validated, want.Registered, want.PasswordHash = true, true, "other"
	equal(t, "account", got, want)
	mustBe(t, b.SetValidated(b.ctx, 9), chat.NotFound)
	mustBe(t, b.SetPasswordHash(b.ctx, 9, "x"), chat.NotFound)
	mustBe(t, b.SetRegistered(b.ctx, 9), chat.NotFound)
}

func oneGetsTheName(t *testing.T, b *bundle) {
	const callers = 8
	errs := make([]error, callers)
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() { errs[i] = b.CreateAccount(b.ctx, account(chat.UserID(i+1), "ann", "")) })
	}
	wg.Wait()
	created := 0
	for _, err := range errs {
		if err == nil {
			created++
			continue
		}
		mustBe(t, err, chat.Conflict)
	}
	equal(t, "accounts created", created, 1)
}

func token(n byte, user chat.UserID, kind string, expires int64) store.Token {
	return store.Token{Hash: [32]byte{n, 31: 0xff}, UserID: user, Kind: kind, Label: "my phone", CreatedAt: 5, ExpiresAt: expires}
}

func tokensLead(t *testing.T, b *bundle) {
	ann := account(1, "ann", "")
	must(t, b.CreateAccount(b.ctx, ann))
	want := token(1, 1, "session", 77)
	must(t, b.CreateToken(b.ctx, want))
	mustBe(t, b.CreateToken(b.ctx, want), chat.Conflict)
	mustBe(t, b.CreateToken(b.ctx, token(2, 9, "session", 0)), chat.NotFound)
	must(t, b.CreateToken(b.ctx, token(3, 0, "claim", 0))) // the account comes later

	got, owner, err := b.TokenByHash(b.ctx, want.Hash)
	must(t, err)
	equal(t, "token", got, want)
	equal(t, "owner", owner, ann)
	must(t, b.DeleteToken(b.ctx, want.Hash))
	must(t, b.DeleteToken(b.ctx, want.Hash))
	_, _, err = b.TokenByHash(b.ctx, want.Hash)
	mustBe(t, err, chat.NotFound)
}

func consumedOnce(t *testing.T, b *bundle) {
	must(t, b.CreateAccount(b.ctx, account(1, "ann", "")))
	want := token(1, 1, "validate", 9)
	must(t, b.CreateToken(b.ctx, want))
	_, err := b.ConsumeToken(b.ctx, want.Hash, "session")
	mustBe(t, err, chat.NotFound)

	const callers = 8
	errs := make([]error, callers)
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			var got store.Token
			if got, errs[i] = b.ConsumeToken(b.ctx, want.Hash, "validate"); errs[i] == nil && got != want {
				t.Errorf("token is %v, want %v", got, want)
			}
		})
	}
	wg.Wait()
	consumed := 0
	for _, err := range errs {
		if err == nil {
			consumed++
			continue
		}
		mustBe(t, err, chat.NotFound)
	}
	equal(t, "callers who got the token", consumed, 1)
}

func tokensAreDeleted(t *testing.T, b *bundle) {
	must(t, b.CreateAccount(b.ctx, account(1, "ann", "")))
	must(t, b.CreateAccount(b.ctx, account(2, "bob", "")))
	all := []store.Token{
		token(1, 1, "session", 0), token(2, 1, "session", 100), token(3, 1, "api", 0), token(4, 2, "session", 101),
	}
	for _, tok := range all {
		must(t, b.CreateToken(b.ctx, tok))
	}
	left := func() (list [4]bool) {
		for i, tok := range all {
			_, _, err := b.TokenByHash(b.ctx, tok.Hash)
			list[i] = err == nil
		}
		return list
	}
	must(t, b.DeleteExpiredTokens(b.ctx, 100))
	equal(t, "tokens left", left(), [4]bool{true, false, true, true})
	must(t, b.DeleteTokens(b.ctx, 1, "session"))
	equal(t, "tokens left", left(), [4]bool{false, false, true, true})
}
