package store

import (
	"context"
	"database/sql"
	"sync"
	"time"
)

// handle is one bounded pool of connections with its prepared statements.
type handle struct {
	db      *sql.DB
	dialect dialect
	// timeout bounds one call where the database can be out of reach; 0 for none.
	timeout time.Duration

	mu    sync.Mutex
	bound map[string]string    // query -> as the database wants it
	stmts map[string]*sql.Stmt // query -> statement; as many as there are queries
}

func newHandle(db *sql.DB, d dialect, connections int, timeout time.Duration) *handle {
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return &handle{db: db, dialect: d, timeout: timeout, bound: map[string]string{}, stmts: map[string]*sql.Stmt{}}
}

// limit gives ctx the handle's deadline.
func (h *handle) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	if h.timeout == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, h.timeout)
}

// text is query with the database's own parameters.
func (h *handle) text(query string) string {
	if !h.dialect.numbered {
		return query
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	b, ok := h.bound[query]
	if !ok {
		b = h.dialect.bind(query)
		h.bound[query] = b
	}
	return b
}

// prepared is the statement kept for query, nil if there is none.
func (h *handle) prepared(query string) *sql.Stmt {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.stmts[query]
}

// keep prepares query for the next time; it must not be called while the
// caller holds the pool's only connection. Failing is harmless: the query runs
// unprepared.
func (h *handle) keep(ctx context.Context, query string) *sql.Stmt {
	st, err := h.db.PrepareContext(ctx, query)
	if err != nil {
		return nil
	}
	h.mu.Lock()
	if first := h.stmts[query]; first != nil {
		h.mu.Unlock()
		_ = st.Close() // somebody else was first
		return first
	}
	h.stmts[query] = st
	h.mu.Unlock()
	return st
}

// statement is the statement for query, prepared on first use; nil where the
// driver keeps statements itself.
func (h *handle) statement(ctx context.Context, query string) *sql.Stmt {
	if !h.dialect.prepare {
		return nil
	}
	if st := h.prepared(query); st != nil {
		return st
	}
	return h.keep(ctx, query)
}

func (h *handle) exec(ctx context.Context, query string, args ...any) (int64, error) {
	var res sql.Result
	var err error
	if st := h.statement(ctx, query); st != nil {
		res, err = st.ExecContext(ctx, args...)
	} else {
		res, err = h.db.ExecContext(ctx, h.text(query), args...)
	}
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// query calls scan for each row.
func (h *handle) query(ctx context.Context, scan func(*sql.Rows) error, query string, args ...any) error {
	var rows *sql.Rows
	var err error
	if st := h.statement(ctx, query); st != nil {
		rows, err = st.QueryContext(ctx, args...)
	} else {
		rows, err = h.db.QueryContext(ctx, h.text(query), args...)
	}
	if err != nil {
		return err
	}
	return eachRow(rows, scan)
}

func (h *handle) queryRow(ctx context.Context, query string, args ...any) *sql.Row {
	if st := h.statement(ctx, query); st != nil {
		return st.QueryRowContext(ctx, args...)
	}
	return h.db.QueryRowContext(ctx, h.text(query), args...)
}

func eachRow(rows *sql.Rows, scan func(*sql.Rows) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (h *handle) close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, st := range h.stmts {
		_ = st.Close() // the pool's Close reports what matters
	}
	return h.db.Close()
}
