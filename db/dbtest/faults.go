package dbtest

import (
	"context"
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	mysqldriver "github.com/go-sql-driver/mysql"
)

// Call is one call of a driver, numbered from 1 since the faults were armed.
type Call struct {
	Number int
	Kind   Kind
	SQL    string
}

// Kind is what a call asks of the database.
type Kind string

// The kinds of calls that go to the server.
const (
	Begin    Kind = "begin"
	Prepare  Kind = "prepare"
	Exec     Kind = "exec"
	Query    Kind = "query"
	Commit   Kind = "commit"
	Rollback Kind = "rollback"
)

// Fault is what happens to a call.
type Fault int

// The faults.
const (
	None      Fault = iota
	NotSent         // the connection breaks before the call is sent
	ReplyLost       // the call is done, and the connection breaks before its reply arrives
	Killed          // the call is done and answered, and then the connection breaks
	HalfRead        // the call is done, and the connection breaks after the first of its rows
	Deadlock        // error 1213: the server has rolled the transaction back
	LockWait        // error 1205: the server has undone this statement only
)

// Faults stand between database/sql and a driver. They count its calls, and let those fail that a plan names.
type Faults struct {
	// Apart is what the statements have in them, one or the other of it, that are let pass and not counted: those of other
	// work beside a test's.
	Apart []string

	mu    sync.Mutex
	plan  func(Call) Fault
	calls []Call
	open  atomic.Int64
}

// Arm forgets the calls so far and makes the next ones fail by the plan; nil lets them all pass.
func (f *Faults) Arm(plan func(Call) Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.plan, f.calls = plan, nil
}

// Beside does something that is no part of what is tried: its calls pass, and the plan does not see them.
func (f *Faults) Beside(do func()) {
	plan := f.swap(nil)
	do()
	f.swap(plan)
}

func (f *Faults) swap(plan func(Call) Fault) (before func(Call) Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	before, f.plan = f.plan, plan
	return before
}

// Calls are those since the faults were armed.
func (f *Faults) Calls() []Call {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Call(nil), f.calls...)
}

// InTransaction is how many transactions are open.
func (f *Faults) InTransaction() int64 { return f.open.Load() }

// Wrap is for db.Options.
func (f *Faults) Wrap(c driver.Connector) driver.Connector { return connector{c, f} }

func (f *Faults) meet(kind Kind, sql string) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	if slices.ContainsFunc(f.Apart, func(part string) bool { return strings.Contains(sql, part) }) {
		return None
	}
	call := Call{Number: len(f.calls) + 1, Kind: kind, SQL: sql}
	f.calls = append(f.calls, call)
	if f.plan == nil {
		return None
	}
	return f.plan(call)
}

type connector struct {
	driver.Connector
	faults *Faults
}

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	inner, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	full, ok := inner.(fullConn)
	if !ok {
		return nil, fmt.Errorf("%T cannot stand behind faults", inner)
	}
	return &conn{inner: full, faults: c.faults}, nil
}

// fullConn is what both of our drivers have.
type fullConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
}

// conn is a connection that may break. Once broken it stays so.
type conn struct {
	inner  fullConn
	faults *Faults
	broken bool
}

// do makes a call, or what the plan has instead of it.
func do[T any](c *conn, kind Kind, sql string, call func() (T, error)) (T, error) {
	var none T
	if c.broken {
		return none, mysqldriver.ErrInvalidConn
	}
	switch c.faults.meet(kind, sql) {
	case NotSent:
		return none, c.breakOff()
	case ReplyLost:
		result, _ := call()
		if rows, ok := any(result).(driver.Rows); ok {
			_ = rows.Close()
		}
		return none, c.breakOff()
	case Killed:
		result, err := call()
		if last, ok := any(&lastRows{Rows: rowsOf(result), conn: c}).(T); ok && err == nil {
			return last, nil
		}
		_ = c.breakOff()
		return result, err
	case HalfRead:
		result, err := call()
		if half, ok := any(&halfRows{lastRows: lastRows{Rows: rowsOf(result), conn: c}}).(T); ok && err == nil {
			return half, nil
		}
		return result, err
	case None:
	case Deadlock:
		_, _ = c.inner.ExecContext(context.Background(), "ROLLBACK", nil)
		return none, &mysqldriver.MySQLError{Number: 1213, Message: "Deadlock found"}
	case LockWait:
		if kind == Commit || kind == Rollback { // a server that cannot commit rolls back
			_, _ = c.inner.ExecContext(context.Background(), "ROLLBACK", nil)
		}
		return none, &mysqldriver.MySQLError{Number: 1205, Message: "Lock wait timeout exceeded"}
	}
	return call()
}

func (c *conn) breakOff() error {
	c.broken = true
	_ = c.inner.Close()
	return mysqldriver.ErrInvalidConn
}

// lastRows are the last that a connection answers: it breaks when they have been read.
type lastRows struct {
	driver.Rows
	conn *conn
}

func (r *lastRows) Close() error {
	err := r.Rows.Close()
	_ = r.conn.breakOff()
	return err
}

// halfRows break their connection when the second of them is asked for.
type halfRows struct {
	lastRows
	given bool
}

func (r *halfRows) Next(row []driver.Value) error {
	if r.given {
		return mysqldriver.ErrInvalidConn
	}
	r.given = true
	return r.Rows.Next(row)
}

// rowsOf is a call's result, if it is rows.
func rowsOf(result any) driver.Rows {
	rows, _ := result.(driver.Rows)
	return rows
}

func (c *conn) Close() error {
	if c.broken {
		return nil
	}
	return c.inner.Close()
}

// IsValid keeps a broken connection out of the pool.
func (c *conn) IsValid() bool {
	if validator, ok := c.inner.(driver.Validator); ok && !c.broken {
		return validator.IsValid()
	}
	return !c.broken
}

// ResetSession is part of driver.SessionResetter.
func (c *conn) ResetSession(ctx context.Context) error {
	if c.broken {
		return driver.ErrBadConn
	}
	if resetter, ok := c.inner.(driver.SessionResetter); ok {
		return resetter.ResetSession(ctx)
	}
	return nil
}

// CheckNamedValue is part of driver.NamedValueChecker.
func (c *conn) CheckNamedValue(value *driver.NamedValue) error {
	if checker, ok := c.inner.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(value)
	}
	return driver.ErrSkip
}

func (c *conn) Begin() (driver.Tx, error) {
	return c.BeginTx(context.Background(), driver.TxOptions{})
}

func (c *conn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	inner, err := do(c, Begin, "", func() (driver.Tx, error) { return c.inner.BeginTx(ctx, o) })
	if err != nil {
		return nil, err
	}
	c.faults.open.Add(1)
	return transaction{inner, c}, nil
}

func (c *conn) Prepare(query string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), query)
}

func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	inner, err := do(c, Prepare, query, func() (driver.Stmt, error) {
		return c.inner.PrepareContext(ctx, query)
	})
	if err != nil {
		return nil, err
	}
	return statement{inner, c, query}, nil
}

type transaction struct {
	inner driver.Tx
	conn  *conn
}

func (t transaction) Commit() error   { return t.end(Commit, t.inner.Commit) }
func (t transaction) Rollback() error { return t.end(Rollback, t.inner.Rollback) }

func (t transaction) end(kind Kind, call func() error) error {
	t.conn.faults.open.Add(-1)
	_, err := do(t.conn, kind, "", func() (struct{}, error) { return struct{}{}, call() })
	return err
}

type statement struct {
	driver.Stmt
	conn *conn
	sql  string
}

func (s statement) Close() error {
	if s.conn.broken {
		return nil
	}
	return s.Stmt.Close()
}

func (s statement) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return do(s.conn, Exec, s.sql, func() (driver.Result, error) {
		if inner, ok := s.Stmt.(driver.StmtExecContext); ok {
			return inner.ExecContext(ctx, args)
		}
		return s.Stmt.Exec(plain(args)) //nolint:staticcheck // all that the driver has
	})
}

func (s statement) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return do(s.conn, Query, s.sql, func() (driver.Rows, error) {
		if inner, ok := s.Stmt.(driver.StmtQueryContext); ok {
			return inner.QueryContext(ctx, args)
		}
		return s.Stmt.Query(plain(args)) //nolint:staticcheck // all that the driver has
	})
}

func plain(args []driver.NamedValue) []driver.Value {
	values := make([]driver.Value, len(args))
	for i, arg := range args {
		values[i] = arg.Value
	}
	return values
}
