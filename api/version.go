package api

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
)

// versioned has the number of the record that changed it last.
type versioned interface{ version() uint64 }

// conditional is the input of an operation that need not repeat what the client
// has.
type conditional interface{ ifNoneMatch() string }

// Unless is the header by which a client says what it has.
type Unless struct {
	IfNoneMatch string `header:"If-None-Match" maxLength:"1000" doc:"An ETag that the client has: if it is still right, the answer is 304 without a body"`
}

func (u Unless) ifNoneMatch() string { return u.IfNoneMatch }

// If is the header by which a client says what it has seen.
type If struct {
	IfMatch IfMatch `header:"If-Match" arg:"version" maxLength:"64" doc:"The ETag (or the version in quotes) of what was seen: if it was changed since, the answer is 412 and nothing happens"`
}

// entityTag is the version in quotes. Of a whole answer it also has a digest of
// the bytes, because an answer may hold more than what has the version: how many
// members there are, or what the asker may do. Changes go by the version alone.
// Without a version there is no tag.
func entityTag(version uint64, answer []byte) string {
	if version == 0 {
		return ""
	}
	tag := strconv.FormatUint(version, 10)
	if answer != nil {
		sum := sha256.Sum256(answer)
		tag += "-" + base64.RawURLEncoding.EncodeToString(sum[:9])
	}
	return `"` + tag + `"`
}

// matches reports whether a list of entity tags has tag.
func matches(list, tag string) bool {
	for t := range strings.SplitSeq(list, ",") {
		t = strings.TrimSpace(t)
		if t == "*" || strings.TrimPrefix(t, "W/") == tag {
			return true
		}
	}
	return false
}

// unmodified is the answer to a client that has what it asks for. It travels as
// an error because huma knows no other answer without a body.
type unmodified struct{ tag string }

func notModified(tag string) error { return unmodified{tag} }

func (unmodified) Error() string { return "not modified" }

// GetStatus is 304.
func (unmodified) GetStatus() int { return http.StatusNotModified }

// GetHeaders is the tag, as a whole answer would have it.
func (u unmodified) GetHeaders() http.Header { return http.Header{"Etag": {u.tag}} }
