package api

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"beep/chat"
)

// binder makes the arguments of a request from the input of an operation: each
// field of path and query under its own name (or that of the tag arg), headers
// that have the tag arg, and the members of the body as they were sent. That the
// body is passed on as it came keeps absent apart from empty.
type binder struct {
	fields   []boundField
	body     []string // the members that a body may have; nil: there is no body
	required bool     // the body
}

type boundField struct {
	index []int
	name  string
}

// bind reads how input is tagged. Names that do not fit PROTOCOL.md are found by
// the test that holds every operation against its request.
func bind(input reflect.Type) *binder {
	b := &binder{}
	for _, f := range reflect.VisibleFields(input) {
		if f.Name == "Body" {
			b.required = f.Type.Kind() != reflect.Pointer
			b.body = members(f.Type)
			continue
		}
		name := f.Tag.Get("arg")
		for _, where := range []string{"path", "query"} {
			if name == "" {
				name = f.Tag.Get(where)
			}
		}
		if !f.Anonymous && name != "" && name != "-" {
			b.fields = append(b.fields, boundField{f.Index, name})
		}
	}
	return b
}

func members(t reflect.Type) []string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	names := []string{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

// arguments of one request; fixed are those that the operation itself says.
func (b *binder) arguments(c caller, input any, fixed map[string]any) (map[string]any, error) {
	args, err := b.fromBody(c.body)
	if err != nil {
		return nil, err
	}
	for name, value := range fixed {
		args[name] = value
	}
	in := reflect.ValueOf(input).Elem()
	for _, f := range b.fields {
		value, given, err := value(c, f.name, in.FieldByIndex(f.index))
		if err != nil {
			return nil, err
		}
		if given {
			args[f.name] = value
		}
	}
	return args, nil
}

func value(c caller, name string, v reflect.Value) (any, bool, error) {
	switch a := v.Interface().(type) {
	case argument:
		return a.argument(c)
	case Place:
		return a.Number, a.given, nil
	}
	if v.Kind() == reflect.String {
		if err := text(name, v.String()); err != nil {
			return nil, false, err
		}
	}
	return v.Interface(), !v.IsZero(), nil
}

// fromBody takes the members of the body. Names are exact here, where encoding/json
// and huma would take other cases for the same.
func (b *binder) fromBody(data []byte) (map[string]any, error) {
	args := map[string]any{}
	if len(bytes.TrimSpace(data)) == 0 {
		if b.required {
			return nil, chat.Errorf(chat.Invalid, readOp, "the body is missing")
		}
		return args, nil
	}
	var sent map[string]json.RawMessage
	if err := json.Unmarshal(data, &sent); err != nil || sent == nil {
		return nil, chat.Errorf(chat.Invalid, readOp, "the body must be an object")
	}
	for name, value := range sent {
		if !slices.Contains(b.body, name) {
			return nil, chat.Errorf(chat.Invalid, readOp, "the body may not have %.40q", name)
		}
		if string(value) == "null" {
			return nil, chat.Errorf(chat.Invalid, readOp, "%s may not be null: leave it out, or send it empty", name)
		}
		args[name] = value
	}
	return args, nil
}
