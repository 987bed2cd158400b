package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"beep/chat"
)

const (
	keyHeader = "Idempotency-Key"
	// maxKey is room for any identifier that clients make.
	maxKey = 64
	// maxRemembered bounds an answer that is kept; what is made answers with
	// an identifier or two.
	maxRemembered = 64 << 10
	// underWay is what the second of two equal requests is told to wait.
	underWay = time.Second
	// rememberTimeout bounds writing down an answer that has been made.
	rememberTimeout = 5 * time.Second
)

// once carries out a POST that has an Idempotency-Key at most once in a day:
//
//  1. A new key: the request is carried out, also if the client hangs up, and its
//     answer remembered.
//  2. The same key with the same request: the first answer again, with the
//     header Idempotent-Replay.
//  3. The same key with another request: Invalid.
//  4. The same key while the first request is under way: Conflict.
//
// An answer that says "try again" (429, 500, 503) is not remembered, and the key
// is free again. So it is after a crash of the node in the middle, as soon as
// who remembers gives it up.
func (a *api) once(ctx huma.Context, next func(huma.Context)) {
	key := ctx.Header(keyHeader)
	if key == "" {
		next(ctx)
		return
	}
	r, w := humago.Unwrap(ctx)
	op, c := ctx.Operation(), callerOf(ctx.Context())
	if err := a.checkKey(op.OperationID, key); err != nil {
		writeProblem(w, a.problemOf(op.OperationID, err))
		return
	}
	got, err := a.Idempotency.Begin(ctx.Context(), c.user, key, op.OperationID, fingerprint(r, c.body))
	switch {
	case err != nil:
		writeProblem(w, a.problemOf(op.OperationID, err))
	case got.Standing == Fresh:
		a.firstTime(ctx, next, c.user, key)
	case got.Standing == Answered:
		answerAgain(w, got)
	case got.Standing == UnderWay:
		writeProblem(w, a.problemOf(op.OperationID, &chat.Error{
			Kind: chat.Conflict, Op: op.OperationID, RetryAfter: underWay, Message: "a request with this Idempotency-Key is under way",
		}))
	default:
		writeProblem(w, a.problemOf(op.OperationID, chat.Errorf(chat.Invalid, op.OperationID, "this Idempotency-Key was used for another request")))
	}
}

func (a *api) checkKey(op, key string) error {
	if len(key) > maxKey {
		return chat.Errorf(chat.Invalid, op, "Idempotency-Key may have at most %d characters", maxKey)
	}
	for i := range len(key) {
		if key[i] < '!' || key[i] > '~' {
			return chat.Errorf(chat.Invalid, op, "Idempotency-Key may have printable ASCII characters only")
		}
	}
	if a.Idempotency == nil {
		return chat.Errorf(chat.Unavailable, op, "keys cannot be remembered now")
	}
	return nil
}

// fingerprint tells requests apart.
func fingerprint(r *http.Request, body []byte) string {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(r.Method), []byte(r.URL.RequestURI()), body} {
		h.Write(part)
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// firstTime carries the request out into memory, remembers the answer and gives
// it.
func (a *api) firstTime(ctx huma.Context, next func(huma.Context), user chat.UserID, key string) {
	r, w := humago.Unwrap(ctx)
	// The client may go: what it began is finished, so that it finds the answer
	// when it comes back. register bounds the time.
	going := context.WithoutCancel(ctx.Context())
	answer := &recorder{header: http.Header{}, status: http.StatusOK}
	done := false
	defer func() {
		if !done { // it panicked
			a.forget(going, user, key)
		}
	}()
	next(humago.NewContext(ctx.Operation(), r.WithContext(going), answer))
	done = true
	if passing(answer.status) || answer.body.Len() > maxRemembered {
		a.forget(going, user, key)
	} else {
		a.remember(going, user, key, answer)
	}
	answer.writeTo(w)
}

// remember keeps an answer. That it cannot be kept does not undo what was done: the
// client is answered all the same.
func (a *api) remember(ctx context.Context, user chat.UserID, key string, answer *recorder) {
	ctx, cancel := context.WithTimeout(ctx, rememberTimeout)
	defer cancel()
	if err := a.Idempotency.Finish(ctx, user, key, answer.status, answer.body.Bytes()); err != nil {
		a.Logger.Error("an answer was not remembered", "err", err)
	}
}

func (a *api) forget(ctx context.Context, user chat.UserID, key string) {
	ctx, cancel := context.WithTimeout(ctx, rememberTimeout)
	defer cancel()
	if err := a.Idempotency.Forget(ctx, user, key); err != nil {
		a.Logger.Error("a key was not given back", "err", err)
	}
}

// passing is a status that another try may change by itself.
func passing(status int) bool {
	return status >= http.StatusInternalServerError || status == http.StatusTooManyRequests
}

// answerAgain gives a remembered answer.
func answerAgain(w http.ResponseWriter, got Remembered) {
	contentType := "application/json"
	if got.Status >= http.StatusBadRequest {
		contentType = problemType
	}
	if len(got.Body) > 0 {
		w.Header().Set("Content-Type", contentType)
	}
	w.Header().Set("Idempotent-Replay", "true")
	w.WriteHeader(got.Status)
	_, _ = w.Write(got.Body) // whoever hung up does not want it
}

// recorder is an answer in memory.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }

// SetReadDeadline is for huma: the body is in memory already.
func (r *recorder) SetReadDeadline(time.Time) error { return nil }

func (r *recorder) writeTo(w http.ResponseWriter) {
	for name, values := range r.header {
		w.Header()[name] = values
	}
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body.Bytes()) // whoever hung up does not want it
}
