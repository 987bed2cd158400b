package api

import (
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"beep/chat"
)

// What stands in paths, queries and headers. Operations name a type of this file
// where text is not enough: it knows how to become an argument of a request.

// argument is a value that becomes an argument in a way of its own; given says
// whether there is one.
type argument interface {
	argument(c caller) (value any, given bool, err error)
}

const (
	// idPattern is what an identifier looks like; that it fits 63 bits is
	// looked at when it is read.
	idPattern = "^[1-9][0-9]{0,18}$"
	// self is how a user calls himself in a path.
	self = "@me"

	readOp = "read request"
)

// ID is an identifier: a decimal string, as in the gateway.
type ID string

// Schema describes an identifier.
func (ID) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: idPattern, PatternDescription: "an identifier", Examples: []any{"1437500000000000000"}}
}

func (id ID) argument(caller) (any, bool, error) {
	if id == "" {
		return nil, false, nil
	}
	n, err := chat.ParseMessageID(string(id)) // all identifiers are spelt alike
	if err != nil {
		return nil, false, chat.Errorf(chat.Invalid, readOp, "%.20q is not an identifier", string(id))
	}
	return n.String(), true, nil
}

// Person is a user in a path: an identifier, or @me for who asks.
type Person string

// Schema describes a user in a path.
func (Person) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeString, Pattern: "^(@me|[1-9][0-9]{0,18})$", PatternDescription: "an identifier or @me",
		Description: "A user's identifier, or @me", Examples: []any{self},
	}
}

func (p Person) argument(c caller) (any, bool, error) {
	if p == self {
		return c.user.String(), true, nil
	}
	return ID(p).argument(c)
}

// Right is the name of a permission.
type Right string

// Schema lists the permissions.
func (Right) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, name := range chat.AllPermissions.Names() {
		s.Enum = append(s.Enum, name)
	}
	return s
}

// Place is a number in a query of which 0 means something and so does absence.
type Place struct {
	Number uint64
	given  bool
}

// Schema describes a number in a query.
func (Place) Schema(huma.Registry) *huma.Schema {
	least, most := 0.0, float64(chat.MaxSequence)
	return &huma.Schema{Type: huma.TypeInteger, Format: "int64", Minimum: &least, Maximum: &most}
}

// Receiver is where huma puts the number.
func (p *Place) Receiver() reflect.Value { return reflect.ValueOf(&p.Number).Elem() }

// OnParamSet hears from huma whether there was one.
func (p *Place) OnParamSet(given bool, _ any) { p.given = given }

// IfMatch is the header of the same name: the change is made only if nobody has
// made another since.
type IfMatch string

// argument is the version within an entity tag. What follows it there tells
// forms of the answer apart and has no part in changes.
func (m IfMatch) argument(caller) (any, bool, error) {
	if m == "" || m == "*" {
		return nil, false, nil
	}
	tag, opened := strings.CutPrefix(string(m), `"`)
	tag, closed := strings.CutSuffix(tag, `"`)
	digits, _, _ := strings.Cut(tag, "-")
	version, err := strconv.ParseUint(digits, 10, 53)
	if !opened || !closed || err != nil || version == 0 {
		return nil, false, chat.Errorf(chat.Invalid, readOp, "If-Match must be one ETag of this interface, or *")
	}
	return version, true, nil
}

// text checks what JSON would quietly change.
func text(name, s string) error {
	if !utf8.ValidString(s) {
		return chat.Errorf(chat.Invalid, readOp, "%s is not valid UTF-8", name)
	}
	return nil
}
