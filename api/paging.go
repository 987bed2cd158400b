package api

import (
	"net/url"
	"strconv"
)

// pager is an answer that is a page of a list.
type pager interface {
	// next is the parameter, and its value, by which the page after this one is
	// asked for; "" if there is none. args are those of this page, size is how
	// many entries were asked for.
	next(args map[string]any, size int) (name, value string)
}

// fullPage says that a page goes on after its last entry, if it is full. Whoever
// follows that may find an empty page: that the list ended with the last entry of
// a page nobody knows without looking.
func fullPage[T any](entries []T, size int, name string, key func(*T) string) (string, string) {
	if len(entries) == 0 || len(entries) < size {
		return "", ""
	}
	return name, key(&entries[len(entries)-1])
}

// nextLink is the header Link to the next page, if there is one.
func nextLink(at *url.URL, p pager, args map[string]any, size int) string {
	if limit, ok := args["limit"].(int); ok {
		size = limit
	}
	name, value := p.next(args, size)
	if name == "" {
		return ""
	}
	q := at.Query()
	for _, old := range []string{"before", "after", "around"} {
		q.Del(old)
	}
	q.Set(name, value)
	return "<" + at.EscapedPath() + "?" + q.Encode() + `>; rel="next"`
}

func number(n uint64) string { return strconv.FormatUint(n, 10) }
