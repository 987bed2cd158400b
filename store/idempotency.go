package store

import (
	"context"
	"database/sql"
	"errors"

	"beep/chat"
)

// Request is a request that its caller may repeat, by a key of his own.
type Request struct {
	User        chat.UserID
	Key         string
	Method      string
	Fingerprint [32]byte // of all that was asked for
	At          int64    // Unix milliseconds
}

// Answer is what a finished request was answered.
type Answer struct {
	Status  int // HTTP, not 0
	Headers string
	Body    []byte
}

// Outcome says what to do with a request that was begun.
type Outcome int

// The outcomes.
const (
	RequestNew       Outcome = iota + 1 // carry it out, then FinishRequest or ForgetRequest
	RequestFinished                     // give the same answer again
	RequestUnderWay                     // somebody is carrying it out: the caller may try later
	RequestDifferent                    // the key was used for something else
)

const (
	// A request that nobody has finished since the given time is taken over: its
	// node has died.
	beginRequest = `INSERT INTO idempotency (user_id, key, method, fingerprint, status, headers, body, created_at) VALUES (?, ?, ?, ?, 0, '', ?, ?)
ON CONFLICT (user_id, key) DO UPDATE SET created_at = excluded.created_at
WHERE idempotency.status = 0 AND idempotency.created_at <= ? AND idempotency.method = excluded.method AND idempotency.fingerprint = excluded.fingerprint`
	selectRequest  = `SELECT method, fingerprint, status, headers, body FROM idempotency WHERE user_id = ? AND key = ?`
	finishRequest  = `UPDATE idempotency SET status = ?, headers = ?, body = ? WHERE user_id = ? AND key = ? AND created_at = ? AND status = 0`
	forgetRequest  = `DELETE FROM idempotency WHERE user_id = ? AND key = ? AND created_at = ? AND status = 0`
	deleteRequests = `DELETE FROM idempotency WHERE created_at <= ?`

	// noRequest is how often a request may vanish between two looks at it.
	noRequest = 3
)

// BeginRequest notes that a request is under way, so that of its repeats one is
// carried out. One that was begun at or before abandoned (Unix milliseconds) and
// never finished counts as new: who carried it out has died. An answer comes
// with RequestFinished alone.
func (s *Store) BeginRequest(ctx context.Context, r Request, abandoned int64) (Outcome, Answer, error) {
	const op = "begin request"
	if !storable(r.Key) || !storable(r.Method) {
		return 0, Answer{}, chat.Errorf(chat.Invalid, op, "key and method must be text")
	}
	for range noRequest {
		n, err := s.change(ctx, beginRequest, int64(r.User), r.Key, r.Method, r.Fingerprint[:], []byte{}, r.At, abandoned)
		if err != nil {
			return 0, Answer{}, s.wrap(op, err)
		}
		if n == 1 {
			return RequestNew, Answer{}, nil
		}
		outcome, answer, err := s.request(ctx, r)
		if !errors.Is(err, sql.ErrNoRows) { // else it was forgotten meanwhile
			return outcome, answer, s.wrap(op, err)
		}
	}
	return RequestUnderWay, Answer{}, nil
}

func (s *Store) request(ctx context.Context, r Request) (Outcome, Answer, error) {
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	var a Answer
	var method string
	var fingerprint []byte
	err := s.read.queryRow(ctx, selectRequest, int64(r.User), r.Key).Scan(&method, &fingerprint, &a.Status, &a.Headers, &a.Body)
	switch {
	case err != nil:
		return 0, Answer{}, err
	case method != r.Method || string(fingerprint) != string(r.Fingerprint[:]):
		return RequestDifferent, Answer{}, nil
	case a.Status == 0:
		return RequestUnderWay, Answer{}, nil
	}
	return RequestFinished, a, nil
}

// FinishRequest keeps the answer of a request that BeginRequest called new, for
// its repeats. If it was taken over meanwhile, the other answer stands.
func (s *Store) FinishRequest(ctx context.Context, r Request, a Answer) error {
	body := a.Body
	if body == nil {
		body = []byte{}
	}
	_, err := s.change(ctx, finishRequest, a.Status, a.Headers, body, int64(r.User), r.Key, r.At)
	return s.wrap("finish request", err)
}

// ForgetRequest makes a request new again that BeginRequest called new: it came
// to nothing, and a repeat should be tried.
func (s *Store) ForgetRequest(ctx context.Context, r Request) error {
	_, err := s.change(ctx, forgetRequest, int64(r.User), r.Key, r.At)
	return s.wrap("forget request", err)
}

// DeleteOldRequests forgets all requests begun at or before a time (Unix
// milliseconds). Somebody must call it now and then, or the table grows.
func (s *Store) DeleteOldRequests(ctx context.Context, before int64) error {
	_, err := s.change(ctx, deleteRequests, before)
	return s.wrap("delete old requests", err)
}
