package orchestrator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The calls that the flow makes, as the fake tells them apart.
const (
	stepSession  = "session"
	stepCustomer = "customer"
	stepCreate   = "create"
	stepConfirm  = "confirm"
	stepCancel   = "cancel"
	stepRead     = "read"
)

// misbehaviour is what the fake does to one call.
type misbehaviour string

const (
	refused    misbehaviour = "refused"     // the connection is dropped before anything was done
	replyLost  misbehaviour = "reply lost"  // done, and the connection dropped before the reply
	busy       misbehaviour = "503"         // nothing was done
	late       misbehaviour = "late"        // done once the caller has given up waiting
	lateReply  misbehaviour = "late reply"  // done at once, replied once the caller has given up waiting
	inProgress misbehaviour = "in progress" // nothing was done: another request with the key is running
	broken     misbehaviour = "broken"      // a 200 that is no answer
	empty      misbehaviour = "empty"       // likewise
	overloaded misbehaviour = "429"
	internal   misbehaviour = "500"
	notOurs    misbehaviour = "401" // our own credential is not accepted
	notAllowed misbehaviour = "for good"
)

// always is a number of times that no test reaches.
const always = 1_000_000

// fakeOrder is an order as orders-api keeps it. Its customer is the snapshot.
type fakeOrder struct {
	ID         int64            `json:"id"`
	Status     string           `json:"status"`
	CustomerID int64            `json:"customer_id"`
	Customer   map[string]any   `json:"customer"`
	TotalCents int64            `json:"total_cents"`
	Items      []map[string]any `json:"items"`
	Version    int64            `json:"version"`
	confirmed  int
	canceled   int
	reason     string
}

type fakeAnswer struct {
	request string
	order   int64
	body    []byte // nil once it was swept
}

type recordedCall struct {
	step, key, method, path, body string
	header                        http.Header
}

// fake is customers-api and orders-api in memory, over real HTTP: as careful with keys as the real ones, and misbehaving
// on demand.
type fake struct {
	*httptest.Server
	mu        sync.Mutex
	customers map[int64]map[string]any
	roles     map[int64]string // by session, which is also the operator's id
	orders    map[int64]*fakeOrder
	answers   map[string]fakeAnswer
	stock     int64
	faults    map[string]misbehaviour
	left      map[string]int
	before    map[string]func(*fake) // run once, before the step is served
	calls     []recordedCall
}

const firstStock = 1000

func newFake(t *testing.T) *fake {
	f := &fake{
		customers: map[int64]map[string]any{1: {"id": 1, "name": "ACME", "email": "ops@acme.com", "phone": "+1 555 0100"}},
		roles:     map[int64]string{5: "viewer", 7: "operator", 8: "operator", 9: "manager"},
		orders:    map[int64]*fakeOrder{}, answers: map[string]fakeAnswer{}, stock: firstStock,
		faults: map[string]misbehaviour{}, left: map[string]int{}, before: map[string]func(*fake){},
	}
	f.Server = httptest.NewServer(f)
	t.Cleanup(func() {
		f.CloseClientConnections()
		f.Close()
	})
	return f
}

// misbehave makes the next calls of a step go wrong.
func (f *fake) misbehave(step string, what misbehaviour, times int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults[step], f.left[step] = what, times
}

// heal ends all misbehaviour.
func (f *fake) heal() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.faults)
	clear(f.left)
}

// meanwhile does something just before a step is served, once.
func (f *fake) meanwhile(step string, do func(*fake)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.before[step] = do
}

// sweep forgets the stored answers and keeps their keys, as orders-api does after a day.
func (f *fake) sweep() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for key, answer := range f.answers {
		answer.body = nil
		f.answers[key] = answer
	}
}

// setStatus is what an operator does elsewhere; the lock is held by who calls it, or not needed.
func (f *fake) setStatus(status string) {
	for _, order := range f.orders {
		order.Status = status
		order.Version++
	}
}

// made lists the calls of a step.
func (f *fake) made(step string) []recordedCall {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(f.calls), func(c recordedCall) bool { return c.step != step })
}

func (f *fake) snapshot() (stock int64, orders []fakeOrder) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(f.orders)) {
		orders = append(orders, *f.orders[id])
	}
	return f.stock, orders
}

// ServeHTTP misbehaves, or serves.
func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	step := stepOf(r)
	what := f.take(step, r, body)
	answer := httptest.NewRecorder()
	switch what {
	case refused:
		panic(http.ErrAbortHandler)
	case replyLost:
		f.serve(answer, r, step, body)
		panic(http.ErrAbortHandler)
	case late:
		awaitDeparture(r)
		f.serve(answer, r, step, body)
		panic(http.ErrAbortHandler)
	case lateReply:
		f.serve(answer, r, step, body)
		awaitDeparture(r)
		panic(http.ErrAbortHandler)
	case busy:
		problem(w, 503, "BUSY")
	case overloaded:
		problem(w, 429, "TOO_MANY_REQUESTS")
	case internal:
		problem(w, 500, "INTERNAL")
	case notOurs:
		problem(w, 401, "UNAUTHENTICATED")
	case inProgress:
		problem(w, 409, "IDEMPOTENCY_IN_PROGRESS")
	case notAllowed:
		problem(w, 409, "ORDER_NOT_CONFIRMABLE")
	case broken:
		_, _ = w.Write([]byte("<html>Welcome</html>"))
	case empty:
		reply(w, 200, struct{}{})
	default:
		f.serve(w, r, step, body)
	}
}

// awaitDeparture waits for the caller to give up.
func awaitDeparture(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-time.After(5 * time.Second):
	}
}

// take records a call, and says what goes wrong with it.
func (f *fake) take(step string, r *http.Request, body []byte) misbehaviour {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, recordedCall{
		step: step, key: keyOf(r), method: r.Method, path: r.URL.Path,
		body: string(body), header: r.Header.Clone(),
	})
	if do := f.before[step]; do != nil {
		delete(f.before, step)
		do(f)
	}
	if f.left[step] == 0 {
		return ""
	}
	f.left[step]--
	return f.faults[step]
}

// keyOf is the request's key without the quotes that structured headers have.
func keyOf(r *http.Request) string { return strings.Trim(r.Header.Get("Idempotency-Key"), `"`) }

func stepOf(r *http.Request) string {
	switch {
	case strings.HasPrefix(r.URL.Path, "/internal/sessions/"):
		return stepSession
	case strings.HasPrefix(r.URL.Path, "/internal/customers/"):
		return stepCustomer
	case strings.HasSuffix(r.URL.Path, "/confirm"):
		return stepConfirm
	case strings.HasSuffix(r.URL.Path, "/cancel"):
		return stepCancel
	case r.Method == http.MethodPost:
		return stepCreate
	}
	return stepRead
}

func (f *fake) serve(w http.ResponseWriter, r *http.Request, step string, body []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch step {
	case stepSession:
		f.session(w, idAt(r, 2))
	case stepCustomer:
		f.customer(w, idAt(r, 2))
	case stepRead:
		f.answer(w, 200, f.orders[idAt(r, 1)])
	default:
		f.change(w, r, step, body)
	}
}

func (f *fake) session(w http.ResponseWriter, id int64) {
	role, ok := f.roles[id]
	if !ok {
		problem(w, 404, "NOT_FOUND")
		return
	}
	reply(w, 200, map[string]any{"id": id, "operator_id": id, "name": "Ana Ruiz", "email": "ana@demo.test", "role": role})
}

func (f *fake) customer(w http.ResponseWriter, id int64) {
	if customer, ok := f.customers[id]; ok {
		reply(w, 200, customer)
		return
	}
	problem(w, 404, "NOT_FOUND")
}

// change does a step once for its key.
func (f *fake) change(w http.ResponseWriter, r *http.Request, step string, body []byte) {
	key, request := keyOf(r), r.Method+" "+r.URL.Path+"\n"+string(body)
	if key == "" {
		problem(w, 400, "IDEMPOTENCY_KEY_REQUIRED")
		return
	}
	if given, ok := f.answers[key]; ok {
		f.replay(w, given, request)
		return
	}
	order, status, code := f.apply(r, step, body)
	if code != "" {
		problem(w, status, code)
		return
	}
	answer := httptest.NewRecorder()
	f.answer(answer, status, order)
	f.answers[key] = fakeAnswer{request: request, order: order.ID, body: answer.Body.Bytes()}
	f.answer(w, status, order)
}

func (f *fake) replay(w http.ResponseWriter, given fakeAnswer, request string) {
	if given.request != request {
		problem(w, 422, "IDEMPOTENCY_KEY_REUSED")
		return
	}
	w.Header().Set("Idempotent-Replayed", "true")
	if given.body == nil {
		f.answer(w, 200, f.orders[given.order])
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(given.body)
}

func (f *fake) apply(r *http.Request, step string, body []byte) (order *fakeOrder, status int, code string) {
	if step == stepCreate {
		return f.place(body)
	}
	order = f.orders[idAt(r, 1)]
	switch {
	case order == nil:
		return nil, 404, "NOT_FOUND"
	case step == stepCancel:
		return f.cancel(r, order, body)
	case order.Status == "CANCELED":
		return nil, 409, "ORDER_NOT_CONFIRMABLE"
	case order.Status == "CREATED":
		order.Status = "CONFIRMED"
		order.Version++
		order.confirmed++
	}
	return order, 200, ""
}

func (f *fake) cancel(r *http.Request, order *fakeOrder, body []byte) (*fakeOrder, int, string) {
	if tag := r.Header.Get("If-Match"); tag != "" && tag != fmt.Sprintf("%q", strconv.FormatInt(order.Version, 10)) {
		return nil, 412, "VERSION_MISMATCH"
	}
	var in struct{ Reason string }
	_ = json.Unmarshal(body, &in)
	if order.Status != "CANCELED" {
		order.Status = "CANCELED"
		order.Version++
		order.canceled++
		order.reason = in.Reason
		f.stock += quantity(order)
	}
	return order, 200, ""
}

func (f *fake) place(body []byte) (*fakeOrder, int, string) {
	var in struct {
		CustomerID int64 `json:"customer_id"`
		Items      []struct {
			ProductID int64 `json:"product_id"`
			Qty       int64 `json:"qty"`
		} `json:"items"`
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		return nil, 400, "MALFORMED_JSON"
	}
	customer, ok := f.customers[in.CustomerID]
	if !ok {
		return nil, 422, "CUSTOMER_NOT_FOUND"
	}
	order := &fakeOrder{ID: 101 + int64(len(f.orders)), Status: "CREATED", CustomerID: in.CustomerID, Version: 1,
		Customer: maps.Clone(customer)}
	for _, item := range in.Items {
		order.TotalCents += item.Qty * 129900
		order.Items = append(order.Items, map[string]any{"product_id": item.ProductID, "sku": "SKU-1", "name": "Drill",
			"qty": item.Qty, "unit_price_cents": 129900, "subtotal_cents": item.Qty * 129900})
	}
	if quantity(order) > f.stock {
		return nil, 409, "INSUFFICIENT_STOCK"
	}
	f.stock -= quantity(order)
	f.orders[order.ID] = order
	return order, 201, ""
}

func quantity(order *fakeOrder) (total int64) {
	for _, item := range order.Items {
		qty, _ := item["qty"].(int64)
		total += qty
	}
	return total
}

func (f *fake) answer(w http.ResponseWriter, status int, order *fakeOrder) {
	if order == nil {
		problem(w, 404, "NOT_FOUND")
		return
	}
	w.Header().Set("ETag", fmt.Sprintf("%q", strconv.FormatInt(order.Version, 10)))
	reply(w, status, order)
}

// idAt is the number in a part of the path.
func idAt(r *http.Request, part int) int64 {
	id, _ := strconv.ParseInt(strings.Split(strings.Trim(r.URL.Path, "/"), "/")[part], 10, 64)
	return id
}

func problem(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"type": "urn:b2b:problem:%[1]s", "title": "no", "status": %[2]d, "detail": "as %[1]s says", "code": "%[1]s"}`,
		code, status)
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) //nolint:errchkjson // plain maps and structs
}
