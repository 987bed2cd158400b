package fakelog

import "beep/chat"

// faults are what the log was told to do wrong.
type faults struct {
	dropAcks int
	fails    []fail
	hold     chan struct{}
}

type fail struct {
	err    error
	stored bool
}

// DropAcks loses the answers of the next n appends after they are stored; the
// log then finds them by sending again, and reports success.
func (l *Log) DropAcks(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults.dropAcks = n
}

// FailNext makes the next append report err without storing it. Calls add up.
func (l *Log) FailNext(err error) { l.failNext(fail{err: err}) }

// FailNextStored makes the next append report err although it is stored: what
// jetstream.ErrUnavailable may mean.
func (l *Log) FailNextStored(err error) { l.failNext(fail{err: err, stored: true}) }

func (l *Log) failNext(f fail) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults.fails = append(l.faults.fails, f)
}

func (f *faults) nextLocked() (stored bool, err error) {
	if len(f.fails) == 0 {
		return true, nil
	}
	next := f.fails[0]
	f.fails = f.fails[1:]
	return next.stored, next.err
}

// Hold stops all appends until release is called; they wait in their order.
func (l *Log) Hold() (release func()) {
	ch := make(chan struct{})
	l.mu.Lock()
	l.faults.hold = ch
	l.mu.Unlock()
	return func() {
		l.mu.Lock()
		if l.faults.hold == ch {
			l.faults.hold = nil
			close(ch)
		}
		l.mu.Unlock()
		l.wake()
	}
}

// Waiting is how many appends have been asked for and not begun.
func (l *Log) Waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.queue)
}

// Inject puts raw bytes into the log of key without a fence: a foreign or a
// damaged message, or what a second writer has appended.
func (l *Log) Inject(key chat.Key, data []byte) (uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.storeLocked(stored{key: key, data: data}), nil
}

// InjectDamaged puts raw bytes into the log of key in place of a commit whose
// message id still tells its epoch and first number.
func (l *Log) InjectDamaged(key chat.Key, epoch, first uint64, data []byte) (uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.storeLocked(stored{key: key, data: data, epoch: epoch, first: first}), nil
}
