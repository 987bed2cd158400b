package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	// getTimeout is how long one answer is waited for before the question is
	// asked again, perhaps to another replica.
	getTimeout = 3 * time.Second
	// batchMessages and batchBytes bound what one question may send our way, so
	// that its answers fit a subscription's buffer.
	batchMessages = 512
	batchBytes    = 4 << 20
	// retryFirst to retryMax separate questions that found nobody.
	retryFirst = 20 * time.Millisecond
	retryMax   = 500 * time.Millisecond
)

// errNotThere says that no message fits the question.
var errNotThere = errors.New("no such message")

// errAgain says that the answer did not come, or not whole: ask again.
var errAgain = errors.New("no whole answer")

// retry calls act until it returns something else than errAgain, for as long as
// ctx and readTimeout allow; then it is ErrUnavailable.
func retry(ctx context.Context, act func() error) error {
	deadline := time.Now().Add(readTimeout)
	for wait := retryFirst; ; wait = min(wait*2, retryMax) {
		err := act()
		if !errors.Is(err, errAgain) {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
		if err := pause(ctx, wait); err != nil {
			return err
		}
	}
}

// ask sends one question and waits for one answer.
func (l *Log) ask(ctx context.Context, subject string, req getRequest) (*nats.Msg, error) {
	body, err := json.Marshal(req)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, getTimeout)
	defer cancel()
	m, err := l.nc.RequestWithContext(ctx, subject, body)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errAgain, err)
	}
	return m, nil
}

// leaderGet asks the leader of a stream, which alone knows the end for certain.
func (l *Log) leaderGet(ctx context.Context, stream string, req getRequest) (stored, error) {
	var got stored
	err := retry(ctx, func() error {
		m, err := l.ask(ctx, apiLeaderGet+stream, req)
		if err != nil {
			return err
		}
		var answer leaderAnswer
		if err := json.Unmarshal(m.Data, &answer); err != nil {
			return fmt.Errorf("%w: %w", errAgain, err)
		}
		switch {
		case answer.Message != nil:
			got = stored{subject: answer.Message.Subject, seq: answer.Message.Seq, data: answer.Message.Data}
			if h, err := nats.DecodeHeadersMsg(answer.Message.Header); err == nil {
				got.header, got.id = h, headerText(h, hdrMsgID)
			}
			return nil
		case answer.Error != nil && answer.Error.ErrCode == errNoMessage:
			return errNotThere
		case answer.Error != nil && answer.Error.Code < 500:
			return fmt.Errorf("ask leader of %s: %s", stream, answer.Error.Description)
		}
		return errAgain
	})
	return got, err
}

// directGet asks any replica for one message; what is near the end of a
// replicated stream may not be there yet.
func (l *Log) directGet(ctx context.Context, stream string, req getRequest) (stored, error) {
	var got stored
	err := retry(ctx, func() error {
		m, err := l.ask(ctx, apiDirectGet+stream, req)
		if err != nil {
			return err
		}
		switch headerText(m.Header, hdrStatus) {
		case "":
			got = storedOf(m)
			return nil
		case "404":
			return errNotThere
		case "408", "412", "413":
			return fmt.Errorf("read %s: refused with %s", stream, headerText(m.Header, hdrStatus))
		}
		return errAgain
	})
	return got, err
}

func storedOf(m *nats.Msg) stored {
	return stored{
		subject: headerText(m.Header, hdrSubject), seq: headerNumber(m.Header, hdrSequence),
		id: headerText(m.Header, hdrMsgID), header: m.Header, data: m.Data,
	}
}

// batchEnd is what the end of a batch tells.
type batchEnd struct {
	last    uint64 // sequence of the last message that came; 0: none did
	pending uint64 // how many more there are
	upTo    uint64 // for a multi_last: the sequence as of which it answered
}

// batcher asks for batches of messages over one subscription.
type batcher struct {
	l      *Log
	stream string
	inbox  string
	sub    *nats.Subscription
	ask    int
}

func (l *Log) newBatcher(stream string) (*batcher, error) {
	b := &batcher{l: l, stream: stream, inbox: l.nc.NewInbox() + "."}
	sub, err := l.nc.SubscribeSync(b.inbox + "*")
	if err != nil {
		return nil, fmt.Errorf("listen for a batch: %w", err)
	}
	b.sub = sub
	return b, nil
}

func (b *batcher) close() { _ = b.sub.Unsubscribe() } // fails only when the connection is closed

// next asks once and hands the messages to fn in order. errAgain: the answer was
// cut off after what fn has seen, end.last tells where. errNotThere: nothing
// fits. An error of fn ends it.
func (b *batcher) next(ctx context.Context, req getRequest, fn func(stored) error) (end batchEnd, err error) {
	req.MaxBytes = batchBytes
	if req.Batch == 0 {
		req.Batch = batchMessages
	}
	body, err := json.Marshal(req)
	if err != nil {
		return end, err
	}
	b.ask++ // answers to a question given up are told apart by their subject
	reply := fmt.Sprint(b.inbox, b.ask)
	if err := b.l.nc.PublishRequest(apiDirectGet+b.stream, reply, body); err != nil {
		return end, fmt.Errorf("%w: %w", errAgain, err)
	}
	for {
		m, err := b.receive(ctx)
		if err != nil {
			return end, err
		}
		if m.Subject != reply {
			continue
		}
		switch headerText(m.Header, hdrStatus) {
		case "":
		case "204":
			end.pending, end.upTo = headerNumber(m.Header, hdrNumPending), headerNumber(m.Header, hdrUpToSeq)
			if headerNumber(m.Header, hdrLastSeq) != end.last {
				return end, fmt.Errorf("%w: the end of a batch is missing", errAgain)
			}
			return end, nil
		case "404":
			return end, errNotThere
		case "413":
			return end, errTooMany
		case "408", "412":
			return end, fmt.Errorf("read %s: refused with %s", b.stream, headerText(m.Header, hdrStatus))
		default:
			return end, errAgain
		}
		if headerNumber(m.Header, hdrLastSeq) != end.last {
			return end, fmt.Errorf("%w: a message of a batch is missing", errAgain)
		}
		st := storedOf(m)
		if err := fn(st); err != nil {
			return end, err
		}
		end.last = st.seq
	}
}

// errTooMany says that a multi_last would find more than the server hands out.
var errTooMany = errors.New("too many results")

func (b *batcher) receive(ctx context.Context) (*nats.Msg, error) {
	wait, cancel := context.WithTimeout(ctx, getTimeout)
	defer cancel()
	m, err := b.sub.NextMsgWithContext(wait)
	switch {
	case err == nil:
		return m, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, nats.ErrConnectionClosed), errors.Is(err, nats.ErrBadSubscription):
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return nil, fmt.Errorf("%w: %w", errAgain, err)
}
