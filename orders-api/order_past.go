package orders

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"b2b.example/db"
)

// toldOrder is what the events of an order tell of it.
type toldOrder struct {
	CustomerID    int64      `json:"customer_id"`
	CustomerName  string     `json:"customer_name"`
	CustomerEmail string     `json:"customer_email"`
	CustomerPhone string     `json:"customer_phone"`
	CustomerTaxID string     `json:"customer_tax_id"`
	Reference     string     `json:"reference"`
	Status        Status     `json:"status"`
	Units         int64      `json:"units"`
	TotalCents    int64      `json:"total_cents"`
	Note          string     `json:"note"`
	CancelReason  *string    `json:"cancel_reason"`
	CancelNote    string     `json:"cancel_note"`
	ConfirmedAt   *time.Time `json:"confirmed_at"`
	CanceledAt    *time.Time `json:"canceled_at"`
	Items         []Item     `json:"items"`
}

// rebuild makes an order as its past tells it.
func rebuild(p *db.Past) (*Order, error) {
	var t toldOrder
	told, err := json.Marshal(p.Fields)
	if err == nil {
		err = json.Unmarshal(told, &t)
	}
	if err != nil {
		return nil, fmt.Errorf("the events of order %d: %w", p.ID, err)
	}
	return &Order{
		Entity: p.Entity, CustomerID: t.CustomerID, CustomerName: t.CustomerName, CustomerEmail: t.CustomerEmail,
		CustomerPhone: t.CustomerPhone, CustomerTaxID: t.CustomerTaxID, Reference: t.Reference, Status: t.Status, Units: t.Units,
		TotalCents: t.TotalCents, Note: t.Note, CancelReason: t.CancelReason, CancelNote: t.CancelNote,
		ConfirmedAt: t.ConfirmedAt, CanceledAt: t.CanceledAt, Items: t.Items,
	}, nil
}

// retold finds the orders that are not what their events tell, and the moves that there are not.
func retold(s *db.Slice) error {
	present, err := within(s)
	if err != nil {
		return err
	}
	moved := func(p *db.Past, e *db.EventRow, told map[string]db.Told) {
		to, moved := told["status"]
		if from := statusOf(p.Fields["status"]); moved && !isMove(from, statusOf(to.New)) {
			s.Found("order", e.EntityID, fmt.Sprintf("event %d moved it from %q to %q", e.ID, from, statusOf(to.New)))
		}
	}
	return s.Replays("order", moved, func(p *db.Past) error {
		now := present[p.ID]
		if now == nil || p.Gaps || p.Version != now.Version {
			return nil // what has no row, or not just its events, is found by counting them
		}
		differ, err := differences(p, now)
		if len(differ) > 0 {
			s.Found("order", p.ID, "its events tell another "+strings.Join(differ, ", "))
		}
		return err
	})
}

func statusOf(told jsontext.Value) Status { return Status(strings.Trim(string(told), `"`)) }

// isMove says whether an order can go from one status to another; from none, it is placed.
func isMove(from, to Status) bool {
	if from == "" {
		return to == Created
	}
	return slices.ContainsFunc(moves, func(m move) bool { return m.from == from && m.to == to })
}

// within reads the orders of a slice with their items, by their ids.
func within(s *db.Slice) (map[int64]*Order, error) {
	rows, err := s.Table("orders").Where("id BETWEEN ? AND ?", s.First, s.Last).Select("id", "customer_id", "customer_name",
		"customer_email", "customer_phone", "customer_tax_id", "reference", "status", "units", "total_cents", "note", "cancel_reason",
		"cancel_note", "version", db.TimeText("confirmed_at"), db.TimeText("canceled_at"), db.TimeText("created_at"), db.TimeText("updated_at")).Rows()
	if err != nil {
		return nil, err
	}
	present := map[int64]*Order{}
	for rows.Next() {
		o := &Order{}
		var confirmed, canceled, created, updated db.Moment
		err := rows.Scan(&o.ID, &o.CustomerID, &o.CustomerName, &o.CustomerEmail, &o.CustomerPhone, &o.CustomerTaxID, &o.Reference,
			&o.Status, &o.Units, &o.TotalCents, &o.Note, &o.CancelReason, &o.CancelNote, &o.Version, &confirmed, &canceled, &created, &updated)
		if err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		o.ConfirmedAt, o.CanceledAt, o.CreatedAt, o.UpdatedAt = confirmed.OrNil(), canceled.OrNil(), created.Time, updated.Time
		present[o.ID] = o
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	return present, withItems(s, present)
}

// withItems reads the items of a slice's orders.
func withItems(s *db.Slice, present map[int64]*Order) error {
	rows, err := s.Table("order_items").Where("order_id BETWEEN ? AND ?", s.First, s.Last).Order("order_id, line").
		Select("order_id", "product_id", "sku", "name", "qty", "unit_price_cents", "subtotal_cents").Rows()
	if err != nil {
		return err
	}
	for rows.Next() {
		var id int64
		var item Item // without the members that no event tells
		err := rows.Scan(&id, &item.ProductID, &item.SKU, &item.Name, &item.Qty, &item.UnitPriceCents, &item.SubtotalCents)
		if err != nil {
			return errors.Join(err, rows.Close())
		}
		if o := present[id]; o != nil {
			o.Items = append(o.Items, item)
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

// differences are the members of an order that its past tells otherwise.
func differences(p *db.Past, now *Order) ([]string, error) {
	if p.Tells(now.placed()) && p.Tells(now.columns()) && now.CreatedAt.Equal(p.CreatedAt) && now.UpdatedAt.Equal(p.UpdatedAt) {
		return nil, nil // so it is of almost all
	}
	then, err := rebuild(p)
	if err != nil {
		return nil, err
	}
	was, err := encode(OrderDetails{OrderSummary: summaryOf(then), Items: then.Items})
	if err != nil {
		return nil, err
	}
	is, err := encode(OrderDetails{OrderSummary: summaryOf(now), Items: now.Items})
	if err != nil {
		return nil, err
	}
	return db.Differences(was, is)
}
