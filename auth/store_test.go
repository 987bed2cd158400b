package auth

import (
	"path/filepath"
	"strings"
	"testing"

	"beep/chat"
	"beep/store"
)

// What the fake promises must be what the real store does.
func TestTheWholeWayOnTheRealStore(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.Context(), store.Options{DSN: filepath.Join(t.TempDir(), "beep.db")})
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	b := setupOn(t, s)

	link, err := b.FirstRun(t.Context())
	must(t, err)
	owner, err := b.Claim(t.Context(), tokenIn(link), registration("owner"))
	must(t, err)
	if again, err := b.FirstRun(t.Context()); again != "" || err != nil {
		t.Fatal(again, err)
	}
	_, err = b.Claim(t.Context(), tokenIn(link), registration("eve"))
	refused(t, err, chat.Gone)
	if a, err := b.Account(t.Context(), owner.ID); err != nil || a.Role != RoleAdministrator || !a.Validated || !a.Registered {
		t.Fatalf("%+v %v", a, err)
	}

	b.setBeginErr(chat.Errorf(chat.Unavailable, "register user", "the log is away"))
	ada, err := b.Register(t.Context(), registration("ada"))
	must(t, err)
	validation := b.lastToken()
	b.setBeginErr(nil)
	must(t, b.Mend(t.Context()))
	if a, err := b.Find(t.Context(), "ADA@example.org"); err != nil || a.ID != ada.ID || !a.Registered {
		t.Fatalf("%+v %v", a, err)
	}

	taken := registration("mallory")
	taken.Email = "Ada@example.org"
	_, err = b.Register(t.Context(), taken)
	must(t, err)
	if a, err := b.Find(t.Context(), "mallory"); err != nil || a.Email != "" || a.Validated {
		t.Fatalf("%+v %v", a, err)
	}
	_, err = b.Register(t.Context(), registration("ada"))
	if e := refused(t, err, chat.Conflict); !strings.Contains(e.Message, "username") {
		t.Fatal(e.Message)
	}

	_, _, _, err = b.SignIn(t.Context(), "ada", password, "", "192.0.2.1:1")
	refused(t, err, chat.Forbidden)
	must(t, b.Validate(t.Context(), validation))
	refused(t, b.Validate(t.Context(), validation), chat.Gone)
	b.hasher.params.memory *= 2 // as if the parameters had been raised
	one, two := b.signIn("ada"), b.signIn("ada@example.org")
	for _, token := range []string{one, two} {
		if user, err := b.Authenticate(t.Context(), token); err != nil || user != ada.ID {
			t.Fatal(user, err)
		}
	}
	must(t, b.SignOut(t.Context(), one))
	_, err = b.Authenticate(t.Context(), one)
	refused(t, err, chat.Unauthenticated)

	must(t, s.Close())
	b.move(freshFor)
	if user, err := b.Authenticate(t.Context(), two); err != nil || user != ada.ID {
		t.Fatal(user, err)
	}
	_, err = b.Authenticate(t.Context(), one)
	refused(t, err, chat.Unavailable)
	_, _, _, err = b.SignIn(t.Context(), "ada", password, "", "")
	refused(t, err, chat.Unavailable)
}
