// Package auth knows who is calling: it registers accounts, checks passwords,
// and issues, recognises and revokes tokens. Later ways of signing in (an outside
// identity provider, a directory, one-time codes) end like the password does:
// in a token of this package.
//
// # Model
//
// A person has an account (in SQL, the one truth that is not in the log) and a
// user log (begun by the user's actor). Registering writes the account, then asks
// for the log, then notes that the log is begun; a crash in between is mended by
// Mend at the next start, and by the first sign-in.
//
// A token is "beep_" and 32 random bytes. Only its SHA-256 is stored: whoever
// reads the database cannot sign in with it. Kinds:
//
//	session   made by SignIn, 30 days
//	api       made by IssueToken, until revoked
//	validate  in the link that confirms an e-mail, 48 hours, one use
//	claim     in the link that makes the owner, 24 hours, one use
//
// # What strangers may learn
//
// Usernames are public, e-mails are not. An unknown login and a wrong password get
// the same text after the same work. Registering with an e-mail that is taken is
// answered like any other registration: the username is then taken by an account
// without an e-mail, which can never be validated. And as long as an account's
// e-mail is not validated, it cannot sign in by that e-mail, only by its
// username: otherwise a stranger would learn by registering and signing in
// whether the e-mail was free.
//
// # When the database is away
//
// Authenticate answers from memory for tokens that were seen in the last 24 hours;
// everything else is refused as unavailable.
//
// The package must never import edge, api or actors, log a token, a password or
// an e-mail, or decide what a user may do once he is known.
package auth
