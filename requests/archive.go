package requests

import (
	"context"
	"time"

	"beep/chat"
	"beep/store"
)

const (
	// behindPause and behindAttempts: how long a request waits for a read model
	// that is up, but has not come far enough: two seconds in all.
	behindPause    = 10 * time.Millisecond
	behindAttempts = 200
)

// archived reads a page from the read model once it has come as far as record
// must of the channel.
func (s *Service) archived(ctx context.Context, q store.MessageQuery, must uint64) (page []chat.Message, err error) {
	err = s.caughtUp(ctx, "read history", must, func() (applied uint64, err error) {
		page, applied, err = s.cfg.Read.Messages(ctx, q)
		return applied, err
	})
	return page, err
}

// archivedMessage is a message of the read model, as of record must.
func (s *Service) archivedMessage(ctx context.Context, q *chat.ReadHistory, must uint64) (m chat.Message, err error) {
	err = s.caughtUp(ctx, "read history", must, func() (applied uint64, err error) {
		m, applied, err = s.cfg.Read.Message(ctx, q.Channel, q.Around)
		if chat.Is(err, chat.NotFound) && applied < must {
			return applied, nil
		}
		return applied, err
	})
	return m, err
}

// caughtUp repeats read until it says that it has come as far as must.
func (s *Service) caughtUp(ctx context.Context, op string, must uint64, read func() (uint64, error)) error {
	for range behindAttempts {
		applied, err := read()
		if err != nil || applied >= must {
			return err
		}
		select {
		case <-ctx.Done():
			return &chat.Error{Kind: chat.Unavailable, Op: op, Message: "took too long", Err: ctx.Err()}
		case <-time.After(behindPause):
		}
	}
	return chat.Errorf(chat.Unavailable, op, "the read model is behind: temporarily unavailable")
}
