package auth

import (
	"net/mail"
	"strings"
	"unicode/utf8"

	"beep/chat"
)

const (
	minPassword = 8   // characters; NIST SP 800-63B asks for at least that
	maxPassword = 256 // room for any passphrase; bounds what is hashed
	maxName     = 64  // characters of a first or last name
	maxEmail    = 254 // RFC 5321, 4.5.3.1.3 less the brackets
	maxLocal    = 64  // RFC 5321, 4.5.3.1.1
)

// Registration is what a person says of himself.
type Registration struct {
	Username  string
	Email     string
	Password  string
	FirstName string
	LastName  string
	// RemoteAddr is where it comes from, "" for this machine's operator, who
	// is not throttled.
	RemoteAddr string
}

// check refuses what is not acceptable and brings the rest into its one form.
// partial, for the operator only, takes accounts without an e-mail or without a
// password (those of programs, which have tokens).
func (r *Registration) check(op string, partial bool) error {
	r.FirstName, r.LastName = strings.TrimSpace(r.FirstName), strings.TrimSpace(r.LastName)
	if err := chat.ValidateUsername(op, r.Username); err != nil {
		return err
	}
	if !partial || r.Email != "" {
		email, err := normalEmail(op, r.Email)
		if err != nil {
			return err
		}
		r.Email = email
	}
	if !partial || r.Password != "" {
		if err := checkPassword(op, r.Password); err != nil {
			return err
		}
	}
	if err := chat.ValidateLine(op, "first name", r.FirstName, maxName); err != nil {
		return err
	}
	return chat.ValidateLine(op, "last name", r.LastName, maxName)
}

func checkPassword(op, s string) error {
	if n := utf8.RuneCountInString(s); n < minPassword || n > maxPassword {
		return chat.Errorf(chat.Invalid, op, "password must have %d to %d characters", minPassword, maxPassword)
	}
	if !utf8.ValidString(s) {
		return chat.Errorf(chat.Invalid, op, "password is not valid UTF-8")
	}
	return nil
}

// normalEmail accepts the plain form of an address, local@domain in ASCII, and
// answers it in lower case: nobody runs two mailboxes that differ by case. The
// forms that are left out (quoted, with comments, a name, an address literal)
// are those by which one mailbox has many spellings.
func normalEmail(op, s string) (string, error) {
	refused := chat.Errorf(chat.Invalid, op, "e-mail is not an address such as ada@example.org")
	if len(s) > maxEmail {
		return "", refused
	}
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' || strings.IndexByte(`"(),:;<>[\]`, c) >= 0 {
			return "", refused
		}
	}
	local, domain, ok := strings.Cut(s, "@")
	if !ok || local == "" || domain == "" || len(local) > maxLocal || strings.HasPrefix(domain, ".") || strings.HasSuffix(domain, ".") {
		return "", refused
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Name != "" || a.Address != s {
		return "", refused
	}
	return strings.ToLower(s), nil
}

// normalLogin is how a username or e-mail is looked up and counted.
func normalLogin(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
