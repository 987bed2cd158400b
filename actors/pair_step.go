package actors

import (
	"context"

	"beep/chat"
)

// pairStep is one attempt to carry out the step of a pair. Every part of it finds
// its work done if it was done before, so that it can be repeated until all of it
// is. It runs in a goroutine of its own and knows nothing of the actor's state.
type pairStep struct {
	log    Log
	beside *beside
	keeper chat.Recipient
	peer   chat.UserID
	pair   chat.Pair
	made   bool // there may be a conversation
}

func (s *pairStep) run(ctx context.Context) error {
	var err error
	switch s.pair.Step {
	case chat.StepJoining:
		err = s.begin(ctx)
	case chat.StepEnding:
		err = s.erase(ctx)
	}
	if err != nil {
		return err
	}
	return s.tell(ctx)
}

// begin makes the conversation: its key before its first record.
func (s *pairStep) begin(ctx context.Context) error {
	if err := s.log.CreateKey(ctx, uint64(s.pair.DirectID)); err != nil {
		return err
	}
	_, err := s.beside.ask(ctx, chat.ServerKey(s.pair.DirectID), &chat.CreateDirect{
		ID: s.pair.DirectID, Kind: chat.DirectOfTwo, Channel: s.pair.ChannelID, Owner: s.keeper,
		Others: []chat.Recipient{{UserID: s.peer, Username: s.pair.Username}},
	})
	s.made = err == nil
	return err
}

// erase ends the conversation and drops its key: from there on nobody can read it
// any more, whatever comes after. A conversation that is not found has been erased.
func (s *pairStep) erase(ctx context.Context) error {
	_, err := s.beside.ask(ctx, chat.ServerKey(s.pair.DirectID), &chat.EndDirect{By: s.keeper.UserID})
	if passing(err) {
		return err
	}
	return s.log.EraseKey(ctx, uint64(s.pair.DirectID))
}

// tell brings the other what he may know. Somebody who does not exist knows enough.
func (s *pairStep) tell(ctx context.Context) error {
	state := s.pair.View(s.keeper.UserID, s.peer, false)
	cmd := &chat.MirrorRelation{
		Peer: s.keeper, State: state, Version: s.pair.Version, DirectID: s.pair.DirectID, ChannelID: s.pair.ChannelID,
	}
	_, err := s.beside.ask(ctx, chat.UserKey(s.peer), cmd)
	if chat.Is(err, chat.NotFound) && state != chat.Friends {
		return nil
	}
	return err
}
