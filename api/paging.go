package api

import (
	"net/url"
	"strconv"
)

// pager is an answer that is a page of a list.
type pager interface {
	// length is the number of entries.
	length() int
	// next is the parameter, and its value, by which the page after this one is
	// asked for; "" if the list knows that there is none. args are those of
	// this page. It is asked of pages with entries only.
	next(args map[string]any) (name, value string)
}

// selfPaged is a page that tells itself where it goes on; it may be empty and go
// on all the same.
type selfPaged interface{ goesOn() bool }

// nextLink is the header Link to the next page, if this one is full. Whoever
// follows it may find an empty page: that the list ended with the last entry of
// a page nobody knows without looking.
func nextLink(at *url.URL, p pager, args map[string]any, size int) string {
	if limit, ok := args["limit"].(int); ok {
		size = limit
	}
	if s, ok := p.(selfPaged); ok {
		if !s.goesOn() {
			return ""
		}
	} else if p.length() == 0 || p.length() < size {
		return ""
	}
	name, value := p.next(args)
	if name == "" || at == nil {
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
