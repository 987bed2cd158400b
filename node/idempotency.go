package node

import (
	"context"
	"log/slog"
	"time"

	"beep/api"
	"beep/chat"
	"beep/store"
)

const (
	// keysKept is how long answers to requests with an Idempotency-Key are
	// remembered, as PROTOCOL.md's clients are told.
	keysKept = 24 * time.Hour
	// keysSwept is how often those that are older are deleted.
	keysSwept = time.Hour
)

// answerBook is the store's memory of requests as the REST door sees it.
type answerBook struct{ store *store.Store }

// Begin says what is known of a key.
func (b answerBook) Begin(ctx context.Context, r api.KeyedRequest) (api.Remembered, error) {
	outcome, answer, err := b.store.BeginRequest(ctx, request(r), r.Abandoned)
	if err != nil {
		return api.Remembered{}, err
	}
	switch outcome {
	case store.RequestNew:
		return api.Remembered{Standing: api.Fresh}, nil
	case store.RequestFinished:
		return api.Remembered{Standing: api.Answered, Status: answer.Status, Body: answer.Body}, nil
	case store.RequestUnderWay:
		return api.Remembered{Standing: api.UnderWay}, nil
	case store.RequestDifferent:
		return api.Remembered{Standing: api.Different}, nil
	}
	return api.Remembered{}, chat.Errorf(chat.Internal, "begin request", "unknown outcome %d", outcome)
}

// Finish remembers an answer.
func (b answerBook) Finish(ctx context.Context, r api.KeyedRequest, status int, body []byte) error {
	return b.store.FinishRequest(ctx, request(r), store.Answer{Status: status, Body: body})
}

// Forget gives a key back.
func (b answerBook) Forget(ctx context.Context, r api.KeyedRequest) error {
	return b.store.ForgetRequest(ctx, request(r))
}

func request(r api.KeyedRequest) store.Request {
	return store.Request{User: r.User, Key: r.Key, Method: r.Operation, Fingerprint: r.Fingerprint, At: r.At}
}

// sweepAnswers deletes answers that are a day old, until ctx ends. That it fails is
// no reason to stop: the next time it deletes more.
func sweepAnswers(s *store.Store, logger *slog.Logger) func(context.Context) error {
	return func(ctx context.Context) error {
		every := time.NewTicker(keysSwept)
		defer every.Stop()
		for {
			if err := s.DeleteOldRequests(ctx, time.Now().Add(-keysKept).UnixMilli()); err != nil && ctx.Err() == nil {
				logger.Warn("old answers were not deleted", "err", err)
			}
			select {
			case <-ctx.Done():
				return nil
			case <-every.C:
			}
		}
	}
}
