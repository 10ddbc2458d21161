package orders

import (
	"net/http"
	"strconv"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"b2b.example/crud"
	"b2b.example/crud/lists"
	"b2b.example/crud/writes"
	"b2b.example/db"
	"b2b.example/kit/i18n"
)

// OrderSummary is an order as a list shows it. Times are UTC, money is whole cents.
type OrderSummary struct {
	ID           int64            `json:"id"`
	Status       Status           `json:"status" validate:"oneof=CREATED CONFIRMED CANCELED"`
	CustomerID   int64            `json:"customer_id"`
	Customer     CustomerSnapshot `json:"customer"`
	Reference    string           `json:"reference"`
	Note         string           `json:"note"`
	Units        int64            `json:"units"`
	TotalCents   int64            `json:"total_cents"`
	CancelReason *string          `json:"cancel_reason"`
	CancelNote   string           `json:"cancel_note"`
	ConfirmedAt  *time.Time       `json:"confirmed_at"`
	CanceledAt   *time.Time       `json:"canceled_at"`
	Version      int64            `json:"version"`
	CreatedAt    time.Time        `json:"created_at"`
	UpdatedAt    time.Time        `json:"updated_at"`
}

// CustomerSnapshot is the customer as it was when the order was placed.
type CustomerSnapshot struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	Phone string `json:"phone"`
	TaxID string `json:"tax_id"`
}

// OrderDetails is one order: with its lines, and with what can be done to it now.
type OrderDetails struct {
	OrderSummary
	Items          []Item          `json:"items"`
	AllowedActions []Action        `json:"allowed_actions" validate:"dive,oneof=confirm cancel undo"`
	BlockedActions []BlockedAction `json:"blocked_actions"`
}

// BlockedAction is an action that is not allowed now, and why.
type BlockedAction struct {
	Action Action `json:"action" validate:"oneof=confirm cancel undo"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

func summaryOf(o *Order) OrderSummary {
	return OrderSummary{
		ID: o.ID, Status: o.Status, CustomerID: o.CustomerID,
		Customer:  CustomerSnapshot{Name: o.CustomerName, Email: o.CustomerEmail, Phone: o.CustomerPhone, TaxID: o.CustomerTaxID},
		Reference: o.Reference, Note: o.Note, Units: o.Units, TotalCents: o.TotalCents,
		CancelReason: o.CancelReason, CancelNote: o.CancelNote, ConfirmedAt: o.ConfirmedAt, CanceledAt: o.CanceledAt,
		Version: o.Version, CreatedAt: o.CreatedAt, UpdatedAt: o.UpdatedAt,
	}
}

// viewOf is an order with the actions that this moment allows; the reasons of the others are in the reader's language.
func viewOf(o *Order, now asking, rules Rules, language string) OrderDetails {
	v := OrderDetails{OrderSummary: summaryOf(o), Items: o.Items, AllowedActions: []Action{}, BlockedActions: []BlockedAction{}}
	for _, action := range actions {
		_, reason := decide(o, action, now, rules)
		if reason == nil {
			v.AllowedActions = append(v.AllowedActions, action)
			continue
		}
		v.BlockedActions = append(v.BlockedActions, BlockedAction{
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
func answerOf(o *Order, status int, now asking, rules Rules, language string) (db.Answer, error) {
	body, err := encode(viewOf(o, now, rules, language))
	answer := db.Answer{
		Status: status, ContentType: "application/json", ETag: writes.ETag(o.Version), Body: body, TargetType: "order", TargetID: o.ID,
	}
	if status == http.StatusCreated {
		answer.Location = "/orders/" + strconv.FormatInt(o.ID, 10)
	}
	return answer, err
}

// listParameters are what the URL of the list of orders may have.
func listParameters() openapi3.Parameters {
	status := openapi3.NewStringSchema().WithEnum("CREATED", "CONFIRMED", "CANCELED")
	sort := openapi3.NewStringSchema().WithEnum("created_at", "-created_at", "total_cents", "-total_cents").WithDefault("-created_at")
	return append(openapi3.Parameters{
		lists.QueryParameter(byStatus, "Only those with this status.", status),
		lists.QueryParameter(byCustomer, "Only those of this customer.", openapi3.NewInt64Schema().WithMin(1)),
		lists.QueryParameter(byFrom, "Only those placed at this time or later.", openapi3.NewDateTimeSchema()),
		lists.QueryParameter(byTo, "Only those placed before this time.", openapi3.NewDateTimeSchema()),
		lists.QueryParameter(bySearch, "An order's number, or how its customer, e-mail, reference or a SKU begins.", openapi3.NewStringSchema()),
		lists.QueryParameter(bySort, "- is descending. By total only with a status or alone.", sort),
	}, append(filterParameters(), lists.PageParameters()...)...)
}

// noteSchema is a patch of an order: null clears its note.
func noteSchema() *openapi3.SchemaRef {
	note := openapi3.NewStringSchema().WithMaxLength(maxNote).WithTypes(openapi3.TypeString, openapi3.TypeNull)
	return openapi3.NewObjectSchema().WithProperty("note", note).WithoutAdditionalProperties().NewRef()
}
