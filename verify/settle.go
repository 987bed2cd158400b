package verify

import (
	"context"
	"errors"
	"fmt"

	"beep/chat"
)

// errChanged says that an entity got new records while it was looked at.
var errChanged = errors.New("changed meanwhile")

// settle checks an entity with once, again for as long as that says errChanged:
// what it found of the differences between then and now is forgotten, and once
// must count nothing before it is done.
//
// An entity that is never steady has not been compared, and must not pass for
// one that agrees: the report says so in Error, and the caller reads its log once
// more, for what that says against itself stands all the same.
func (r *run) settle(ctx context.Context, key chat.Key, once func() error) (steady bool, err error) {
	for range attempts {
		before := len(r.report.Differences)
		err := once()
		if !errors.Is(err, errChanged) {
			return err == nil, err
		}
		r.report.Differences = r.report.Differences[:before]
		if err := r.awaitDatabase(ctx); err != nil {
			return false, err
		}
	}
	r.busy++
	r.report.Error = fmt.Sprintf("%d entities changed too fast to be compared (the last is %s): try again when they are quieter", r.busy, describe(key))
	return false, nil
}

// unchanged is errChanged if the log does not end at last any more.
func (r *run) unchanged(ctx context.Context, key chat.Key, last uint64) error {
	head, err := r.cfg.Log.Head(ctx, key)
	if err != nil {
		return fmt.Errorf("ask for the end of %s: %w", describe(key), err)
	}
	if head.Last != last {
		return errChanged
	}
	return nil
}
