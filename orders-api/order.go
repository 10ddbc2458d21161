package orders

import (
	"fmt"
	"time"
	"unicode/utf8"

	"b2b.example/crud/writes"
	"b2b.example/db"
	"b2b.example/kit/fault"
)

// Status is where an order stands.
type Status string

// The statuses of an order's life.
const (
	Created   Status = "CREATED"
	Confirmed Status = "CONFIRMED"
	Canceled  Status = "CANCELED"
)

// Expired is the cancel reason of an order that nobody confirmed in time.
const Expired = "EXPIRED"

// Order is a customer's order. The customer's details are those of the moment it was placed; lines and prices never
// change after that.
type Order struct {
	db.Entity
	CustomerID       int64
	CustomerName     string
	CustomerNameKey  string // folded, for search; so are the other keys
	CustomerEmail    string
	CustomerEmailKey string
	CustomerPhone    string
	CustomerTaxID    string
	Reference        string // the customer's own order number
	ReferenceKey     string
	Status           Status
	Units            int64
	TotalCents       int64
	Note             string
	CancelReason     *string
	CancelNote       string
	ConfirmedAt      *time.Time
	CanceledAt       *time.Time
	Items            []Item `gorm:"-"`

	placedBy *db.Call     // known only while it is being placed
	last     *db.EventRow // of its last change, as far as undoing depends on it; nil: not read
	bulk     *BulkRun     // that made its last change; nil: none did, or last was not read
}

// Item is one line of an order: a product as it was, and how much of it.
type Item struct {
	OrderID        int64  `gorm:"primaryKey;autoIncrement:false" json:"-"`
	ProductID      int64  `gorm:"primaryKey;autoIncrement:false" json:"product_id"`
	Line           int64  `json:"-"` // from 1, in the order of the request
	SKU            string `json:"sku"`
	Name           string `json:"name"`
	Qty            int64  `json:"qty"`
	UnitPriceCents int64  `json:"unit_price_cents"`
	SubtotalCents  int64  `json:"subtotal_cents"`
}

// TableName is part of GORM's conventions.
func (Item) TableName() string { return "order_items" }

// Rules are the settings that an order's moves depend on.
type Rules struct {
	CancelWindow time.Duration // how long a confirmed order may still be cancelled
	UndoWindow   time.Duration // how long its last move may be undone by who made it
	OrderTTL     time.Duration // how long an order may wait for its confirmation; 0: for ever
}

// Action is what can be asked of an order.
type Action string

// The actions.
const (
	Confirm Action = "confirm"
	Cancel  Action = "cancel"
	Undo    Action = "undo"
)

// actions are all of them, in the order in which they are offered.
var actions = []Action{Confirm, Cancel, Undo}

// move is one arrow of an order's life. of says which orders can go it, nil: all; unless gives the reason that forbids it
// just now, or nil.
type move struct {
	action   Action
	from, to Status
	of       func(o *Order) bool
	unless   func(o *Order, now asking, rules Rules) *fault.Field
}

// asking is when something is asked of an order, and by whom: "operator:7". Only undoing depends on that.
type asking struct {
	at time.Time
	by string
}

// moves are all that can happen to an order. The API's allowed and blocked actions, the buttons and the refusals read
// this table.
var moves = []move{
	{action: Confirm, from: Created, to: Confirmed},
	{action: Cancel, from: Created, to: Canceled},
	{action: Cancel, from: Confirmed, to: Canceled, unless: cancelWindowPassed},
	{action: Undo, from: Confirmed, to: Created, unless: notUndoable},
	{action: Undo, from: Canceled, to: Created, of: neverConfirmed, unless: notUndoable},
	{action: Undo, from: Canceled, to: Confirmed, of: wasConfirmed, unless: notUndoable},
}

// refusals are the codes of an action that no arrow allows.
var refusals = map[Action]string{Confirm: "ORDER_NOT_CONFIRMABLE", Cancel: "ORDER_NOT_CANCELABLE", Undo: "ORDER_NOT_UNDOABLE"}

func wasConfirmed(o *Order) bool { return o.ConfirmedAt != nil }

func neverConfirmed(o *Order) bool { return o.ConfirmedAt == nil }

func cancelWindowPassed(o *Order, now asking, rules Rules) *fault.Field {
	end := o.ConfirmedAt.Add(rules.CancelWindow)
	if !now.at.After(end) {
		return nil
	}
	return &fault.Field{Field: "status", Code: "CANCEL_WINDOW_PASSED", Args: fault.Args{"passed_at": end.Format(time.RFC3339)}}
}

// standing is the reason that an order's status by itself is against an action.
var standing = map[Status]string{Created: "ORDER_IS_CREATED", Confirmed: "ORDER_IS_CONFIRMED", Canceled: "ORDER_IS_CANCELED"}

// decide says where an action leads at this moment, or the reason why it leads nowhere.
func decide(o *Order, action Action, now asking, rules Rules) (to Status, reason *fault.Field) {
	reason = &fault.Field{Field: "status", Code: standing[o.Status]}
	if action == Undo {
		reason.Code = nothingToUndo
	}
	for _, m := range moves {
		if m.action != action || m.from != o.Status || m.of != nil && !m.of(o) {
			continue
		}
		if m.unless == nil {
			return m.to, nil
		}
		if reason = m.unless(o, now, rules); reason == nil {
			return m.to, nil
		}
	}
	return "", reason
}

// done says whether an order already is what the action would make of it. Asking for that again is no mistake.
func done(o *Order, action Action) bool {
	for _, m := range moves {
		if m.action == action && m.to == o.Status {
			return true
		}
	}
	return false
}

// refusal is the fault of an action that is not allowed now.
func refusal(action Action, reason *fault.Field) error {
	f := fault.New(fault.Conflict, refusals[action])
	f.Fields = []fault.Field{*reason}
	for name, value := range reason.Args {
		f = f.Member(name, value)
	}
	return f.Member("reason", reason.Code)
}

// Cancellation is why an order is cancelled.
type Cancellation struct {
	Reason string
	Note   string
}

// confirm makes the order CONFIRMED; one that is already stays as it is.
func (rules Rules) confirm(tx *db.Tx, id int64, match writes.Match) (*Order, error) {
	o, err := lockForMove(tx, id, match)
	if err != nil || done(o, Confirm) {
		return o, err
	}
	to, reason := decide(o, Confirm, asking{at: tx.Now}, rules)
	if reason != nil {
		return nil, refusal(Confirm, reason)
	}
	return o, o.apply(tx, Confirm, to, Cancellation{})
}

// cancel makes the order CANCELED and gives its stock back, exactly once; one that is already stays as it is.
func (rules Rules) cancel(tx *db.Tx, id int64, match writes.Match, why Cancellation) (*Order, error) {
	o, err := lockForMove(tx, id, match)
	if err != nil || done(o, Cancel) {
		return o, err
	}
	to, reason := decide(o, Cancel, asking{at: tx.Now}, rules)
	if reason != nil {
		return nil, refusal(Cancel, reason)
	}
	return o, o.apply(tx, Cancel, to, why)
}

// apply makes a move that was decided on.
func (o *Order) apply(tx *db.Tx, action Action, to Status, why Cancellation) error {
	switch action {
	case Confirm:
		return o.change(tx, "confirmed", func() { o.Status, o.ConfirmedAt = to, &tx.Now })
	case Cancel:
		return o.cancel(tx, to, why)
	default:
		return o.takeBack(tx, to)
	}
}

func (o *Order) cancel(tx *db.Tx, to Status, why Cancellation) error {
	if err := giveBack(tx, o); err != nil {
		return err
	}
	return o.change(tx, "canceled", func() {
		o.Status, o.CanceledAt, o.CancelReason, o.CancelNote = to, &tx.Now, &why.Reason, why.Note
	})
}

// annotate changes the order's note, which is all of an order that can be edited.
func annotate(tx *db.Tx, id int64, match writes.Match, note *string) (*Order, error) {
	o, err := lockOrder(tx, id)
	if err != nil {
		return nil, err
	}
	if err := match.Refusal(o.Version, func() []byte { return current(o) }); err != nil || note == nil {
		return o, err
	}
	return o, o.annotate(tx, *note)
}

// annotate changes a locked order's note.
func (o *Order) annotate(tx *db.Tx, note string) error {
	if note == o.Note {
		return nil
	}
	if utf8.RuneCountInString(note) > maxNote {
		return invalid([]fault.Field{{Field: "note", Code: "TOO_LONG", Args: fault.Args{"max": maxNote}}})
	}
	return o.change(tx, "updated", func() { o.Note = note })
}

// change edits a locked order and writes what the edit changed of it, its next version and its event.
func (o *Order) change(tx *db.Tx, action string, edit func()) error {
	before := o.columns()
	edit()
	changes, columns := db.Changes{}, o.columns()
	for column, value := range columns {
		if value == before[column] {
			delete(columns, column)
			continue
		}
		changes[column] = db.Change{Old: before[column], New: value}
	}
	o.Version, o.UpdatedAt = o.Version+1, tx.Now
	columns["version"], columns["updated_at"] = o.Version, o.UpdatedAt
	result := tx.Model(&Order{}).Where("id = ?", o.ID).Updates(columns)
	if result.Error != nil {
		return fmt.Errorf("order %d: %w", o.ID, result.Error)
	}
	if result.RowsAffected != 1 {
		return fmt.Errorf("order %d: %d rows were %s", o.ID, result.RowsAffected, action)
	}
	o.last = &db.EventRow{Action: action, Actor: tx.Actor()}
	return tx.Record(db.Event{EntityType: "order", EntityID: o.ID, EntityVersion: o.Version, Action: action, Changes: changes})
}

// columns are those of an order that can change after it was placed.
func (o *Order) columns() map[string]any {
	return map[string]any{
		"status": o.Status, "note": o.Note, "confirmed_at": valueOf(o.ConfirmedAt), "canceled_at": valueOf(o.CanceledAt),
		"cancel_reason": valueOf(o.CancelReason), "cancel_note": o.CancelNote,
	}
}

// valueOf is what a pointer points to, so that it can be compared; nil for none.
func valueOf[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

// lockForMove locks an order. A version that the request names must be the present one; it need not name any.
func lockForMove(tx *db.Tx, id int64, match writes.Match) (*Order, error) {
	o, err := lockOrder(tx, id)
	if err != nil || match.Tag() == "" {
		return o, err
	}
	return o, match.Refusal(o.Version, func() []byte { return current(o) })
}

func lockOrder(tx *db.Tx, id int64) (*Order, error) {
	return readOrder(tx.Clauses(db.Lock()), tx.DB, id)
}
