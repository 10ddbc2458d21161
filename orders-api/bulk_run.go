package orders

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"gorm.io/gorm"

	"b2b.example/db"
	"b2b.example/kit/fault"
)

// mostInRun is how many orders one bulk run takes at most.
const mostInRun = 10_000

// BulkRun is one action on many orders. It is worked off in the background, each order by itself; what has become of them
// is counted when it has ended.
type BulkRun struct {
	db.Entity
	Action        Action
	CancelReason  *string
	CancelNote    string
	Actor         string // who asked for it, and whom the events of its orders name
	ActorName     string
	Channel       string
	RequestID     string
	Filter        *string // the parameters of the list whose orders were chosen; nil: they were chosen one by one
	Undoes        *int64  // the run whose orders these are
	Retries       *int64  // likewise
	Orders        int64
	DoneOrders    int64
	SkippedOrders int64
	FailedOrders  int64
	DoneCents     int64
	EndedAt       *time.Time
}

// Outcome is what has become of an order in a bulk run.
type Outcome string

// The outcomes.
const (
	Pending Outcome = "PENDING"
	Done    Outcome = "DONE"
	Skipped Outcome = "SKIPPED" // it was so already
	Failed  Outcome = "FAILED"  // a rule was against it
)

// bulkOrder is an order in a bulk run. Code and Args are the reason why it was not done.
type bulkOrder struct {
	RunID   int64
	OrderID int64
	Outcome Outcome
	Code    string
	Args    string
	DoneAt  *time.Time
}

// TableName is part of GORM's conventions.
func (bulkOrder) TableName() string { return "bulk_run_orders" }

// bulkCaller is whose keys the changes of bulk runs have: no client's can be among them.
const bulkCaller = "system:bulk-run"

// keyInRun is the key of an order's change in a bulk run.
func keyInRun(run, order int64) string { return fmt.Sprintf("bulk-run:%d:order:%d", run, order) }

// runOf is the bulk run whose change an event tells of; 0 for none.
func runOf(e *db.EventRow) (run int64) {
	if isOfRun(e) {
		_, _ = fmt.Sscanf(textOf(e.IdempotencyKey), "bulk-run:%d:", &run) // a key of ours can be read
	}
	return run
}

// isOfRun says whether a bulk run made the change that an event tells of.
func isOfRun(e *db.EventRow) bool { return textOf(e.IdempotencyCaller) == bulkCaller }

// why is the cancellation that a run is of.
func (r *BulkRun) why() Cancellation {
	return Cancellation{Reason: textOf(r.CancelReason), Note: r.CancelNote}
}

// as is who the events of an order in the run name.
func (r *BulkRun) as(order int64) db.Call {
	return db.Call{
		Caller: bulkCaller, Key: keyInRun(r.ID, order), Actor: r.Actor, ActorName: r.ActorName, Channel: r.Channel, RequestID: r.RequestID,
	}
}

// errNoSuchRun refuses what is asked of a run that is not there.
func errNoSuchRun() error { return fault.New(fault.NotFound, "NOT_FOUND") }

func getRun(q *gorm.DB, id int64) (*BulkRun, error) {
	var run BulkRun
	err := q.Where("id = ?", id).Take(&run).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, errNoSuchRun()
	}
	if err != nil {
		return nil, fmt.Errorf("bulk run %d: %w", id, err)
	}
	return &run, nil
}

// rows is where the orders of a run come from: the rest of a SELECT of their ids.
type rows struct {
	id   string // the column
	sql  string
	args []any
}

// startRun makes a run with its orders, once for the call's key.
func startRun(ctx context.Context, d *db.DB, call db.Call, prepare func(tx *db.Tx) (*BulkRun, rows, error)) (db.Answer, error) {
	return d.Once(ctx, db.Write{
		Call: call,
		Effect: func(tx *db.Tx) (db.Answer, error) {
			run, from, err := prepare(tx)
			if err != nil {
				return db.Answer{}, err
			}
			if run.ID != 0 { // it is there already
				return answerOfRun(run.ID), nil
			}
			run.Actor, run.ActorName, run.Channel, run.RequestID = call.Actor, call.ActorName, call.Channel, call.RequestID
			err = run.create(tx, from)
			return answerOfRun(run.ID), err
		},
		Now: func(_ context.Context, id int64) (db.Answer, error) { return answerOfRun(id), nil },
	})
}

func answerOfRun(id int64) db.Answer {
	return db.Answer{Status: http.StatusAccepted, TargetType: "bulk_run", TargetID: id}
}

// create writes a run, its orders and its event.
func (r *BulkRun) create(tx *db.Tx, from rows) error {
	r.Entity = db.Entity{Version: 1, CreatedAt: tx.Now, UpdatedAt: tx.Now}
	if err := tx.Create(r).Error; err != nil {
		return fmt.Errorf("create a bulk run: %w", err)
	}
	insert := "INSERT INTO bulk_run_orders (run_id, order_id, outcome, code, args) SELECT ?, " + from.id + ", ?, '', '{}' " + from.sql
	chosen := tx.Exec(insert, append([]any{r.ID, Pending}, from.args...)...)
	if chosen.Error != nil {
		return fmt.Errorf("the orders of bulk run %d: %w", r.ID, chosen.Error)
	}
	r.Orders = chosen.RowsAffected
	if err := tx.Model(r).UpdateColumn("orders", r.Orders).Error; err != nil {
		return fmt.Errorf("bulk run %d: %w", r.ID, err)
	}
	return tx.Record(db.Event{EntityType: "bulk_run", EntityID: r.ID, EntityVersion: 1, Action: "created", Changes: db.Changes{
		"action": {New: r.Action}, "cancel_reason": {New: valueOf(r.CancelReason)}, "cancel_note": {New: r.CancelNote},
		"filter": {New: valueOf(r.Filter)}, "undoes": {New: valueOf(r.Undoes)}, "retries": {New: valueOf(r.Retries)}, "orders": {New: r.Orders},
	}})
}

// rows are the orders that a list lets through, the newest first, as many as a run takes.
func (l *list) rows(read *gorm.DB) (rows, error) {
	if err := l.ready(read); err != nil {
		return rows{}, err
	}
	where, args := l.condition()
	sql := fmt.Sprintf("FROM orders WHERE %s ORDER BY %s DESC, id DESC LIMIT %d", where, l.order.Column, mostInRun)
	return rows{id: "id", sql: sql, args: args}, nil
}

// rowsOf are the orders of another run with an outcome.
func rowsOf(run int64, outcome Outcome) rows {
	return rows{id: "order_id", sql: "FROM bulk_run_orders WHERE run_id = ? AND outcome = ?", args: []any{run, outcome}}
}

// retryRun begins a run of what has failed in another.
func retryRun(ctx context.Context, d *db.DB, call db.Call, id int64) (db.Answer, error) {
	return startRun(ctx, d, call, func(tx *db.Tx) (*BulkRun, rows, error) {
		failed, err := getRun(tx.DB, id)
		if err != nil || !failed.retriable() {
			return failed, rows{}, err
		}
		run := &BulkRun{Action: failed.Action, CancelReason: failed.CancelReason, CancelNote: failed.CancelNote, Retries: &id}
		return run, rowsOf(id, Failed), nil
	})
}

// retriable says whether something has failed in the run that may be tried again.
func (r *BulkRun) retriable() bool { return r.EndedAt != nil && r.FailedOrders > 0 && r.Action != Undo }

// undoRun begins the run that takes back what another has done. There is one at most for each: whoever asks again is led
// to it.
func (rules Rules) undoRun(ctx context.Context, d *db.DB, call db.Call, id int64) (db.Answer, error) {
	return startRun(ctx, d, call, func(tx *db.Tx) (*BulkRun, rows, error) {
		done, err := getRun(tx.Clauses(db.Lock()), id)
		if err != nil {
			return nil, rows{}, err
		}
		var before []BulkRun
		if err := tx.Where("undoes = ?", id).Limit(1).Find(&before).Error; err != nil {
			return nil, rows{}, fmt.Errorf("what undoes bulk run %d: %w", id, err)
		}
		if len(before) > 0 {
			return &before[0], rows{}, nil
		}
		if reason := done.notUndoable(asking{tx.Now, call.Actor}, rules); reason != nil {
			return nil, rows{}, refusal(Undo, reason)
		}
		return &BulkRun{Action: Undo, Undoes: &id}, rowsOf(id, Done), nil
	})
}

// notUndoable says why what a run has done can't be undone.
func (r *BulkRun) notUndoable(now asking, rules Rules) *fault.Field {
	switch {
	case r.EndedAt == nil || r.DoneOrders == 0 || r.Action == Undo:
		return &fault.Field{Field: "status", Code: nothingToUndo}
	case !now.at.Before(r.EndedAt.Add(rules.UndoWindow)):
		end := r.EndedAt.Add(rules.UndoWindow)
		return &fault.Field{Field: "status", Code: "UNDO_WINDOW_PASSED", Args: fault.Args{"passed_at": end.Format(time.RFC3339)}}
	case r.Actor != now.by:
		return &fault.Field{Field: "status", Code: "UNDO_NOT_YOURS"}
	}
	return nil
}

// outcomesOf counts what has become of a run's orders so far.
func outcomesOf(q *gorm.DB, run int64) (map[Outcome]int64, error) {
	var found []struct {
		Outcome Outcome
		N       int64
	}
	err := q.Model(&bulkOrder{}).Select("outcome, COUNT(*) AS n").Where("run_id = ?", run).Group("outcome").Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("outcomes of bulk run %d: %w", run, err)
	}
	counts := map[Outcome]int64{}
	for _, one := range found {
		counts[one.Outcome] = one.N
	}
	return counts, nil
}
