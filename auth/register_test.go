package auth

import (
	"strings"
	"testing"

	"beep/chat"
)

func TestRegisteringValidatingSigningIn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a, err := b.Register(t.Context(), registration("ada"))
	must(t, err)
	if a.Validated || !a.Registered || a.Role != RoleUser || a.Username != "ada" {
		t.Fatalf("%+v", a)
	}
	if len(b.begun) != 1 || b.begun[0] != (chat.RegisterUser{ID: a.ID, Username: "ada", FirstName: "First", LastName: "Last"}) {
		t.Fatalf("%+v", b.begun)
	}
	if !strings.HasPrefix(b.notices[0], "validate the e-mail of ada: http://beep.test/auth/validate?token=beep_") {
		t.Fatal(b.notices)
	}
	_, _, _, err = b.SignIn(t.Context(), "ada", password, "", "192.0.2.1:1")
	if e := refused(t, err, chat.Forbidden); e.Message != "e-mail not validated" {
		t.Fatal(e.Message)
	}
	link := b.lastToken()
	must(t, b.Validate(t.Context(), link))
	refused(t, b.Validate(t.Context(), link), chat.Gone)
	b.signIn("ada")
	b.signIn(" Ada@Example.org ")
}

func TestAValidationLinkEnds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.Register(t.Context(), registration("ada"))
	must(t, err)
	old := b.lastToken()
	b.move(validateLife)
	refused(t, b.Validate(t.Context(), old), chat.Gone)
	for _, other := range []string{"", "beep_", newToken(), b.mustIssue("bob", KindAPI)} {
		refused(t, b.Validate(t.Context(), other), chat.Gone)
	}
	_, _, _, err = b.SignIn(t.Context(), "ada", password, "", "192.0.2.1:1")
	refused(t, err, chat.Forbidden)
	if b.lastToken() == old {
		t.Fatal("signing in did not show a new link")
	}
	must(t, b.Validate(t.Context(), b.lastToken()))
}

func (b *bundle) mustIssue(name, kind string) string {
	b.t.Helper()
	token, err := b.IssueToken(b.t.Context(), b.user(name).ID, "test", kind)
	must(b.t, err)
	return token
}

func TestATakenUsernameIsAConflict(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.user("ada")
	r := registration("ada")
	r.Email = "other@example.org"
	_, err := b.Register(t.Context(), r)
	refused(t, err, chat.Conflict)
}

// Whatever a stranger can try, an e-mail that is taken and one that is free must
// look the same.
func TestATakenEmailLooksLikeAFreeOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.user("victim")
	shown := map[string][]string{}
	for name, email := range map[string]string{"eve": "victim@example.org", "mallory": "free@example.org"} {
		note := func(what string) { shown[name] = append(shown[name], what) }
		hashes := b.hashes.Load()
		r := registration(name)
		r.Email, r.Password = email, "not the victim's"
		a, err := b.Register(t.Context(), r)
		must(t, err)
		if a.Email != email || a.Username != name || a.ID == 0 || !a.Registered || a.Validated {
			t.Fatalf("%+v", a)
		}
		again := registration(name)
		again.Email = "again" + email
		_, err = b.Register(t.Context(), again)
		note(err.Error())
		for _, login := range []string{name, email} {
			_, _, _, err = b.SignIn(t.Context(), login, r.Password, "", "")
			note(strings.ReplaceAll(err.Error(), name, "NAME"))
		}
		if got := b.hashes.Load() - hashes; got != 4 {
			t.Fatalf("%s: %d hashes", name, got)
		}
	}
	if got, want := strings.Join(shown["eve"], "\n"), strings.Join(shown["mallory"], "\n"); got != want {
		t.Fatalf("taken:\n%s\nfree:\n%s", got, want)
	}
	if len(b.begun) != 3 || b.store.count(KindValidate) != 2 {
		t.Fatalf("%d logs, %d links: the work differs", len(b.begun), b.store.count(KindValidate))
	}
	if len(b.notices) != 1 || !strings.Contains(b.notices[0], "mallory") {
		t.Fatal(b.notices)
	}
}

func TestBadRegistrationsAreRefusedBeforeAnyWork(t *testing.T) {
	t.Parallel()
	b := setup(t)
	tests := []struct {
		name   string
		change func(*Registration)
	}{
		{"no username", func(r *Registration) { r.Username = "" }},
		{"capital username", func(r *Registration) { r.Username = "Ada" }},
		{"username with @", func(r *Registration) { r.Username = "a@b" }},
		{"no e-mail", func(r *Registration) { r.Email = "" }},
		{"e-mail without @", func(r *Registration) { r.Email = "ada.example.org" }},
		{"e-mail with name", func(r *Registration) { r.Email = "Ada <ada@example.org>" }},
		{"e-mail with line break", func(r *Registration) { r.Email = "ada@example.org\r\nBcc: x@y.z" }},
		{"e-mail with null", func(r *Registration) { r.Email = "ada\x00@example.org" }},
		{"quoted e-mail", func(r *Registration) { r.Email = `"a b"@example.org` }},
		{"two @", func(r *Registration) { r.Email = "a@b@example.org" }},
		{"two addresses", func(r *Registration) { r.Email = "a@example.org,b@example.org" }},
		{"address literal", func(r *Registration) { r.Email = "a@[127.0.0.1]" }},
		{"e-mail not ASCII", func(r *Registration) { r.Email = "ädä@example.org" }},
		{"long e-mail", func(r *Registration) { r.Email = strings.Repeat("a", 60) + "@" + strings.Repeat("b.", 120) + "org" }},
		{"long local part", func(r *Registration) { r.Email = strings.Repeat("a", 65) + "@example.org" }},
		{"dots of a domain", func(r *Registration) { r.Email = "a@.org" }},
		{"short password", func(r *Registration) { r.Password = "1234567" }},
		{"long password", func(r *Registration) { r.Password = strings.Repeat("a", 257) }},
		{"password not UTF-8", func(r *Registration) { r.Password = "12345678\xff" }},
		{"long first name", func(r *Registration) { r.FirstName = strings.Repeat("a", 65) }},
		{"first name with direction", func(r *Registration) { r.FirstName = "a\u202eb" }},
		{"last name with line break", func(r *Registration) { r.LastName = "a\nb" }},
		{"last name not UTF-8", func(r *Registration) { r.LastName = "a\xff" }},
	}
	for _, tt := range tests {
		r := registration("ada")
		tt.change(&r)
		for act, f := range map[string]func() error{
			"register": func() error { _, err := b.Register(t.Context(), r); return err },
			"create":   func() error { _, err := b.CreateUser(t.Context(), r, false, RoleUser); return err },
			"claim":    func() error { _, err := b.Claim(t.Context(), newToken(), r); return err },
		} {
			if k := chat.KindOf(f()); k != chat.Invalid && k != chat.TooLarge {
				t.Errorf("%s, %s: %v", tt.name, act, k)
			}
		}
	}
	if b.hashes.Load() != 0 || len(b.store.accounts) != 0 {
		t.Fatal("work was done for what is refused")
	}
	for _, email := range []string{"ADA@example.org", "a+b@example.org", "owner@localhost", "o'neill@example.org"} {
		if _, err := normalEmail("test", email); err != nil {
			t.Errorf("%s: %v", email, err)
		}
	}
}

func TestRegistrationsAreThrottledByAddress(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for range registrationsPerAddress {
		b.registrations.take("192.0.2.1", b.now())
	}
	_, err := b.Register(t.Context(), registration("ada"))
	if e := refused(t, err, chat.RateLimited); e.RetryAfter != registrationWindow {
		t.Fatal(e.RetryAfter)
	}
	b.move(registrationWindow)
	_, err = b.Register(t.Context(), registration("ada"))
	must(t, err)
}

func TestACrashBetweenAccountAndLogIsMended(t *testing.T) {
	t.Parallel()
	b := setup(t)
	away := chat.Errorf(chat.Unavailable, "register user", "the log is away")
	b.setBeginErr(away)
	a, err := b.Register(t.Context(), registration("ada"))
	must(t, err) // the account is stored
	refused(t, b.Mend(t.Context()), chat.Unavailable)
	must(t, b.Validate(t.Context(), b.lastToken()))
	_, _, _, err = b.SignIn(t.Context(), "ada", password, "", "")
	refused(t, err, chat.Unavailable)
	b.setBeginErr(nil)
	must(t, b.Mend(t.Context()))
	must(t, b.Mend(t.Context()))
	if len(b.begun) != 1 || b.begun[0].ID != a.ID {
		t.Fatalf("%+v", b.begun)
	}
	b.signIn("ada")
}

func TestSigningInBeginsALogThatIsMissing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.setBeginErr(chat.Errorf(chat.Unavailable, "register user", "the log is away"))
	if _, err := b.CreateUser(t.Context(), registration("ada"), true, RoleUser); err == nil {
		t.Fatal("the operator was not told")
	}
	b.setBeginErr(nil)
	b.signIn("ada")
	b.signIn("ada")
	if len(b.begun) != 1 {
		t.Fatalf("%d times", len(b.begun))
	}
}

func TestTheCommandLineIsToldOfEveryConflict(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.user("ada")
	_, err := b.CreateUser(t.Context(), registration("ada"), true, RoleUser)
	refused(t, err, chat.Conflict)
	r := registration("bob")
	r.Email = "ADA@example.org"
	_, err = b.CreateUser(t.Context(), r, true, RoleUser)
	refused(t, err, chat.Conflict)
	_, err = b.CreateUser(t.Context(), registration("bob"), true, "emperor")
	refused(t, err, chat.Invalid)
	r.Email = ""
	_, err = b.CreateUser(t.Context(), r, true, RoleUser)
	must(t, err)
	b.signIn("bob")
	bot, err := b.CreateUser(t.Context(), Registration{Username: "bot"}, true, RoleUser)
	must(t, err)
	_, _, _, err = b.SignIn(t.Context(), "bot", "", "", "")
	refused(t, err, chat.Unauthenticated)
	_, err = b.IssueToken(t.Context(), bot.ID, "", KindAPI)
	must(t, err)
}
