package api

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"beep/chat"
	"beep/wire"
)

const problemType = "application/problem+json"

// Problem is an error as clients see it: RFC 9457, and the kind that means the
// same as in the gateway.
type Problem struct {
	Type   string        `json:"type,omitempty" doc:"Always about:blank: the kind tells."`
	Title  string        `json:"title" doc:"The status in words."`
	Status int           `json:"status" doc:"The HTTP status."`
	Kind   string        `json:"kind" enum:"invalid,unauthenticated,forbidden,not_found,conflict,gone,too_large,rate_limited,unavailable,stale,internal" doc:"What kind of error it is, as in the gateway."`
	Detail string        `json:"detail,omitempty" doc:"What is wrong, for people."`
	Errors []FieldDetail `json:"errors,omitempty" nullable:"false" doc:"Where the request is not as described."`

	retryAfter time.Duration
}

// FieldDetail is one thing that is not as described. What was sent is not sent
// back: it may be a password.
type FieldDetail struct {
	Location string `json:"location,omitempty" example:"body.username"`
	Message  string `json:"message"`
}

// Error, GetStatus, GetHeaders and ContentType make a Problem an error of huma.
func (p *Problem) Error() string { return p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders is Retry-After, where waiting helps.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	p.setHeaders(h)
	return h
}

// ContentType is that of RFC 9457, whatever was asked for.
func (p *Problem) ContentType(string) string { return problemType }

func (p *Problem) setHeaders(h http.Header) {
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(p.retryAfter.Seconds()))))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
}

// kindStatus is PROTOCOL.md's table. A kind that is not in it is internal.
func kindStatus(k chat.ErrorKind) int {
	switch k {
	case chat.Invalid:
		return http.StatusUnprocessableEntity
	case chat.Unauthenticated:
		return http.StatusUnauthorized
	case chat.Forbidden:
		return http.StatusForbidden
	case chat.NotFound:
		return http.StatusNotFound
	case chat.Conflict:
		return http.StatusConflict
	case chat.Gone:
		return http.StatusGone
	case chat.TooLarge:
		return http.StatusRequestEntityTooLarge
	case chat.RateLimited:
		return http.StatusTooManyRequests
	case chat.Unavailable:
		return http.StatusServiceUnavailable
	case chat.Stale:
		return http.StatusPreconditionFailed
	}
	return http.StatusInternalServerError
}

// statusKind is the kind of what HTTP itself refuses.
func statusKind(status int) chat.ErrorKind {
	for k := chat.Internal; k <= chat.Stale; k++ {
		if kindStatus(k) == status {
			return k
		}
	}
	if status >= 400 && status < 500 {
		return chat.Invalid
	}
	return chat.Internal
}

// problemOf turns an error into what may be known of it outside; what is
// internal goes to the log, once, here.
func (a *api) problemOf(op string, err error) *Problem {
	public := wire.PublicError(err)
	kind := chat.ParseErrorKind(public.Kind)
	if kind == chat.Internal {
		a.Logger.Error("a request failed", "op", op, "err", err)
	}
	p := newProblem(kindStatus(kind), kind, public.Message)
	p.retryAfter = time.Duration(public.RetryAfterMS) * time.Millisecond
	return p
}

// statusProblem is the problem of what HTTP itself refuses.
func statusProblem(status int, detail string) *Problem {
	return newProblem(status, statusKind(status), detail)
}

func newProblem(status int, kind chat.ErrorKind, detail string) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Kind: kind.String(), Detail: detail}
}

func writeProblem(w http.ResponseWriter, p *Problem) {
	p.setHeaders(w.Header())
	w.Header().Set("Content-Type", problemType)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // whoever hung up does not want it
}

// ownProblems makes Problems of huma's own errors. As a transformer it belongs
// to one API, where huma.NewError would hold for the whole process.
func ownProblems(ctx huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	p := statusProblem(m.Status, m.Detail)
	for _, d := range m.Errors {
		if d != nil {
			p.Errors = append(p.Errors, FieldDetail{Location: d.Location, Message: d.Message})
		}
	}
	ctx.SetHeader("Content-Type", problemType)
	return p, nil
}

// asProblem finds the Problem in err.
func asProblem(err error) (*Problem, bool) {
	var p *Problem
	ok := errors.As(err, &p)
	return p, ok
}
