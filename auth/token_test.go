package auth

import (
	"errors"
	"strings"
	"testing"

	"beep/chat"
)

func TestATokenIsWhoItWasIssuedTo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.user("ada")
	for _, kind := range []string{KindSession, KindAPI} {
		token, err := b.IssueToken(t.Context(), a.ID, "my bot", kind)
		must(t, err)
		if user, err := b.Authenticate(t.Context(), token); err != nil || user != a.ID {
			t.Fatal(user, err)
		}
		if _, there := b.store.tokens[HashToken(token)]; !there {
			t.Fatal("it is not stored by its hash")
		}
	}
	for _, kind := range []string{"", KindClaim, KindValidate} {
		_, err := b.IssueToken(t.Context(), a.ID, "", kind)
		refused(t, err, chat.Invalid)
	}
	_, err := b.IssueToken(t.Context(), a.ID, strings.Repeat("x", maxLabel+1), KindAPI)
	refused(t, err, chat.TooLarge)
	_, err = b.IssueToken(t.Context(), 99, "", KindAPI)
	refused(t, err, chat.NotFound)
}

func TestWhatIsNoTokenIsRefusedWithoutAskingTheDatabase(t *testing.T) {
	t.Parallel()
	b := setup(t)
	good := newToken()
	for _, token := range []string{"", "beep_", good[:len(good)-1], good + "A", "Beep_" + good[5:], good[:20] + "=" + good[21:], good[:20] + "\n" + good[21:]} {
		_, err := b.Authenticate(t.Context(), token)
		refused(t, err, chat.Unauthenticated)
	}
	if b.store.lookups != 0 {
		t.Fatalf("%d lookups", b.store.lookups)
	}
	_, err := b.Authenticate(t.Context(), good)
	refused(t, err, chat.Unauthenticated)
}

func TestASessionEndsAfterItsLife(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.user("ada")
	token, _, expires, err := b.SignIn(t.Context(), "ada", password, "", "")
	must(t, err)
	if expires != b.nowMilli()+sessionLife.Milliseconds() {
		t.Fatal(expires)
	}
	forever, err := b.IssueToken(t.Context(), a.ID, "", KindAPI)
	must(t, err)
	b.move(sessionLife - 1e6)
	_, err = b.Authenticate(t.Context(), token)
	must(t, err)
	b.move(1e6) // it is in memory, and still fresh there
	_, err = b.Authenticate(t.Context(), token)
	refused(t, err, chat.Unauthenticated)
	_, err = b.Authenticate(t.Context(), forever)
	must(t, err)
	b.signIn("ada")
	if _, there := b.store.tokens[HashToken(token)]; there {
		t.Fatal("what has ended was not swept")
	}
}

func TestLinksAreNoTokens(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.Register(t.Context(), registration("ada"))
	must(t, err)
	claim, err := b.NewClaim(t.Context())
	must(t, err)
	for _, token := range []string{b.lastToken(), tokenIn(claim)} {
		_, err := b.Authenticate(t.Context(), token)
		refused(t, err, chat.Unauthenticated)
	}
}

func TestAnAccountThatIsNotValidatedIsNobody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a, err := b.CreateUser(t.Context(), registration("ada"), false, RoleUser)
	must(t, err)
	token, err := b.IssueToken(t.Context(), a.ID, "", KindAPI)
	must(t, err)
	_, err = b.Authenticate(t.Context(), token)
	refused(t, err, chat.Unauthenticated)
	must(t, b.Validate(t.Context(), b.lastToken()))
	_, err = b.Authenticate(t.Context(), token)
	must(t, err)
}

func TestTokensAreHonouredWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.user("ada")
	seen, unseen := b.signIn("ada"), b.signIn("ada")
	for range 3 {
		_, err := b.Authenticate(t.Context(), seen)
		must(t, err)
	}
	if b.store.lookups != 1 {
		t.Fatalf("%d lookups within a minute", b.store.lookups)
	}
	b.store.setAway(errors.New("connection refused"))
	b.move(staleFor - 1e6)
	if user, err := b.Authenticate(t.Context(), seen); err != nil || user != a.ID {
		t.Fatal(user, err)
	}
	_, err := b.Authenticate(t.Context(), unseen)
	refused(t, err, chat.Unavailable)
	b.move(1e6)
	_, err = b.Authenticate(t.Context(), seen)
	refused(t, err, chat.Unavailable)
	b.store.setAway(nil)
	_, err = b.Authenticate(t.Context(), seen)
	must(t, err)
}

func TestATokenVoidedElsewhereIsRefusedAfterAMinute(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.user("ada")
	token := b.signIn("ada")
	_, err := b.Authenticate(t.Context(), token)
	must(t, err)
	must(t, b.store.DeleteToken(t.Context(), HashToken(token)))
	_, err = b.Authenticate(t.Context(), token)
	must(t, err)
	b.move(freshFor)
	_, err = b.Authenticate(t.Context(), token)
	refused(t, err, chat.Unauthenticated)

	token = b.signIn("ada")
	_, err = b.Authenticate(t.Context(), token)
	must(t, err)
	must(t, b.store.DeleteToken(t.Context(), HashToken(token)))
	b.Forget(a.ID, HashToken(token))
	_, err = b.Authenticate(t.Context(), token)
	refused(t, err, chat.Unauthenticated)
}

func TestSigningOutHoldsAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.user("ada")
	one, two, three := b.signIn("ada"), b.signIn("ada"), b.mustIssue("bob", KindAPI)
	for _, token := range []string{one, two, three} {
		_, err := b.Authenticate(t.Context(), token)
		must(t, err)
	}
	must(t, b.SignOut(t.Context(), one))
	_, err := b.Authenticate(t.Context(), one)
	refused(t, err, chat.Unauthenticated)
	refused(t, b.SignOut(t.Context(), one), chat.Unauthenticated)
	must(t, b.SignOutAll(t.Context(), a.ID))
	_, err = b.Authenticate(t.Context(), two)
	refused(t, err, chat.Unauthenticated)
	_, err = b.Authenticate(t.Context(), three)
	must(t, err)
	want := []revocation{{a.ID, HashToken(one)}, {a.ID, [32]byte{}}}
	if len(b.revoked) != 2 || b.revoked[0] != want[0] || b.revoked[1] != want[1] {
		t.Fatal(b.revoked)
	}
}

// A lookup that was under way when the token was voided must not bring it back.
func TestALookupUnderWayDoesNotReviveAVoidedToken(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.user("ada")
	token := b.signIn("ada")
	b.store.onLookup = func() { must(t, b.SignOutAll(t.Context(), a.ID)) }
	_, _ = b.Authenticate(t.Context(), token) // began before
	_, err := b.Authenticate(t.Context(), token)
	refused(t, err, chat.Unauthenticated)
}

func TestTheCacheIsBounded(t *testing.T) {
	t.Parallel()
	c := newTokenCache()
	for i := range maxCachedTokens + 100 {
		c.put([32]byte{byte(i), byte(i >> 8), byte(i >> 16)}, cachedToken{user: 1}, 0)
	}
	if len(c.tokens) != maxCachedTokens {
		t.Fatal(len(c.tokens))
	}
	c.forgetUser(1)
	if len(c.tokens) != 0 {
		t.Fatal(len(c.tokens))
	}
}
