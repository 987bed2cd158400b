package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"beep/chat"
	"beep/client"
)

const (
	maxWaitingJobs  = 64   // a command is one or two
	maxWaitingLines = 64   // typed ahead of the server's answers; then the screen waits
	maxShown        = 1000 // messages that /reply, /edit and /delete can name
	maxWaitingShow  = 1000 // events that wait for a name to be known
	startHistory    = 20   // messages shown on entering a channel
	maxHistoryCount = 100

	typingShownFor = 8 * time.Second // as the protocol says
	typingEvery    = 5 * time.Second
	typingTimeout  = 2 * time.Second
	leaveWithin    = 3 * time.Second // at a terminal; a script waits for its answers
	readAfter      = 2 * time.Second // read positions are told this long after the last message
)

// session is one conversation. Its fields belong to the loop in run; the worker
// does what waits for the server and hands back what is to be done with the
// answer.
type session struct {
	c   *client.Client
	scr screen

	server  chat.ServerID
	channel chat.ChannelID

	shown     map[int]messageAt // at most maxShown
	lastShown int
	found     []client.ServerListing // of the last /browse
	listed    []chat.ChannelID       // of the last /channels
	news      map[chat.ChannelID]int // what was not read in other channels

	waiting []client.Event // until the sender's name is known; at most maxWaitingShow
	asking  bool
	nobody  map[chat.UserID]bool // whose name cannot be had; at most maxShown

	typed     map[chat.UserID]time.Time // when typing was shown; pruned
	sentKeys  time.Time
	opening   chat.ChannelID   // whose history is on its way
	held      []client.Message // of that channel, until it is there; at most maxWaitingShow
	opened    place            // how far the history went that was shown last
	unread    chat.ChannelID   // whose read position is to be told
	unreadSeq uint64
	readTimer *time.Timer

	everReady   bool
	typedLines  []string                           // wait for what was typed before; at most maxWaitingLines
	wantChannel chat.ChannelID                     // made, and to be told of
	wantRole    chat.RoleID                        // likewise
	wantJoin    chat.ServerID                      // to be entered as soon as it is available
	wantFriend  chat.UserID                        // the conversation with him is on its way
	wantOf      chat.UserID                        // the relation to him is about to become wantState
	wantState   chat.RelationState                 //
	relations   map[chat.UserID]chat.RelationState // as they were shown
	reached     map[chat.Key]uint64                // how far each log was shown
	awaited     place                              // what was done, and is still to be shown; zero if nothing
	called      map[chat.ServerID]string           // names, to be had when the servers are gone; at most maxShown
	jobs        chan func(context.Context) func()  // full: the command is refused
	busy        int                                // jobs without a result
	results     chan func()
	lost        bool // said, and not resumed yet
	leaving     bool // nothing more is read; the end comes when all is done
}

type messageAt struct {
	channel chat.ChannelID
	id      chat.MessageID
	seq     uint64
	sender  chat.UserID
	text    string // its beginning, for replies to it
}

// converse runs a conversation over c, on scr.
func converse(ctx context.Context, c *client.Client, scr screen) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &session{
		c: c, scr: scr, shown: map[int]messageAt{}, reached: map[chat.Key]uint64{}, relations: map[chat.UserID]chat.RelationState{}, called: map[chat.ServerID]string{}, nobody: map[chat.UserID]bool{}, typed: map[chat.UserID]time.Time{},
		news: map[chat.ChannelID]int{},
		jobs: make(chan func(context.Context) func(), maxWaitingJobs), results: make(chan func()),
		readTimer: time.NewTimer(time.Hour),
	}
	s.readTimer.Stop()
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	worked := make(chan struct{})
	go func() {
		defer close(worked)
		s.work(ctx)
	}()
	s.loop(ctx)
	cancel()
	for range c.Events() { //nolint:revive // what comes now is nobody's
	}
	<-worked
	if err := <-ended; !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// work does one job after the other.
func (s *session) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case job := <-s.jobs:
			after := job(ctx)
			select {
			case s.results <- after:
			case <-ctx.Done():
				return
			}
		}
	}
}

// do gives the worker a job; what it returns, if anything, is done in the loop.
func (s *session) do(job func(context.Context) func()) {
	select {
	case s.jobs <- job:
		s.busy++
	default:
		s.warn("too much is waiting for the server; try again in a moment")
	}
}

// loop is the one place where the session's fields change.
func (s *session) loop(ctx context.Context) {
	lines := s.scr.Lines()
	var hurry, enough <-chan time.Time
	for {
		before := len(s.typedLines)
		if s.carryOut(); len(s.typedLines) != before {
			enough = nil
		}
		if s.leaving {
			lines = nil
			if s.idle() {
				s.tellRead()
			}
			if s.idle() && len(s.typedLines) == 0 {
				return
			}
			if hurry == nil && s.scr.Interactive() {
				hurry = time.After(leaveWithin)
			}
		}
		switch {
		case len(s.typedLines) == 0 && !s.leaving:
			enough = nil
		case enough == nil:
			enough = time.After(waitAtMost)
		}
		more := lines
		if len(s.typedLines) >= maxWaitingLines {
			more = nil
		}
		select {
		case <-ctx.Done():
			return
		case <-hurry:
			return
		case <-enough:
			enough = nil
			s.giveUp()
		case e, ok := <-s.c.Events():
			if !ok {
				return
			}
			s.onEvent(e)
		case line, ok := <-more:
			switch {
			case !ok, s.scr.Interactive() && line == "/quit":
				s.leaving = true
			default:
				s.typedLines = append(s.typedLines, line)
			}
		case after := <-s.results:
			s.busy--
			if after != nil {
				after()
			}
		case <-s.scr.Keys():
			s.onKey()
		case <-s.readTimer.C:
			s.tellRead()
		}
	}
}

// carryOut carries out typed lines, each when all before it is done: a script
// may go to a channel and send to it, or send a message and edit it.
func (s *session) carryOut() {
	for len(s.typedLines) > 0 && s.idle() {
		line := s.typedLines[0]
		s.typedLines = s.typedLines[1:]
		s.onLine(line)
	}
}

func (s *session) onKey() {
	if s.channel == 0 || time.Since(s.sentKeys) < typingEvery {
		return
	}
	s.sentKeys = time.Now()
	ch := s.channel
	s.do(func(ctx context.Context) func() {
		ctx, cancel := context.WithTimeout(ctx, typingTimeout)
		defer cancel()
		_ = s.c.Typing(ctx, ch) // nobody misses it
		return nil
	})
}

// tellRead tells the server how far the user has read.
func (s *session) tellRead() {
	ch, seq := s.unread, s.unreadSeq
	if ch == 0 {
		return
	}
	s.unread = 0
	s.do(func(ctx context.Context) func() {
		_ = s.c.SetRead(ctx, ch, seq) // the next one says it as well
		return nil
	})
}

// failed is what to do with an error: say it.
func (s *session) failed(err error) func() {
	return func() { s.warn(explain(err)) }
}

// explain says an error the way a person needs it.
func explain(err error) string {
	var e *chat.Error
	if !errors.As(err, &e) {
		return clean(err.Error())
	}
	text := clean(e.Message)
	if e.RetryAfter > 0 {
		text += fmt.Sprintf(" (wait %.1f s)", e.RetryAfter.Seconds())
	}
	if errors.Is(err, client.ErrLost) {
		text += "; it is not known whether it was carried out"
	}
	return text
}

func (s *session) say(text string) { s.scr.Print(s.scr.Colour(dim, "* "+text)) }

func (s *session) warn(text string) { s.scr.Print(s.scr.Colour(warn, "! "+text)) }
