package db

import (
	"context"
	"database/sql"
	"sync"
	"time"
)

// maxPrepared bounds the statements that stay prepared. Their shapes are few by construction (lists are padded to powers
// of two); the bound protects the server's max_prepared_stmt_count should one slip through.
const maxPrepared = 256

// pool is a gorm.ConnPool whose statements stay prepared. GORM's own cache prepares a statement anew at each use when it
// was first seen inside a transaction; here it is prepared once on each connection, inside and outside of transactions.
type pool struct {
	sql        *sql.DB
	mu         sync.RWMutex
	statements map[string]*sql.Stmt
}

func newPool(s *sql.DB) *pool { return &pool{sql: s, statements: map[string]*sql.Stmt{}} }

func (p *pool) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, statement := range p.statements {
		_ = statement.Close()
	}
	p.statements = map[string]*sql.Stmt{}
	return p.sql.Close()
}

func (p *pool) prepared(query string) *sql.Stmt {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.statements[query]
}

// prepare keeps a statement prepared. It needs a connection of its own, so it is never called with one in hand.
func (p *pool) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if statement := p.prepared(query); statement != nil {
		return statement, nil
	}
	statement, err := p.sql.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if first := p.statements[query]; first != nil {
		_ = statement.Close()
		return first, nil
	}
	p.statements[query] = statement
	return statement, nil
}

func (p *pool) full() bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return len(p.statements) >= maxPrepared
}

// PrepareContext is part of gorm.ConnPool.
func (p *pool) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return p.sql.PrepareContext(ctx, query)
}

// ExecContext is part of gorm.ConnPool.
func (p *pool) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if p.prepared(query) == nil && p.full() {
		return p.sql.ExecContext(ctx, query, args...)
	}
	statement, err := p.prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	return statement.ExecContext(ctx, args...)
}

// QueryContext is part of gorm.ConnPool.
func (p *pool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if p.prepared(query) == nil && p.full() {
		return p.sql.QueryContext(ctx, query, args...)
	}
	statement, err := p.prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	return statement.QueryContext(ctx, args...)
}

// QueryRowContext is part of gorm.ConnPool.
func (p *pool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if statement := p.prepared(query); statement != nil {
		return statement.QueryRowContext(ctx, args...)
	}
	return p.sql.QueryRowContext(ctx, query, args...)
}

// txPool is the gorm.ConnPool of one transaction. A statement that is not yet prepared runs at once, and is prepared
// after the transaction has given its connection back: taking a second one with the first in hand could starve the pool.
type txPool struct {
	pool   *pool
	tx     *sql.Tx
	unseen []string
	failed error // the first statement that failed: after it nothing is sent any more, and nothing committed
}

func (t *txPool) statement(ctx context.Context, query string) *sql.Stmt {
	if statement := t.pool.prepared(query); statement != nil {
		return t.tx.StmtContext(ctx, statement)
	}
	if !t.pool.full() {
		t.unseen = append(t.unseen, query)
	}
	return nil
}

func (t *txPool) noted(err error) error {
	if err != nil && t.failed == nil {
		t.failed = err
	}
	return err
}

// PrepareContext is part of gorm.ConnPool.
func (t *txPool) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return t.tx.PrepareContext(ctx, query)
}

// ExecContext is part of gorm.ConnPool.
func (t *txPool) ExecContext(ctx context.Context, query string, args ...any) (result sql.Result, err error) {
	if t.failed != nil {
		return nil, t.failed
	}
	if statement := t.statement(ctx, query); statement != nil {
		result, err = statement.ExecContext(ctx, args...)
	} else {
		result, err = t.tx.ExecContext(ctx, query, args...)
	}
	return result, t.noted(err)
}

// QueryContext is part of gorm.ConnPool.
func (t *txPool) QueryContext(ctx context.Context, query string, args ...any) (rows *sql.Rows, err error) {
	if t.failed != nil {
		return nil, t.failed
	}
	if statement := t.statement(ctx, query); statement != nil {
		rows, err = statement.QueryContext(ctx, args...)
	} else {
		rows, err = t.tx.QueryContext(ctx, query, args...)
	}
	return rows, t.noted(err)
}

// QueryRowContext is part of gorm.ConnPool.
func (t *txPool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if t.failed != nil {
		ended, cancel := context.WithCancel(ctx)
		cancel()
		ctx = ended // a Row cannot be made with an error: this one will have it
	}
	row := t.tx.QueryRowContext(ctx, query, args...)
	_ = t.noted(row.Err())
	return row
}

// prepareUnseen prepares what the transaction met for the first time. Failing to is no fault of the transaction: the
// statement then runs unprepared once more.
func (t *txPool) prepareUnseen() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	for _, query := range t.unseen {
		if _, err := t.pool.prepare(ctx, query); err != nil {
			return
		}
	}
}
