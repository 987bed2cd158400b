package store

import (
	"strconv"
	"strings"
)

// dialect is what differs between the two databases when they are used; what
// differs when they are opened and migrated stands in sqlite.go and postgres.go.
type dialect struct {
	name string
	// numbered: parameters are written $1, $2 instead of the queries' "?".
	numbered bool
	// prepare: statements are worth keeping prepared by us. (pgx keeps its own.)
	prepare bool
	// beginProject runs first in a transaction of the projector; "" for nothing.
	beginProject string
	// scrub: the database has a log of its own that Scrub must empty.
	scrub bool
}

func sqliteDialect() dialect { return dialect{name: "sqlite", prepare: true, scrub: true} }

func postgresDialect() dialect {
	return dialect{
		name: "postgres", numbered: true,
		// The read model can be folded from the log again; a transaction lost in
		// a crash takes its cursor with it. Accounts stay synchronous.
		beginProject: "SET LOCAL synchronous_commit = off",
	}
}

// bind writes a query's parameters as the database wants them. Queries hold no
// question mark but their parameters.
func (d dialect) bind(query string) string {
	if !d.numbered {
		return query
	}
	var b strings.Builder
	b.Grow(len(query) + 32)
	for n := 1; ; n++ {
		i := strings.IndexByte(query, '?')
		if i < 0 {
			b.WriteString(query)
			return b.String()
		}
		b.WriteString(query[:i])
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(n))
		query = query[i+1:]
	}
}

// maxRows is how many rows one statement takes. More rows save nothing more, and
// nine columns times this stay far below either database's limit of parameters.
const maxRows = 32

// inChunks cuts n rows into stretches of 32, 16, 8, 4, 2 and 1 rows, so that a
// query has six shapes at most and each can stay prepared.
func inChunks(n int, fn func(from, to int) error) error {
	for from, size := 0, maxRows; from < n; {
		for size > n-from {
			size /= 2
		}
		if err := fn(from, from+size); err != nil {
			return err
		}
		from += size
	}
	return nil
}

// repeat writes item n times with commas between: "(?, ?), (?, ?)".
func repeat(item string, n int) string { return repeatWith(item, ", ", n) }

// repeatWith writes item n times with between in between.
func repeatWith(item, between string, n int) string {
	return strings.TrimSuffix(strings.Repeat(item+between, n), between)
}
