package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"beep/chat"
	"beep/client"
)

// maxAnswer bounds an answer to a question, a password included.
const maxAnswer = 4096

// signOutTimeout is how long the end of a conversation may take.
const signOutTimeout = 3 * time.Second

// login gets a token the way opt says: given, kept, or by asking.
type login struct {
	opt chatOptions
	in  io.Reader // unbuffered: what is left belongs to the conversation
	out io.Writer
	tty *os.File // nil without a terminal
}

// signedIn is a token and where it comes from.
type signedIn struct {
	token     string
	kept      bool // from the file
	temporary bool // made for this run, to be voided after it
}

// token is the token to use.
func (l *login) token(ctx context.Context) (signedIn, error) {
	if l.opt.token != "" {
		return signedIn{token: l.opt.token, temporary: l.opt.temporary}, nil
	}
	if l.opt.user == "" && !l.opt.passwordStdin {
		tokens, err := loadTokens(l.opt.tokenFile)
		if err != nil {
			return signedIn{}, err
		}
		if t := tokens[l.opt.url]; t != "" {
			return signedIn{token: t, kept: true}, nil
		}
	}
	name, password, err := l.credentials(ctx)
	if err != nil {
		return signedIn{}, err
	}
	s, err := client.SignIn(ctx, l.opt.url, name, password)
	if err != nil {
		return signedIn{}, fmt.Errorf("sign in to %s: %w", l.opt.url, err)
	}
	if !l.opt.remember && !l.yes("Stay signed in on this computer? [y/N] ") {
		return signedIn{token: s.Token, temporary: true}, nil
	}
	return signedIn{token: s.Token}, keepToken(l.opt.tokenFile, l.opt.url, s.Token)
}

// end voids what was made for this run. If it fails the token expires by itself.
func (l *login) end(ctx context.Context, s signedIn) {
	if !s.temporary {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), signOutTimeout)
	defer cancel()
	_ = client.SignOut(ctx, l.opt.url, s.token)
}

func (l *login) credentials(ctx context.Context) (name, password string, err error) {
	name = l.opt.user
	switch {
	case l.opt.passwordStdin && name == "":
		return "", "", errors.New("--password-stdin needs --user")
	case l.opt.passwordStdin:
		password, err = readAnswer(l.in)
		return name, password, err
	case l.tty == nil:
		return "", "", errors.New("nobody to ask: give --token, or --user and --password-stdin")
	}
	if name == "" {
		if name, err = l.ask("Username or e-mail (empty to register): "); err != nil {
			return "", "", err
		}
	}
	if name == "" {
		return l.register(ctx)
	}
	password, err = l.secret("Password: ")
	return name, password, err
}

// register makes an account and gives what to sign in with.
func (l *login) register(ctx context.Context) (name, password string, err error) {
	var r client.Registration
	for _, q := range []struct {
		question string
		answer   *string
	}{
		{"New username: ", &r.Username}, {"E-mail: ", &r.Email},
		{"First name (may be empty): ", &r.FirstName}, {"Last name (may be empty): ", &r.LastName},
	} {
		if *q.answer, err = l.ask(q.question); err != nil {
			return "", "", err
		}
	}
	if r.Password, err = l.secret("Password: "); err != nil {
		return "", "", err
	}
	again, err := l.secret("Password again: ")
	if err != nil {
		return "", "", err
	}
	if again != r.Password {
		return "", "", errors.New("the two passwords differ")
	}
	if _, err := client.Register(ctx, l.opt.url, r); err != nil {
		return "", "", fmt.Errorf("register at %s: %w", l.opt.url, err)
	}
	if _, err := l.ask("Registered. Validate your e-mail address if the instance asks for it, then press Enter. "); err != nil {
		return "", "", err
	}
	return r.Username, r.Password, nil
}

func (l *login) ask(question string) (string, error) {
	if _, err := io.WriteString(l.out, question); err != nil {
		return "", fmt.Errorf("ask: %w", err)
	}
	s, err := readAnswer(l.in)
	return strings.TrimSpace(s), err
}

func (l *login) secret(question string) (string, error) {
	restore, err := noEcho(l.tty)
	if err != nil {
		return "", err
	}
	defer restore()
	if _, err := io.WriteString(l.out, question); err != nil {
		return "", fmt.Errorf("ask: %w", err)
	}
	s, err := readAnswer(l.in)
	_, _ = io.WriteString(l.out, "\n") // Enter was not shown either
	return s, err
}

// yes asks on a terminal; without one, or an answer, it is no.
func (l *login) yes(question string) bool {
	if l.tty == nil {
		return false
	}
	s, err := l.ask(question)
	return err == nil && strings.HasPrefix(strings.ToLower(s), "y")
}

// readAnswer reads one line byte by byte, so that nothing behind it is taken.
func readAnswer(in io.Reader) (string, error) {
	var line []byte
	b := make([]byte, 1)
	for len(line) <= maxAnswer {
		n, err := in.Read(b)
		if n == 1 && b[0] == '\n' || err == io.EOF && len(line) > 0 {
			return strings.TrimSuffix(string(line), "\r"), nil
		}
		if err != nil {
			return "", fmt.Errorf("read answer: %w", err)
		}
		line = append(line, b[:n]...)
	}
	return "", chat.Errorf(chat.TooLarge, "read answer", "more than %d bytes", maxAnswer)
}

// tokenFile is where tokens are kept: one per instance, readable by their owner.
func tokenFile() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find the configuration folder: %w", err)
	}
	return filepath.Join(dir, "beep", "chat-tokens.json"), nil
}

func loadTokens(file string) (map[string]string, error) {
	tokens := map[string]string{}
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return tokens, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &tokens)
	}
	if err != nil {
		return nil, fmt.Errorf("read kept tokens from %s (beep chat --forget removes them): %w", file, err)
	}
	return tokens, nil
}

// keepToken writes the token of the instance at url; "" removes it.
func keepToken(file, url, token string) error {
	tokens, err := loadTokens(file)
	if err != nil {
		if token != "" {
			return err
		}
		tokens = map[string]string{} // what cannot be read is removed with it
	}
	tokens[url] = token
	if token == "" {
		delete(tokens, url)
	}
	b, err := json.Marshal(tokens)
	if err != nil {
		return fmt.Errorf("keep token: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("keep token: %w", err)
	}
	temp := file + ".new"
	_ = os.Remove(temp) // of a crash, with whatever mode
	if err := os.WriteFile(temp, b, 0o600); err != nil {
		return fmt.Errorf("keep token: %w", err)
	}
	if err := os.Rename(temp, file); err != nil {
		return fmt.Errorf("keep token: %w", err)
	}
	return nil
}
