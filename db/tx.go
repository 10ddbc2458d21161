package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/retrypolicy"
	"gorm.io/gorm"

	"b2b.example/kit/fault"
)

// Tx is one run of a transaction. Now is its one time: everything that it writes happened then.
type Tx struct {
	*gorm.DB
	Now  time.Time
	call Call
}

// As returns the transaction on behalf of a caller, whom its events will name.
func (tx *Tx) As(call Call) *Tx {
	return &Tx{DB: tx.DB, Now: tx.Now, call: call}
}

// Actor is whom the transaction's events name.
func (tx *Tx) Actor() string { return tx.call.Actor }

// retries is how often, and after which pauses, a transaction that met a conflict is run again.
var retries = retrypolicy.NewBuilder[any]().
	HandleIf(func(_ any, err error) bool { return runsAgain(err) }).
	WithBackoff(5*time.Millisecond, 200*time.Millisecond).
	WithJitterFactor(0.5).
	WithMaxAttempts(5).
	ReturnLastFailure().
	Build()

// Tx runs the callback in a READ COMMITTED transaction and commits it. On a deadlock, a lock wait, a lost connection or
// a commit whose outcome is unknown it runs the whole callback again, a bounded number of times; after that the fault is
// 503 BUSY. So a callback has no effect but its SQL, and finds what an earlier run of it may have done: by its key (see
// Once), or by the state of the row that it locks.
func (d *DB) Tx(ctx context.Context, callback func(tx *Tx) error) error {
	unknown := false
	err := failsafe.With(retries).WithContext(ctx).Run(func() error {
		err := d.run(ctx, callback)
		unknown = unknown || errors.Is(err, errUnknownCommit)
		return err
	})
	if unknown {
		return Unsure(seen(err))
	}
	return seen(err)
}

// run is one attempt. No statement's error is ever ignored: after a deadlock the transaction is gone and the next
// statement would be committed by itself, after a lock wait Commit would keep half of it.
func (d *DB) run(ctx context.Context, callback func(tx *Tx) error) (err error) {
	sqlTx, err := d.write.sql.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	conn := &txPool{pool: d.write, tx: sqlTx}
	committed := false
	defer func() {
		if !committed {
			_ = sqlTx.Rollback() // what is worth telling has been told by err
		}
		conn.prepareUnseen()
	}()
	if err := callback(&Tx{DB: d.session(ctx, conn), Now: d.Now()}); err != nil {
		return err
	}
	if conn.failed != nil {
		return fmt.Errorf("a statement of this transaction failed: %w", conn.failed)
	}
	committed = true
	return d.commit(sqlTx)
}

type committer interface{ Commit() error }

// commit ends the transaction. Where the server did not say how it ended, the error says so: the reply may have been
// lost after the commit.
func (d *DB) commit(sqlTx committer) error {
	err := sqlTx.Commit()
	if err == nil {
		return nil
	}
	if d.dialect == SQLite {
		// A commit that SQLite refuses leaves its transaction open on the one connection that writes.
		_, _ = d.write.sql.ExecContext(context.Background(), "ROLLBACK")
	}
	if refusedByServer(err) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("commit: %w", err)
	}
	return fmt.Errorf("%w: %w", errUnknownCommit, err)
}

// busy is what a caller sees when trying again did not help.
func busy(cause error) error {
	return fault.New(fault.Unavailable, "BUSY").Retry(time.Second).Because(cause)
}

// Unsure has a BUSY say that what was asked for may have been done all the same; any other error stays as it is.
func Unsure(err error) error {
	if f := fault.Of(err); err != nil && f.Code == "BUSY" {
		return f.With("unknown", true)
	}
	return err
}
