package chat

import (
	"strconv"
)

// Identifiers are snowflakes (see snowflake.go): 64 bits, written as decimal
// strings in JSON because JavaScript's numbers end at 53 bits. Zero is never a
// valid identifier; the Parse functions are the only way in from outside.
type (
	UserID    uint64
	ServerID  uint64
	ChannelID uint64
	MessageID uint64
	RoleID    uint64
)

// maxIDDigits bounds what parseID looks at: 2^63 has 19 digits.
const maxIDDigits = 20

func parseID(op, what, s string) (uint64, error) {
	if len(s) == 0 || len(s) > maxIDDigits {
		return 0, Errorf(Invalid, op, "%s is not an identifier", what)
	}
	// The top bit is never set in a snowflake, and a leading zero or sign would
	// give one thing two spellings.
	n, err := strconv.ParseUint(s, 10, 63)
	if err != nil || n == 0 || s[0] == '0' || s[0] == '+' {
		return 0, Errorf(Invalid, op, "%s is not an identifier", what)
	}
	return n, nil
}

// ParseUserID reads a decimal user identifier. The error is of kind Invalid.
func ParseUserID(s string) (UserID, error) {
	n, err := parseID("parse user id", "user id", s)
	return UserID(n), err
}

// ParseServerID reads a decimal server identifier. The error is of kind Invalid.
func ParseServerID(s string) (ServerID, error) {
	n, err := parseID("parse server id", "server id", s)
	return ServerID(n), err
}

// ParseChannelID reads a decimal channel identifier. The error is of kind Invalid.
func ParseChannelID(s string) (ChannelID, error) {
	n, err := parseID("parse channel id", "channel id", s)
	return ChannelID(n), err
}

// ParseMessageID reads a decimal message identifier. The error is of kind Invalid.
func ParseMessageID(s string) (MessageID, error) {
	n, err := parseID("parse message id", "message id", s)
	return MessageID(n), err
}

// ParseRoleID reads a decimal role identifier. The error is of kind Invalid.
func ParseRoleID(s string) (RoleID, error) {
	n, err := parseID("parse role id", "role id", s)
	return RoleID(n), err
}

func (id UserID) String() string    { return strconv.FormatUint(uint64(id), 10) }
func (id ServerID) String() string  { return strconv.FormatUint(uint64(id), 10) }
func (id ChannelID) String() string { return strconv.FormatUint(uint64(id), 10) }
func (id MessageID) String() string { return strconv.FormatUint(uint64(id), 10) }
func (id RoleID) String() string    { return strconv.FormatUint(uint64(id), 10) }

// MarshalText writes the decimal form; with it encoding/json writes a string,
// for values and for map keys alike.
func (id UserID) MarshalText() ([]byte, error) {
	return strconv.AppendUint(nil, uint64(id), 10), nil
}

// MarshalText writes the decimal form.
func (id ServerID) MarshalText() ([]byte, error) {
	return strconv.AppendUint(nil, uint64(id), 10), nil
}

// MarshalText writes the decimal form.
func (id ChannelID) MarshalText() ([]byte, error) {
	return strconv.AppendUint(nil, uint64(id), 10), nil
}

// MarshalText writes the decimal form.
func (id MessageID) MarshalText() ([]byte, error) {
	return strconv.AppendUint(nil, uint64(id), 10), nil
}

// MarshalText writes the decimal form.
func (id RoleID) MarshalText() ([]byte, error) {
	return strconv.AppendUint(nil, uint64(id), 10), nil
}

// UnmarshalText reads the decimal form.
func (id *UserID) UnmarshalText(b []byte) (err error) {
	*id, err = ParseUserID(string(b))
	return err
}

// UnmarshalText reads the decimal form.
func (id *ServerID) UnmarshalText(b []byte) (err error) {
	*id, err = ParseServerID(string(b))
	return err
}

// UnmarshalText reads the decimal form.
func (id *ChannelID) UnmarshalText(b []byte) (err error) {
	*id, err = ParseChannelID(string(b))
	return err
}

// UnmarshalText reads the decimal form.
func (id *MessageID) UnmarshalText(b []byte) (err error) {
	*id, err = ParseMessageID(string(b))
	return err
}

// UnmarshalText reads the decimal form.
func (id *RoleID) UnmarshalText(b []byte) (err error) {
	*id, err = ParseRoleID(string(b))
	return err
}
