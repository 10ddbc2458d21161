package orchestrator

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"b2b.example/kit"
	"b2b.example/kit/fault"
)

// OrderRequest is what a caller asks for.
type OrderRequest struct {
	CustomerID int64         `json:"customer_id" validate:"required,min=1"`
	Items      []RequestLine `json:"items" validate:"required,min=1,max=200,dive"`
	// IdempotencyKey is the caller's own name for this job: the same key is the same order, however often it is sent.
	IdempotencyKey string `json:"idempotency_key" validate:"required,max=255,printable"`
	// CorrelationID comes back in the answer, and follows the job through every service when it fits into a header.
	CorrelationID *string `json:"correlation_id" validate:"omitempty,max=128,printable"`
}

// RequestLine is one product and how many of it.
type RequestLine struct {
	ProductID int64 `json:"product_id" validate:"required,min=1"`
	Qty       int64 `json:"qty" validate:"required,min=1,max=1000000"`
}

// OrderAnswer is what a caller gets for a confirmed order. It is made from the order's own snapshot alone, so that every
// retry gets the same bytes, whatever has become of the customer since.
type OrderAnswer struct {
	Success       bool       `json:"success"`
	CorrelationID string     `json:"correlationId"` // as those who call this endpoint have always read it
	Data          AnswerData `json:"data"`
}

// AnswerData is the order with its customer.
type AnswerData struct {
	Customer AnswerCustomer `json:"customer"`
	Order    AnswerOrder    `json:"order"`
}

// AnswerCustomer is the customer as it was when the order was placed.
type AnswerCustomer struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
	Phone string `json:"phone"`
}

// AnswerOrder is the confirmed order.
type AnswerOrder struct {
	ID         int64        `json:"id"`
	Status     string       `json:"status"`
	TotalCents int64        `json:"total_cents"`
	Items      []AnswerLine `json:"items"`
}

// AnswerLine is one line as it was ordered.
type AnswerLine struct {
	ProductID      int64 `json:"product_id"`
	Qty            int64 `json:"qty"`
	UnitPriceCents int64 `json:"unit_price_cents"`
	SubtotalCents  int64 `json:"subtotal_cents"`
}

// order is what is read of an order of orders-api. All but its status is as it was when it was placed, and stays so.
type order struct {
	ID         int64          `json:"id"`
	Status     string         `json:"status"`
	CustomerID int64          `json:"customer_id"`
	Customer   AnswerCustomer `json:"customer"`
	TotalCents int64          `json:"total_cents"`
	Items      []AnswerLine   `json:"items"`
}

// The states of an order.
const (
	created   = "CREATED"
	confirmed = "CONFIRMED"
	canceled  = "CANCELED"
)

// job is one caller's request on its way through the steps.
type job struct {
	OrderRequest
	// name is the same for every retry of the job, and no other job's: the steps' keys are made from it.
	name string
	// dryRun jobs are decided, and nothing is changed.
	dryRun bool
}

// newJob names a job. The NUL ends the caller, which never holds one, so no two pairs of caller and key run together.
func newJob(in OrderRequest, caller string) job {
	sum := sha256.Sum256([]byte(caller + "\x00" + in.IdempotencyKey))
	return job{OrderRequest: in, name: hex.EncodeToString(sum[:])}
}

// flow does jobs. It keeps nothing: what has been done already is known to the two services alone, by the steps' keys.
// So any instance can finish what another began.
type flow struct {
	customers, orders *kit.Client
}

// createAndConfirm brings a job as far as it will go, and says where the order stands. Every step can be repeated: one
// that was done is answered again, not done again. Faults end the job, or say retry: true.
func (f *flow) createAndConfirm(ctx context.Context, j job) (order, error) {
	// 1. Validate the customer.
	if err := f.validateCustomer(ctx, j); err != nil {
		return order{}, err
	}
	// 2. Create the order.
	placed, err := f.create(ctx, j)
	if err != nil || placed.Status != created {
		return placed, err
	}
	if j.dryRun { // no rule is against confirming an order that has just been placed
		placed.Status = confirmed
		return placed, nil
	}
	// 3. Confirm it.
	return f.confirm(ctx, j, placed.ID)
}

// validateCustomer finds out early that customers-api is away. That there is no such customer ends nothing yet: this may
// be the retry of a job whose order was placed before the customer was deleted, and only create can tell.
func (f *flow) validateCustomer(ctx context.Context, j job) error {
	_, err := f.customers.Do(ctx, kit.Call{Path: "/internal/customers/" + id(j.CustomerID)})
	if err != nil && !fault.Is(err, "NOT_FOUND") {
		return tryAgain(err)
	}
	return nil
}

// placement is the body of the create step. A stored key knows its body, so it must never change for a job.
type placement struct {
	CustomerID int64         `json:"customer_id"`
	Items      []RequestLine `json:"items"`
}

// create places the order, or finds the one that was placed before: as it was then while the answer is stored, as it is
// now after that. A dry run asks orders-api for one, which has nothing to do with what was done under the step's key.
func (f *flow) create(ctx context.Context, j job) (order, error) {
	call := kit.Call{Method: http.MethodPost, Path: "/orders", Body: placement{CustomerID: j.CustomerID, Items: j.Items}}
	if j.dryRun {
		call.Query = url.Values{"dry_run": {"true"}}
	}
	placed, _, err := f.step(ctx, j, "create", call)
	if refusedForGood(err) {
		return order{}, err
	}
	return placed, tryAgain(err)
}

// confirm confirms the order. A stored answer tells of the past, so then the order is read: it may have been cancelled
// since.
func (f *flow) confirm(ctx context.Context, j job, orderID int64) (order, error) {
	now, replayed, err := f.step(ctx, j, "confirm", kit.Call{
		Method: http.MethodPost, Path: "/orders/" + id(orderID) + "/confirm",
	})
	switch {
	case fault.Is(err, "ORDER_NOT_CONFIRMABLE"):
		return f.cancel(ctx, j, orderID)
	case err != nil:
		return order{}, tryAgain(err)
	case replayed:
		now, _, err = f.read(ctx, orderID)
		return now, err
	}
	return now, nil
}

// cancellation is the body of the cancel step.
type cancellation struct {
	Reason string `json:"reason"`
	Note   string `json:"note"`
}

// cancel takes back an order that can't be confirmed, so that it holds no stock. Only the order that was looked at is
// cancelled: between the refusal and now, someone may have confirmed it after all.
func (f *flow) cancel(ctx context.Context, j job, orderID int64) (order, error) {
	now, version, err := f.read(ctx, orderID)
	if err != nil || now.Status != created {
		return now, err
	}
	now, _, err = f.step(ctx, j, "cancel", kit.Call{
		Method: http.MethodPost, Path: "/orders/" + id(orderID) + "/cancel", IfMatch: version,
		Body: cancellation{Reason: "OTHER", Note: "create-and-confirm-order: it could not be confirmed"},
	})
	return now, tryAgain(err)
}

// read answers an order as it is now, with its version as If-Match takes it.
func (f *flow) read(ctx context.Context, orderID int64) (now order, version string, err error) {
	reply, err := f.orders.Do(ctx, kit.Call{Path: "/orders/" + id(orderID)})
	if err != nil {
		return order{}, "", tryAgain(err)
	}
	now, err = orderIn(reply)
	return now, reply.Header.Get("ETag"), tryAgain(err)
}

// step makes one change under a key of its own.
func (f *flow) step(ctx context.Context, j job, name string, call kit.Call) (now order, replayed bool, err error) {
	call.Key = j.name + ":" + name
	reply, err := f.orders.Do(ctx, call)
	if err != nil {
		return order{}, false, err
	}
	now, err = orderIn(reply)
	return now, reply.Header.Get("Idempotent-Replayed") == "true", err
}

// orderIn reads an order. An answer that is none (a proxy's page, say) tells nothing about the job.
func orderIn(reply *kit.Reply) (order, error) {
	var o order
	if err := reply.JSON(&o); err != nil {
		return order{}, err
	}
	if o.ID == 0 || o.Status != created && o.Status != confirmed && o.Status != canceled {
		return order{}, errors.New("orders-api answered something that is no order")
	}
	return o, nil
}

// answer is the body for a confirmed order; for every other, the reason why it won't be confirmed.
func (o order) answer(correlationID string) (*OrderAnswer, error) {
	switch o.Status {
	case canceled:
		return nil, o.wontBe("ORDER_CANCELED")
	case created: // its confirmation was undone: whoever did that decides what comes next
		return nil, o.wontBe("ORDER_REOPENED")
	}
	customer := o.Customer
	customer.ID = o.CustomerID
	return &OrderAnswer{Success: true, CorrelationID: correlationID, Data: AnswerData{
		Customer: customer,
		Order:    AnswerOrder{ID: o.ID, Status: o.Status, TotalCents: o.TotalCents, Items: o.Items},
	}}, nil
}

func (o order) wontBe(code string) error {
	return fault.New(fault.Conflict, code).With("order", o.ID).Member("order_id", o.ID)
}

// refusedForGood says whether create will refuse every retry as well, until someone changes the request or the stock.
// All that is not the caller's to change (our credential, our address of orders-api) is no such refusal.
func refusedForGood(err error) bool {
	if err == nil || fault.Is(err, "IDEMPOTENCY_IN_PROGRESS") {
		return false
	}
	kind := fault.Of(err).Kind
	return kind == fault.Malformed || kind == fault.Conflict || kind == fault.Invalid
}

// tryAgain turns whatever stopped a job halfway into 503, or 504 where it took too long and the outcome is not known: a
// retry finishes the job. nil stays nil.
func tryAgain(err error) error {
	if err == nil {
		return nil
	}
	seen, answer := fault.Of(err), fault.New(fault.Unavailable, "ORDER_UNFINISHED")
	switch {
	case seen.Code == "CUSTOMERS_UNAVAILABLE":
		answer.Code = seen.Code
	case seen.Kind == fault.DeadlineExceeded || errors.Is(err, context.DeadlineExceeded):
		answer = fault.New(fault.DeadlineExceeded, "OUTCOME_UNKNOWN")
	}
	return answer.Retry(max(seen.RetryAfter, time.Second)).Because(err)
}

func id(n int64) string { return strconv.FormatInt(n, 10) }
