package orders

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"

	"github.com/go-json-experiment/json"

	"b2b.example/db"
	"b2b.example/kit/fault"
)

const (
	mostOpenRuns = 100 // looked at together
	bulkBatch    = 20  // orders of a run before the next one's turn
)

// bulkWorker works bulk runs off, as does that of every other replica: whoever locks an order's row first does it.
type bulkWorker struct {
	db    *db.DB
	rules Rules
	log   *slog.Logger
	after map[int64]int64 // by run: the order that the present pass has come to. What it could not do waits for the next
}

func newBulkWorker(d *db.DB, rules Rules, log *slog.Logger) *bulkWorker {
	return &bulkWorker{db: d, rules: rules, log: log, after: map[int64]int64{}}
}

// step does some orders of each run that has not ended, and says whether there were any.
func (w *bulkWorker) step(ctx context.Context) (did bool, err error) {
	var open []BulkRun
	if err := w.db.Read(ctx).Where("ended_at IS NULL").Order("id").Limit(mostOpenRuns).Find(&open).Error; err != nil {
		return false, fmt.Errorf("bulk runs: %w", err)
	}
	var errs []error
	for i := range open {
		some, err := w.advance(ctx, &open[i])
		did, errs = did || some, append(errs, err)
	}
	return did, errors.Join(errs...)
}

// advance does the next orders of a run. At the end of a pass it ends the run, if nothing is left for another.
func (w *bulkWorker) advance(ctx context.Context, run *BulkRun) (did bool, err error) {
	for range bulkBatch {
		order, settled, err := w.next(ctx, run, w.after[run.ID])
		if err != nil {
			return did, err
		}
		if order == 0 {
			delete(w.after, run.ID)
			return did, w.end(ctx, run.ID)
		}
		w.after[run.ID], did = order, did || settled
	}
	return true, nil
}

// next does the next order of a run after one, in a transaction of its own. One that is in somebody's hands is left for
// another pass; what goes wrong inside is told in its row and in the log, and keeps no other order waiting.
func (w *bulkWorker) next(ctx context.Context, run *BulkRun, after int64) (order int64, settled bool, err error) {
	err = w.db.Tx(ctx, func(tx *db.Tx) error {
		var waiting []bulkOrder
		err := tx.Clauses(db.LockSkip()).Where("run_id = ? AND outcome = ? AND order_id > ?", run.ID, Pending, after).
			Order("order_id").Limit(1).Find(&waiting).Error
		order = 0
		if err != nil || len(waiting) == 0 {
			return err
		}
		order = waiting[0].OrderID
		became, err := run.guardedMove(tx.As(run.as(order)), order, w.rules)
		if err != nil {
			return err
		}
		return waiting[0].settle(tx, became)
	})
	switch {
	case err == nil:
		return order, order != 0, nil
	case order == 0 || ctx.Err() != nil:
		return 0, false, err
	case fault.Of(err).Kind == fault.Unavailable:
		return order, false, nil
	}
	w.log.Error("bulk run", "run", run.ID, "order", order, "error", err)
	return order, true, w.giveUp(ctx, run.ID, order)
}

// became is what an order came to, and why.
type became struct {
	outcome Outcome
	code    string
	args    fault.Args
}

// giveUp tells of an order that something went wrong inside.
func (w *bulkWorker) giveUp(ctx context.Context, run, order int64) error {
	return w.db.Tx(ctx, func(tx *db.Tx) error {
		row := bulkOrder{RunID: run, OrderID: order}
		return row.settle(tx, became{outcome: Failed, code: "INTERNAL"})
	})
}

// settle writes what became of an order, unless that is written already.
func (o *bulkOrder) settle(tx *db.Tx, became became) error {
	args, err := json.Marshal(became.args, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("a reason: %w", err)
	}
	if became.args == nil {
		args = []byte("{}")
	}
	result := tx.Model(&bulkOrder{}).Where("run_id = ? AND order_id = ? AND outcome = ?", o.RunID, o.OrderID, Pending).
		Updates(map[string]any{"outcome": became.outcome, "code": became.code, "args": string(args), "done_at": tx.Now})
	if result.Error != nil {
		return fmt.Errorf("order %d in bulk run %d: %w", o.OrderID, o.RunID, result.Error)
	}
	return nil
}

// guardedMove is move, whose panic is an error like any other: nobody else would catch it here.
func (r *BulkRun) guardedMove(tx *db.Tx, id int64, rules Rules) (became became, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("panic: %v\n%s", reason, debug.Stack())
		}
	}()
	return r.move(tx, id, rules)
}

// ruledOut are the kinds of faults by which a rule is against a move.
var ruledOut = []fault.Kind{fault.NotFound, fault.Conflict}

// move makes the run's move of one order, unless it is so already or a rule is against it.
func (r *BulkRun) move(tx *db.Tx, id int64, rules Rules) (became, error) {
	o, err := lockOrder(tx, id)
	if err == nil && r.Action == Undo {
		err = readLast(tx.DB, o)
	}
	if err != nil {
		return ruledOutBy(err)
	}
	if code := r.already(o); code != "" {
		return became{outcome: Skipped, code: code}, nil
	}
	to, reason := r.decide(o, tx, rules)
	if reason != nil {
		return became{outcome: Failed, code: reason.Code, args: reason.Args}, nil
	}
	if err := o.apply(tx, r.Action, to, r.why()); err != nil {
		return ruledOutBy(err)
	}
	return became{outcome: Done}, nil
}

// already is the code of why there is nothing to do; "" where there is.
func (r *BulkRun) already(o *Order) string {
	switch {
	case r.Action == Undo && isUndone(o.last):
		return nothingToUndo
	case r.Action != Undo && done(o, r.Action):
		return standing[o.Status]
	}
	return ""
}

// decide is the decision on one order. What a run undoes is what the other run did and nothing else, and it is in time
// when the run was begun in time.
func (r *BulkRun) decide(o *Order, tx *db.Tx, rules Rules) (Status, *fault.Field) {
	if r.Action != Undo {
		return decide(o, r.Action, asking{at: tx.Now}, rules)
	}
	if o.bulk == nil || o.bulk.ID != *r.Undoes {
		return "", &fault.Field{Field: "status", Code: "UNDO_FOLLOWED"}
	}
	return decide(o, Undo, asking{r.CreatedAt, r.Actor}, rules)
}

// ruledOutBy is what an order came to whose move was refused before anything was written; any other error stays one.
func ruledOutBy(err error) (became, error) {
	f := fault.Of(err)
	if !slices.Contains(ruledOut, f.Kind) {
		return became{}, err
	}
	failed := became{outcome: Failed, code: f.Code, args: f.Args}
	if len(f.Fields) > 0 {
		failed.args = f.Fields[0].Args
	}
	return failed, nil
}

// end ends a run that has no order left to do, and counts what became of them.
func (w *bulkWorker) end(ctx context.Context, id int64) error {
	return w.db.Tx(ctx, func(tx *db.Tx) error {
		var found []BulkRun
		if err := tx.Clauses(db.LockSkip()).Where("id = ? AND ended_at IS NULL", id).Limit(1).Find(&found).Error; err != nil || len(found) == 0 {
			return err
		}
		counts, err := outcomesOf(tx.DB, id)
		if err != nil || counts[Pending] > 0 {
			return err
		}
		return found[0].end(tx, counts)
	})
}

func (r *BulkRun) end(tx *db.Tx, counts map[Outcome]int64) error {
	worth := "SELECT COALESCE(SUM(o.total_cents), 0) FROM bulk_run_orders b JOIN orders o ON o.id = b.order_id WHERE b.run_id = ? AND b.outcome = ?"
	if err := tx.Raw(worth, r.ID, Done).Find(&r.DoneCents).Error; err != nil {
		return fmt.Errorf("bulk run %d: %w", r.ID, err)
	}
	columns := map[string]any{
		"ended_at": tx.Now, "done_orders": counts[Done], "skipped_orders": counts[Skipped], "failed_orders": counts[Failed], "done_cents": r.DoneCents,
	}
	changes := db.Changes{}
	for column, value := range columns {
		changes[column] = db.Change{New: value}
	}
	version := r.Version + 1
	columns["version"], columns["updated_at"] = version, tx.Now
	if err := tx.Model(r).UpdateColumns(columns).Error; err != nil {
		return fmt.Errorf("end bulk run %d: %w", r.ID, err)
	}
	by := db.Call{Actor: r.Actor, ActorName: r.ActorName, Channel: r.Channel, RequestID: r.RequestID}
	return tx.Record(db.Event{EntityType: "bulk_run", EntityID: r.ID, EntityVersion: version, Action: "ended", Changes: changes, By: &by})
}
