package auth

import (
	"bytes"
	"strings"
	"testing"
)

const someHash = "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"

func TestAHashIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	h, err := parsePHC(someHash)
	must(t, err)
	if h.params != currentParams || string(h.salt) != "0123456789abcdef" || h.String() != someHash {
		t.Fatalf("%+v", h)
	}
}

func TestADamagedHashIsRefused(t *testing.T) {
	t.Parallel()
	for _, change := range [][2]string{
		{"argon2id", "argon2i"}, {"v=19", "v=16"}, {"m=19456", "m=0"}, {"m=19456", "m=019456"}, {"m=19456", "m=+19456"},
		{"m=19456", "m=262145"}, {"m=19456", "m=99999999999999999999"}, {"t=2", "t=17"}, {"t=2", "t="}, {"p=1", "p=17"}, {"p=1", "p=1,x=2"},
		{"$MDEy", "$MDE\n"}, {"$MDEy", "$MDE="}, {"MDEyMzQ1Njc4OWFiY2RlZg$", "MDEy$"}, {"$m", "$$m"}, {someHash, ""}, {someHash, someHash + "$"},
		{someHash, someHash + strings.Repeat("A", 300)},
	} {
		if h, err := parsePHC(strings.Replace(someHash, change[0], change[1], 1)); err == nil {
			t.Errorf("%v: %+v", change, h)
		}
	}
}

func TestArgon2idIsWhatTheStringSays(t *testing.T) {
	t.Parallel()
	h := newHasher(1, currentParams, argon2id)
	stored, err := h.hash(t.Context(), password)
	must(t, err)
	if ok, err := h.check(t.Context(), stored, password); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if ok, _ := h.check(t.Context(), stored, password+"r"); ok {
		t.Fatal("a wrong password is right")
	}
	if ok, _ := h.check(t.Context(), "", password); ok {
		t.Fatal("an account without a password has one")
	}
	if h.outdated(stored) || h.outdated("") {
		t.Fatal("outdated at once")
	}
	again, err := h.hash(t.Context(), password)
	must(t, err)
	if again == stored {
		t.Fatal("no salt")
	}
}

func FuzzPHC(f *testing.F) {
	f.Add(someHash)
	f.Add("$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=,t=,p=$$")
	f.Fuzz(func(t *testing.T, s string) {
		h, err := parsePHC(s)
		if err != nil {
			return
		}
		if h.String() != s {
			t.Fatalf("%q is read as %q", s, h.String())
		}
		if h.memory > maxHashMemory || h.time > maxHashTime || h.threads > maxHashThreads || len(h.key) > maxKeyBytes {
			t.Fatalf("%q costs too much", s)
		}
		again, err := parsePHC(h.String())
		if err != nil || again.params != h.params || !bytes.Equal(again.salt, h.salt) || !bytes.Equal(again.key, h.key) {
			t.Fatalf("%q: %v", s, err)
		}
	})
}
