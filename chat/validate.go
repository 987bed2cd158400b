package chat

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// ValidateUsername accepts 2 to 32 characters of a-z, 0-9, '_', '-' and '.',
// beginning with a letter or digit. Lower case only, so that two people never
// differ by case alone.
func ValidateUsername(op, s string) error {
	if len(s) < MinUsernameLen || len(s) > MaxUsernameLen {
		return Errorf(Invalid, op, "username must have %d to %d characters", MinUsernameLen, MaxUsernameLen)
	}
	for i := range len(s) {
		c := s[i]
		alnum := c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
		if !alnum && (i == 0 || c != '_' && c != '-' && c != '.') {
			return Errorf(Invalid, op, "username may have a-z, 0-9, '_', '-' and '.', beginning with a letter or digit")
		}
	}
	return nil
}

// validateName checks a visible one-line name of 1 to limit runes: valid UTF-8,
// no control or direction-changing characters, not blank.
func validateName(op, what, s string, limit int) error {
	if err := validateLine(op, what, s, limit); err != nil {
		return err
	}
	for _, r := range s {
		if !unicode.IsSpace(r) {
			return nil
		}
	}
	return Errorf(Invalid, op, "%s must not be empty", what)
}

// ValidateLine checks a visible text of one line and at most limit runes, which
// may be empty: valid UTF-8, no control or direction-changing characters.
func ValidateLine(op, what, s string, limit int) error { return validateLine(op, what, s, limit) }

func validateLine(op, what, s string, limit int) error {
	if !utf8.ValidString(s) {
		return Errorf(Invalid, op, "%s is not valid UTF-8", what)
	}
	if utf8.RuneCountInString(s) > limit {
		return Errorf(TooLarge, op, "%s may have at most %d characters", what, limit)
	}
	for _, r := range s {
		if unicode.IsControl(r) || isBidiControl(r) {
			return Errorf(Invalid, op, "%s must not contain control or direction-changing characters", what)
		}
	}
	return nil
}

// validateText checks a visible text of at most limit runes that may be empty
// and may have several lines.
func validateText(op, what, s string, limit int) error {
	return validateLine(op, what, strings.ReplaceAll(s, "\n", " "), limit)
}

// ValidateImageReference checks the identifier of an image, or none.
func ValidateImageReference(op, what, s string) error {
	if s == "" {
		return nil
	}
	_, err := parseID(op, what, s)
	return err
}

// validateCode checks the code of an invitation: URLs carry it.
func validateCode(op, s string) error {
	if s == "" || len(s) > MaxInvitationCode {
		return Errorf(Invalid, op, "a code has 1 to %d characters", MaxInvitationCode)
	}
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_' {
			return Errorf(Invalid, op, "a code has letters, digits, '-' and '_'")
		}
	}
	return nil
}

// isBidiControl names the characters that reorder what follows them on screen,
// with which one name can be made to look like another.
func isBidiControl(r rune) bool {
	return r == 0x061C || r == 0x200E || r == 0x200F || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
}

func validateContent(op, s string) error {
	if len(s) > MaxContentBytes || utf8.RuneCountInString(s) > MaxContentRunes {
		return Errorf(TooLarge, op, "a message may have at most %d characters", MaxContentRunes)
	}
	if !utf8.ValidString(s) {
		return Errorf(Invalid, op, "content is not valid UTF-8")
	}
	for _, r := range s {
		if r == 0 {
			return Errorf(Invalid, op, "content must not contain the null character")
		}
	}
	for _, r := range s {
		if !unicode.IsSpace(r) {
			return nil
		}
	}
	return Errorf(Invalid, op, "content must not be empty")
}

func validateNonce(op, s string) error {
	if len(s) > MaxNonceBytes {
		return Errorf(Invalid, op, "nonce may have at most %d bytes", MaxNonceBytes)
	}
	for i := range len(s) {
		if s[i] < 0x21 || s[i] > 0x7e {
			return Errorf(Invalid, op, "nonce may have printable ASCII characters only")
		}
	}
	return nil
}
