package orders

import (
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"b2b.example/crud"
	"b2b.example/db"
	"b2b.example/kit/i18n"
)

// Summary is an order as a list shows it. Times are UTC, money is whole cents.
type Summary struct {
	ID           int64        `json:"id"`
	Status       Status       `json:"status" enum:"CREATED,CONFIRMED,CANCELED"`
	CustomerID   int64        `json:"customer_id"`
	Customer     CustomerView `json:"customer"`
	Reference    string       `json:"reference"`
	Note         string       `json:"note"`
	Units        int64        `json:"units"`
	TotalCents   int64        `json:"total_cents"`
	CancelReason *string      `json:"cancel_reason"`
	CancelNote   string       `json:"cancel_note"`
	ConfirmedAt  *time.Time   `json:"confirmed_at"`
	CanceledAt   *time.Time   `json:"canceled_at"`
	Version      int64        `json:"version"`
	CreatedAt    time.Time    `json:"created_at"`
	UpdatedAt    time.Time    `json:"updated_at"`
}

// CustomerView is the customer as it was when the order was placed.
type CustomerView struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	Phone string `json:"phone"`
	TaxID string `json:"tax_id"`
}

// View is one order: with its lines, and with what can be done to it now.
type View struct {
	Summary        `json:",inline"`
	Items          []Item    `json:"items"`
	AllowedActions []Action  `json:"allowed_actions" enum:"confirm,cancel"`
	BlockedActions []Blocked `json:"blocked_actions"`
}

// Blocked is an action that is not allowed now, and why.
type Blocked struct {
	Action Action `json:"action" enum:"confirm,cancel"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

func summaryOf(o *Order) Summary {
	return Summary{
		ID: o.ID, Status: o.Status, CustomerID: o.CustomerID,
		Customer:  CustomerView{Name: o.CustomerName, Email: o.CustomerEmail, Phone: o.CustomerPhone, TaxID: o.CustomerTaxID},
		Reference: o.Reference, Note: o.Note, Units: o.Units, TotalCents: o.TotalCents,
		CancelReason: o.CancelReason, CancelNote: o.CancelNote, ConfirmedAt: o.ConfirmedAt, CanceledAt: o.CanceledAt,
		Version: o.Version, CreatedAt: o.CreatedAt, UpdatedAt: o.UpdatedAt,
	}
}

// viewOf is an order with the actions that this moment allows; the reasons of the others are in the reader's language.
func viewOf(o *Order, at time.Time, rules Rules, language string) View {
	v := View{Summary: summaryOf(o), Items: o.Items, AllowedActions: []Action{}, BlockedActions: []Blocked{}}
	for _, action := range []Action{Confirm, Cancel} {
		_, reason := decide(o, action, at, rules)
		if reason == nil {
			v.AllowedActions = append(v.AllowedActions, action)
			continue
		}
		v.BlockedActions = append(v.BlockedActions, Blocked{
			Action: action, Code: reason.Code, Detail: i18n.Text(language, "field."+reason.Code, reason.Args),
		})
	}
	return v
}

// current is an order as a refusal for its version shows it.
func current(o *Order) []byte {
	body, err := encode(summaryOf(o))
	if err != nil {
		return []byte("null")
	}
	return body
}

// encode writes times as the rest of the API has them, in UTC with all their microseconds.
func encode(v any) ([]byte, error) {
	return json.Marshal(v, json.WithMarshalers(json.MarshalToFunc(func(e *jsontext.Encoder, t time.Time) error {
		return e.WriteToken(jsontext.String(t.UTC().Format(crud.TimeFormat)))
	})))
}

// answerOf is an order as the answer of a write, ready to be stored with it.
func answerOf(o *Order, status int, at time.Time, rules Rules, language string) (db.Answer, error) {
	body, err := encode(viewOf(o, at, rules, language))
	return db.Answer{
		Status: status, ContentType: "application/json", ETag: crud.ETag(o.Version), Location: location(o.ID), Body: body,
		TargetType: "order", TargetID: o.ID,
	}, err
}

func location(id int64) string { return "/orders/" + strconv.FormatInt(id, 10) }
