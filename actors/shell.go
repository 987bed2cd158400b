package actors

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"beep/chat"
	"beep/cluster"
	"beep/wire"
)

const (
	// activationTimeout bounds reading a log back: half a million records take
	// about two seconds.
	activationTimeout = 30 * time.Second
	// snapshotRecords and snapshotEvery: a snapshot is worth taking when a
	// replay would take longer than reading it, and rarely enough to cost nothing.
	snapshotRecords = 1000
	snapshotEvery   = 30 * time.Second
	snapshotTimeout = 10 * time.Second
)

// behaviour is what makes a shell a channel, a server or a user. All methods
// are called by the actor alone, one at a time.
type behaviour interface {
	// begin runs after the state was read back from the log.
	begin(ctx context.Context) error
	// end runs when the activation is over.
	end()
	// handle takes a call that is not a matter of the log at all, and reports
	// whether it did.
	handle(call *cluster.Call) bool
	// decide asks the rules. errParked: the call was put aside and comes again.
	decide(call *cluster.Call) (chat.Decision, error)
	// committed runs when records are durable, before anybody is answered. False:
	// the answers, and the next commit, wait for the settled that it sends.
	committed(recs []chat.Record) bool
	// answer makes the reply for the records a command led to, or takes the
	// call over and reports false.
	answer(call *cluster.Call, recs []chat.Record, reply any) (any, bool)
	// fail answers the calls the behaviour holds; the activation is over.
	fail(err error)
	// idle reports whether nothing volatile would be lost by retiring.
	idle() bool

	apply(rec chat.Record)
	number() uint64
	encode() ([]byte, error)
	restore(state []byte) error
}

// errParked is a behaviour's word that it keeps the call.
var errParked = errors.New("call is parked")

// shell is one activation.
type shell struct {
	cfg  *Config
	tips *Tips
	wins *windows
	cell *cluster.Cell
	key  chat.Key
	b    behaviour

	epoch  uint64 // of this activation; part of every commit's identity
	fence  uint64 // stream sequence of the log's last commit
	queue  []*cluster.Call
	batch  []outcome // being decided, in flight, or being answered
	flying bool      // batch is in flight, or durable and not in force yet
	now    int64     // of the batch being decided: what its records will say
	recs   []chat.Record

	snapshotNumber uint64 // of the last snapshot
	snapshotAt     time.Time
	saving         bool
	stopping       bool  // finish what is queued, then retire
	dead           error // why the activation ended
}

// outcome is a call of a batch, with what was decided for it.
type outcome struct {
	call  *cluster.Call
	first int // its records are recs[first:end]
	end   int
	reply any
	err   error
	then  []chat.Tell
}

// appended says how a commit ended.
type appended struct {
	seq uint64
	err error
}

// settled says that a commit is in force, or that this could not be had.
type settled struct{ err error }

// snapshotSaved says how saving a snapshot ended.
type snapshotSaved struct {
	number uint64
	err    error
}

func newShell(cfg *Config, tips *Tips, wins *windows, cell *cluster.Cell, b func(*shell) behaviour) *shell {
	var e [8]byte
	_, _ = rand.Read(e[:]) // never fails, by its documentation
	a := &shell{cfg: cfg, tips: tips, wins: wins, cell: cell, key: cell.Key(), epoch: binary.LittleEndian.Uint64(e[:])}
	a.b = b(a)
	return a
}

// Receive is the actor's table of contents.
func (a *shell) Receive(ctx actor.Context) {
	defer a.onPanic(ctx)
	switch m := ctx.Message().(type) {
	case *actor.Started:
		a.onStarted()
	case *cluster.Call:
		a.onCall(m)
	case appended:
		a.onAppended(m)
	case settled:
		a.onSettled(m)
	case *fetched:
		a.onFetched(m)
	case *sendEnded:
		a.onSendEnded(m)
	case serverAnswered:
		a.onServerAnswered(m)
	case concluded:
		a.onConcluded(m)
	case askAgain:
		a.onAskAgain(m)
	case stepEnded:
		a.onStepEnded(m)
	case stepAgain:
		a.onStepAgain(m)
	case turnCome:
		a.onTurnCome(m)
	case keyErased:
		a.onKeyErased(m)
	case eraseAgain:
		a.onEraseAgain()
	case snapshotSaved:
		a.onSnapshotSaved(m)
	case *cluster.Idle:
		a.onIdle(ctx)
	case *cluster.Stop:
		a.stopping = true
	}
	a.retireIfDone(ctx)
}

// onStarted reads the state back from the log.
func (a *shell) onStarted() {
	ctx, cancel := context.WithTimeout(context.Background(), activationTimeout)
	defer cancel()
	if err := a.activate(ctx); err != nil {
		if chat.KindOf(err) == chat.Internal {
			a.cfg.Logger.Warn("actor could not be activated", "entity", a.key.String(), "error", err)
			err = &chat.Error{Kind: chat.Unavailable, Op: "activate", Message: "temporarily unavailable", Err: err}
		}
		a.die(err)
		return
	}
	if a.unsaved() >= snapshotRecords { // so that the next activation is spared what this one read
		a.saveSnapshot()
	}
}

func (a *shell) activate(ctx context.Context) error {
	snap, ok, err := a.cfg.Log.LoadSnapshot(ctx, a.key)
	if err != nil {
		return fmt.Errorf("load snapshot: %w", err)
	}
	if ok {
		if err := a.b.restore(snap.State); err == nil && a.b.number() == snap.Number {
			a.fence, a.snapshotNumber = snap.Seq, snap.Number
		} else {
			a.cfg.Logger.Warn("snapshot is of no use, reading the whole log", "entity", a.key.String(), "error", err)
			if err := a.b.restore(nil); err != nil {
				return err
			}
		}
	}
	err = a.cfg.Log.Replay(ctx, a.key, a.fence, func(seq uint64, c wire.Commit) error {
		for i := range c.Records {
			// An unreadable record is in the dead letters; its number counts.
			rec, _ := wire.DecodeEvent(&c.Records[i])
			a.b.apply(rec)
		}
		a.fence = seq
		return nil
	})
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	a.snapshotAt = a.cfg.Now()
	return a.b.begin(ctx)
}

// onCall takes a command in.
func (a *shell) onCall(call *cluster.Call) {
	if a.dead != nil {
		call.Reply(nil, a.dead)
		return
	}
	if a.b.handle(call) {
		return
	}
	a.queue = append(a.queue, call)
	if !a.flying {
		a.commit()
	}
}

// commit decides what is queued, up to the bounds of one commit, and appends
// it. Calls that lead to no event are answered with the batch, or at once if
// there is no batch: they may rest on events of it.
func (a *shell) commit() {
	now := a.cfg.Now().UnixMilli()
	a.now = now
	c := &wire.Commit{Key: a.key, Epoch: a.epoch, First: a.b.number() + 1}
	a.batch, a.recs = nil, nil
	size := 0
	for len(a.queue) > 0 && len(a.recs) < chat.MaxRecordsPerCommit && size < chat.MaxCommitBytes {
		call := a.queue[0] // stays there until it is in the batch: a panic answers it
		d, err := a.b.decide(call)
		if errors.Is(err, errParked) {
			a.dequeue()
			continue
		}
		encoded, bytes, eerr := a.encode(&d, now)
		if eerr != nil {
			d, err = chat.Decision{}, eerr
		} else if len(c.Records) > 0 && (size+bytes > chat.MaxCommitBytes || len(c.Records)+len(encoded) > chat.MaxRecordsPerCommit) {
			break // the next commit takes it
		}
		a.dequeue()
		first := len(a.recs)
		a.batch = append(a.batch, outcome{call, first, first + len(encoded), d.Reply, err, d.Then})
		for i := range encoded {
			rec := chat.Record{
				Number: encoded[i].Number, Time: now, Author: d.Author, Nonce: d.Nonce,
				ServerNumber: d.ServerNumber, Event: d.Events[i],
			}
			a.b.apply(rec)
			a.recs = append(a.recs, rec)
		}
		c.Records = append(c.Records, encoded...)
		size += bytes
	}
	if len(c.Records) == 0 {
		a.respond()
		return
	}
	a.flying = true
	cell := a.cell
	a.cfg.Log.Append(c, a.fence, func(seq uint64, err error) { cell.Send(appended{seq, err}) })
}

// encode makes the log records of a decision, numbered on from the state.
func (a *shell) encode(d *chat.Decision, now int64) ([]wire.Record, int, error) {
	if len(d.Events) == 0 {
		return nil, 0, nil
	}
	recs := make([]wire.Record, len(d.Events))
	bytes := 0
	for i, e := range d.Events {
		r, err := wire.EncodeEvent(e, a.b.number()+1+uint64(i), now, d.Author, d.Nonce)
		if err != nil {
			return nil, 0, err
		}
		r.ServerNumber = d.ServerNumber
		recs[i] = r
		bytes += r.EncodedSize()
	}
	return recs, bytes, nil
}

func (a *shell) dequeue() {
	a.queue[0] = nil
	a.queue = a.queue[1:]
	if len(a.queue) == 0 {
		a.queue = nil // lets the array go
	}
}

// onAppended ends the batch in flight, well or badly.
func (a *shell) onAppended(m appended) {
	if a.dead != nil {
		return
	}
	if m.err != nil {
		switch {
		case a.cfg.Log.Fenced(m.err):
			a.die(&chat.Error{Kind: chat.Fenced, Op: "commit", Message: "another owner has taken over", Err: m.err})
		case chat.Is(m.err, chat.Gone):
			a.die(&chat.Error{Kind: chat.NotFound, Op: "commit", Message: "there is no such conversation", Err: m.err})
		default:
			a.cfg.Logger.Warn("commit did not get an answer", "entity", a.key.String(), "error", m.err)
			a.die(&chat.Error{Kind: chat.Unavailable, Op: "commit", Message: "the outcome is not known, repeat with the same nonce", Err: m.err})
		}
		return
	}
	a.fence = m.seq
	if a.b.committed(a.recs) {
		a.onSettled(settled{})
	}
}

// onSettled answers the batch that is durable and in force, and goes on. What
// could not be brought into force is mended by the next activation, which begins
// with it.
func (a *shell) onSettled(m settled) {
	if a.dead != nil {
		return
	}
	if m.err != nil {
		a.cfg.Logger.Warn("a commit could not be brought into force", "entity", a.key.String(), "error", m.err)
		a.die(&chat.Error{Kind: chat.Unavailable, Op: "commit", Message: "it is stored but not in force yet, repeat it", Err: m.err})
		return
	}
	a.flying = false
	a.respond()
	a.tips.touch(a.key, a.b.number())
	if len(a.queue) > 0 {
		a.commit()
	}
	if !a.flying {
		a.snapshotIfDue()
	}
}

// respond answers the batch.
func (a *shell) respond() {
	for i := range a.batch {
		o := &a.batch[i]
		if o.err != nil {
			o.call.Reply(nil, o.err)
		} else if v, ok := a.b.answer(o.call, a.recs[o.first:o.end], o.reply); ok {
			a.follow(told(o.call.Reply, v), v, o.then)
		} else {
			a.follow(nil, nil, o.then)
		}
	}
	a.batch, a.recs = nil, nil
}

// told is reply, but for a refusal that comes as an answer: see chat.Decision.
func told(reply func(any, error), v any) func(any, error) {
	refusal, ok := v.(*chat.Error)
	if !ok {
		return reply
	}
	return func(_ any, err error) {
		if err == nil {
			err = refusal
		}
		reply(nil, err)
	}
}

// die ends the activation: out of reach at once, everything held is answered.
func (a *shell) die(err error) {
	if a.dead != nil {
		return
	}
	a.dead = err
	a.cell.Retire()
	for i := range a.batch {
		a.batch[i].call.Reply(nil, err)
	}
	for _, call := range a.queue {
		call.Reply(nil, err)
	}
	a.batch, a.queue, a.recs, a.flying = nil, nil, nil, false
	a.b.fail(err)
}

// onPanic: a rule has failed in a way it must not. The state is not to be
// trusted any more.
func (a *shell) onPanic(ctx actor.Context) {
	r := recover()
	if r == nil {
		return
	}
	a.cfg.Logger.Error("actor panicked", "entity", a.key.String(), "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
	if call, ok := ctx.Message().(*cluster.Call); ok {
		call.Reply(nil, fmt.Errorf("panic: %v", r))
	}
	a.die(fmt.Errorf("panic: %v", r))
	a.retireIfDone(ctx)
}

// retireIfDone stops the actor when its activation is over and nobody waits.
func (a *shell) retireIfDone(ctx actor.Context) {
	if a.dead != nil {
		if a.cell.TryRetire() {
			a.stop(ctx)
		}
		return
	}
	if a.stopping && !a.flying && len(a.queue) == 0 && !a.saving {
		if a.unsaved() > 0 {
			a.saveSnapshot()
		} else if a.cell.TryRetire() {
			a.stop(ctx)
		}
	}
}

func (a *shell) stop(ctx actor.Context) {
	if a.dead == nil {
		a.dead = chat.Errorf(chat.Fenced, "call", "this activation has ended")
	}
	a.b.end()
	ctx.Stop(ctx.Self())
}

// onIdle retires an actor nobody needs, after saving what a replay would cost.
func (a *shell) onIdle(ctx actor.Context) {
	if a.dead != nil || a.flying || len(a.queue) > 0 || a.saving || !a.b.idle() {
		return
	}
	if a.unsaved() >= snapshotRecords {
		a.saveSnapshot() // and retire the next time
		return
	}
	if a.cell.TryRetire() {
		a.stop(ctx)
	}
}
