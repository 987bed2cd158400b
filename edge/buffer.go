package edge

import (
	"io"
	"sync"
)

const (
	firstBuffer = 4 << 10
	// keptBuffer bounds what goes back to the pool: long messages are rare.
	keptBuffer = 64 << 10
)

// bufferPool lends memory while messages are read, so that a connection that
// says nothing holds none.
type bufferPool struct{ pool sync.Pool }

// buffer holds one message of a client.
type buffer struct{ b []byte }

func (p *bufferPool) get() *buffer {
	if b, ok := p.pool.Get().(*buffer); ok {
		return b
	}
	return &buffer{b: make([]byte, 0, firstBuffer)}
}

// put takes a buffer back; its message must not be used any more.
func (p *bufferPool) put(b *buffer) {
	if cap(b.b) <= keptBuffer {
		p.pool.Put(b)
	}
}

// read reads one message. The memory grows with what has come, not with what
// was announced; the connection's read limit bounds it.
func (b *buffer) read(r io.Reader) error {
	b.b = b.b[:0]
	for {
		if len(b.b) == cap(b.b) {
			b.b = append(b.b, 0)[:len(b.b)]
		}
		n, err := r.Read(b.b[len(b.b):cap(b.b)])
		b.b = b.b[:len(b.b)+n]
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
