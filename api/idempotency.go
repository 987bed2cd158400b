package api

import (
	"bytes"
	"context"
	"crypto/sha256"
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
	// abandonedAfter is longer than an operation and writing its answer down
	// can take together.
	abandonedAfter = 2 * callTimeout
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
// is free again. So it is a minute after a crash of the node in the middle: then
// nobody knows whether the request was carried out, and a repeat is.
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
	now := a.Now()
	keyed := KeyedRequest{
		User: c.user, Key: key, Operation: op.OperationID, Fingerprint: fingerprint(r, c.body),
		At: now.UnixMilli(), Abandoned: now.Add(-abandonedAfter).UnixMilli(),
	}
	got, err := a.Idempotency.Begin(ctx.Context(), keyed)
	switch {
	case err != nil:
		writeProblem(w, a.problemOf(op.OperationID, err))
	case got.Standing == Fresh:
		a.firstTime(ctx, next, keyed)
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
func fingerprint(r *http.Request, body []byte) [sha256.Size]byte {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(r.Method), []byte(r.URL.RequestURI()), body} {
		h.Write(part)
		h.Write([]byte{0})
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// firstTime carries the request out into memory, remembers the answer and gives
// it.
func (a *api) firstTime(ctx huma.Context, next func(huma.Context), keyed KeyedRequest) {
	r, w := humago.Unwrap(ctx)
	// The client may go: what it began is finished, so that it finds the answer
	// when it comes back. register bounds the time.
	going := context.WithoutCancel(ctx.Context())
	answer := &recorder{header: http.Header{}, status: http.StatusOK}
	done := false
	defer func() {
		if !done { // it panicked
			a.forget(going, keyed)
		}
	}()
	next(humago.NewContext(ctx.Operation(), r.WithContext(going), answer))
	done = true
	if passing(answer.status) || answer.body.Len() > maxRemembered {
		a.forget(going, keyed)
	} else {
		a.remember(going, keyed, answer)
	}
	answer.writeTo(w)
}

// remember keeps an answer. That it cannot be kept does not undo what was done: the
// client is answered all the same.
func (a *api) remember(ctx context.Context, keyed KeyedRequest, answer *recorder) {
	ctx, cancel := context.WithTimeout(ctx, rememberTimeout)
	defer cancel()
	if err := a.Idempotency.Finish(ctx, keyed, answer.status, answer.body.Bytes()); err != nil {
		a.Logger.Error("an answer was not remembered", "op", keyed.Operation, "err", err)
	}
}

func (a *api) forget(ctx context.Context, keyed KeyedRequest) {
	ctx, cancel := context.WithTimeout(ctx, rememberTimeout)
	defer cancel()
	if err := a.Idempotency.Forget(ctx, keyed); err != nil {
		a.Logger.Error("a key was not given back", "op", keyed.Operation, "err", err)
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
