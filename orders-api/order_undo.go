package orders

import (
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"
	"gorm.io/gorm"

	"b2b.example/crud/writes"
	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/kit/fault"
)

// undoings names the event that tells of a move's undoing, by the event of the move.
var undoings = map[string]string{"confirmed": "confirmation_undone", "canceled": "cancellation_undone"}

// undo takes an order's last move back, in the name of who made it. A canceled order takes its stock again, if it is still
// there. What has been undone already stays as it is.
func (rules Rules) undo(tx *db.Tx, id int64, match writes.Match, by string) (*Order, error) {
	o, err := lockForMove(tx, id, match)
	if err != nil {
		return nil, err
	}
	if err := readLast(tx.DB, o); err != nil || isUndone(o.last) {
		return o, err
	}
	to, reason := decide(o, Undo, asking{at: tx.Now, by: by}, rules)
	if reason != nil {
		return nil, refusal(Undo, reason)
	}
	if err := o.apply(tx, Undo, to, Cancellation{}); err != nil {
		return nil, err
	}
	return o, nil
}

// takeBack takes the last move of a locked order back.
func (o *Order) takeBack(tx *db.Tx, to Status) error {
	if o.Status == Confirmed {
		return o.change(tx, undoings["confirmed"], func() { o.Status, o.ConfirmedAt = to, nil })
	}
	if err := takeAgain(tx, o); err != nil {
		return err
	}
	return o.change(tx, undoings["canceled"], func() {
		o.Status, o.CanceledAt, o.CancelReason, o.CancelNote = to, nil, nil, ""
	})
}

// notUndoable says why an order's last move can't be undone: it is too long ago, something has followed it, or another
// made it.
func notUndoable(o *Order, now asking, rules Rules) *fault.Field {
	end := o.undoEnd(now.at, rules)
	switch {
	case !now.at.Before(end):
		return &fault.Field{Field: "status", Code: "UNDO_WINDOW_PASSED", Args: fault.Args{"passed_at": end.Format(time.RFC3339)}}
	case o.last == nil || isUndone(o.last):
		return &fault.Field{Field: "status", Code: nothingToUndo}
	case undoings[o.last.Action] == "":
		return &fault.Field{Field: "status", Code: "UNDO_FOLLOWED"}
	case o.last.Actor != now.by:
		return &fault.Field{Field: "status", Code: "UNDO_NOT_YOURS"}
	}
	return nil
}

// nothingToUndo is the code of an order that has made no move yet, or whose last has been undone.
const nothingToUndo = "NOTHING_TO_UNDO"

// movedAt is when an order came to be as it is; it is not asked of one that was only placed.
func (o *Order) movedAt() *time.Time {
	if o.Status == Canceled {
		return o.CanceledAt
	}
	return o.ConfirmedAt
}

// undoEnd is until when its last move can be undone. What a bulk run has done can be as long as if all of it had been done
// when the run ended; while it goes on, that is still to come.
func (o *Order) undoEnd(now time.Time, rules Rules) time.Time {
	from := *o.movedAt()
	if o.bulk != nil && o.bulk.EndedAt == nil {
		from = now
	} else if o.bulk != nil {
		from = *o.bulk.EndedAt
	}
	return from.Add(rules.UndoWindow)
}

// isUndone says whether an event tells of an undoing; nil is none.
func isUndone(e *db.EventRow) bool {
	return e != nil && (e.Action == undoings["confirmed"] || e.Action == undoings["canceled"])
}

// recall reads what undoing depends on: the last event of an order that has moved.
func recall(q *gorm.DB, o *Order) error {
	if o.last != nil || o.Status == Created {
		return nil
	}
	return readLast(q, o)
}

// readLast reads the event of an order's last change, and the bulk run that made that, if one did.
func readLast(q *gorm.DB, o *Order) error {
	var last []db.EventRow
	err := q.Select("action", "actor", "idempotency_caller", "idempotency_key").
		Where("entity_type = ? AND entity_id = ? AND entity_version = ?", "order", o.ID, o.Version).Limit(1).Find(&last).Error
	if err != nil {
		return fmt.Errorf("last event of order %d: %w", o.ID, err)
	}
	if len(last) == 0 {
		return nil
	}
	o.last = &last[0]
	return readBulk(q, o)
}

// readBulk reads the bulk run that made the order's last change, as its event tells.
func readBulk(q *gorm.DB, o *Order) error {
	id := runOf(o.last)
	if id == 0 {
		return nil
	}
	var found []BulkRun
	if err := q.Select("id", "ended_at").Where("id = ?", id).Limit(1).Find(&found).Error; err != nil {
		return fmt.Errorf("the run of order %d: %w", o.ID, err)
	}
	if len(found) > 0 {
		o.bulk = &found[0]
	}
	return nil
}

// mover is whose moves the one who asks may undo; "" for a service, which may undo none.
func mover(c *fiber.Ctx) string {
	if who := kit.Who(c); who.Operator != 0 {
		return who.Caller()
	}
	return ""
}
