package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"

	"beep/chat"
)

const (
	// maxBody is the gateway's limit for a frame: no request needs more.
	maxBody = 64 << 10
	// maxDrained is how much of a longer body is read and dropped, so that an honest
	// mistake gets its answer.
	maxDrained = 2 << 20
	// maxDepth is the gateway's as well.
	maxDepth = 16
	// bodyTimeout ends requests that send their body by drops.
	bodyTimeout = 10 * time.Second

	apiPrefix = "/api/"

	plainPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

// recovered turns a panic into a 500 and a line in the log.
func (a *api) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t := &tracked{ResponseWriter: w}
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(v) // how a handler asks the server to cut the connection
			}
			a.Logger.Error("a request panicked", "method", r.Method, "path", r.URL.Path, "panic", v, "stack", string(debug.Stack()))
			if t.begun {
				panic(http.ErrAbortHandler) // half an answer must not look like a whole one
			}
			writeProblem(w, newProblem(http.StatusInternalServerError, chat.Internal, "something went wrong here; it has been noted"))
		}()
		next.ServeHTTP(t, r)
	})
}

// tracked knows whether an answer was begun.
type tracked struct {
	http.ResponseWriter
	begun bool
}

func (t *tracked) WriteHeader(status int) {
	t.begun = true
	t.ResponseWriter.WriteHeader(status)
}

func (t *tracked) Write(b []byte) (int, error) {
	t.begun = true
	return t.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (t *tracked) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// secure sets the headers that hold for every response; pages loosen what they
// need.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", plainPolicy)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		if strings.HasPrefix(r.URL.Path, apiPrefix) {
			h.Set("Cache-Control", "no-store")
		}
		next.ServeHTTP(w, r)
	})
}

// checkBody reads the bodies of REST requests: at most 64 KiB, in ten seconds,
// one JSON value, at most 16 deep. What comes after it sees a body in memory.
func (a *api) checkBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, apiPrefix) || r.Body == nil || r.Body == http.NoBody {
			next.ServeHTTP(w, r)
			return
		}
		body, p := readBody(w, r)
		if p == nil && len(body) > 0 {
			p = checkJSON(r.Header.Get("Content-Type"), body)
		}
		if p != nil {
			writeProblem(w, p)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		r.ContentLength = int64(len(body))
		c := callerOf(r.Context())
		c.body = body
		next.ServeHTTP(w, withCaller(r, c))
	})
}

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, *Problem) {
	deadline := http.NewResponseController(w)
	_ = deadline.SetReadDeadline(time.Now().Add(bodyTimeout)) // not every test's writer has one
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if len(body) > maxBody {
		// Whoever is cut off while he sends does not read why: some more is let in.
		if n, _ := io.CopyN(io.Discard, r.Body, maxDrained); n == maxDrained {
			w.Header().Set("Connection", "close")
		}
	}
	_ = deadline.SetReadDeadline(time.Time{})
	switch {
	case err == nil && len(body) <= maxBody:
		return body, nil
	case len(body) > maxBody:
		return nil, statusProblem(http.StatusRequestEntityTooLarge, "a body may have at most 65,536 bytes")
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, statusProblem(http.StatusRequestTimeout, "the body did not come in time")
	default:
		return nil, statusProblem(http.StatusBadRequest, "the body could not be read")
	}
}

func checkJSON(contentType string, body []byte) *Problem {
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil || media != "application/json" || params["charset"] != "" && !strings.EqualFold(params["charset"], "utf-8") {
		return statusProblem(http.StatusUnsupportedMediaType, "the body must be application/json")
	}
	if !utf8.Valid(body) {
		return statusProblem(http.StatusBadRequest, "the body is not valid UTF-8")
	}
	deep, err := depth(body)
	if deep > maxDepth {
		return statusProblem(http.StatusRequestEntityTooLarge, "the body is nested deeper than 16")
	}
	if err != nil {
		return statusProblem(http.StatusBadRequest, "the body is not JSON")
	}
	return nil
}

// depth is how deeply the one JSON value in b nests; it stops beyond maxDepth.
func depth(b []byte) (deepest int, err error) {
	d := json.NewDecoder(bytes.NewReader(b))
	for now, first := 0, true; first || now > 0; first = false {
		t, err := d.Token()
		if err != nil {
			return deepest, err
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			now++
		case json.Delim('}'), json.Delim(']'):
			now--
		}
		if deepest = max(deepest, now); deepest > maxDepth {
			return deepest, nil
		}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return deepest, errors.New("more than one value")
	}
	return deepest, nil
}
