package orders

import (
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

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
