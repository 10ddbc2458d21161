package e2e

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"b2b.example/kit/kittest"
)

const qty = 3

// job is the request that these tests send, under one key.
func (h *house) job() string {
	return fmt.Sprintf(`{"customer_id": %d, "items": [{"product_id": %d, "qty": %d}], `+
		`"idempotency_key": "abc-123", "correlation_id": "req-789"}`, h.customer, h.product, qty)
}

// jobBody is what it is answered with, whenever and wherever.
func (h *house) jobBody(order int64) string {
	return fmt.Sprintf(`{"success":true,"correlationId":"req-789","data":{`+
		`"customer":{"id":%d,"name":"ACME","email":"ops@acme.example","phone":"+1 555 0100"},`+
		`"order":{"id":%d,"status":"CONFIRMED","total_cents":389700,`+
		`"items":[{"product_id":%d,"qty":3,"unit_price_cents":129900,"subtotal_cents":389700}]}}}`, h.customer, order, h.product)
}

// orchestrate sends a request to one of the two orchestrators.
func (h *house) orchestrate(i int, token, body string) reply {
	return h.do(http.MethodPost, h.orchestrators[i].url()+"/orchestrator/create-and-confirm-order", token, body)
}

// patiently sends a request to an orchestrator until it has an answer, as callers do who retry.
func (h *house) patiently(i int, token, body string) reply {
	answer := h.orchestrate(i, token, body)
	for tries := 0; answer.status == http.StatusServiceUnavailable && tries < 5; tries++ {
		answer = h.orchestrate(i, token, body)
	}
	return answer
}

// twenty sends the job twenty times at once to both orchestrators, until each has its answer.
func (h *house) twenty(token string) {
	h.t.Helper()
	var done sync.WaitGroup
	bodies := make([]string, 20)
	for i := range bodies {
		done.Go(func() {
			bodies[i] = h.patiently(i%2, token, h.job()).body
		})
	}
	done.Wait()
	for _, body := range bodies {
		require.Equal(h.t, h.jobBody(h.only().ID), body)
	}
}

// order is what is looked at of an order.
type order struct {
	ID           int64   `json:"id"`
	Status       string  `json:"status"`
	CancelReason *string `json:"cancel_reason"`
}

// allOrders are the newest hundred.
func (h *house) allOrders() []order {
	h.t.Helper()
	var page struct {
		Data []order `json:"data"`
	}
	h.do(http.MethodGet, h.orders[0].url()+"/orders?limit=100", h.operator, "").into(h.t, &page)
	return page.Data
}

func (h *house) count() int {
	h.t.Helper()
	return len(h.allOrders())
}

// only is the one order that there is.
func (h *house) only() order {
	h.t.Helper()
	all := h.allOrders()
	require.Len(h.t, all, 1)
	return all[0]
}

func (h *house) stock() (stock int64) {
	h.t.Helper()
	var product struct {
		Stock int64 `json:"stock"`
	}
	h.do(http.MethodGet, fmt.Sprintf("%s/products/%d", h.orders[0].url(), h.product), h.operator, "").into(h.t, &product)
	return product.Stock
}

// story is what happened to the one order, oldest first, as "action by actor (name) through channel in request".
func (h *house) story() []string {
	h.t.Helper()
	var page struct {
		Data []struct {
			Action    string `json:"action"`
			Actor     string `json:"actor"`
			ActorName string `json:"actor_name"`
			Channel   string `json:"channel"`
			RequestID string `json:"request_id"`
		} `json:"data"`
	}
	h.do(http.MethodGet, fmt.Sprintf("%s/orders/%d/events", h.orders[0].url(), h.only().ID), h.operator, "").into(h.t, &page)
	story := make([]string, len(page.Data))
	for i, e := range page.Data {
		story[len(page.Data)-1-i] = fmt.Sprintf("%s by %s (%s) through %s in %s", e.Action, e.Actor, e.ActorName, e.Channel, e.RequestID)
	}
	return story
}

// doneOnce checks that there is one order, confirmed, that took its stock once.
func (h *house) doneOnce() {
	h.t.Helper()
	require.Equal(h.t, "CONFIRMED", h.only().Status)
	require.EqualValues(h.t, firstStock-qty, h.stock())
	actions := []string{}
	for _, event := range h.story() {
		action, _, _ := strings.Cut(event, " ")
		actions = append(actions, action)
	}
	require.Equal(h.t, []string{"created", "confirmed"}, actions)
}

// TestOneKeyIsOneOrder: twenty at once on two instances over two replicas; again after a restart of everything; again
// after the stored answers have gone; after the customer was changed and deleted: one order, and the same bytes.
func TestOneKeyIsOneOrder(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		h.twenty(h.operator)
		h.doneOnce()
		by := fmt.Sprintf("by operator:%d (Ana Ruiz) through LAMBDA in req-789", h.operatorID)
		require.Equal(t, []string{"created " + by, "confirmed " + by}, h.story())

		h.restart()
		h.twenty(h.operator)
		h.sweep()
		h.twenty(h.operator)

		customer := fmt.Sprintf("%s/customers/%d", h.customers.url(), h.customer)
		require.Equal(t, 200, h.do(http.MethodPatch, customer, h.operator, `{"name": "Other", "phone": ""}`, "If-Match", "*",
			"Content-Type", "application/merge-patch+json").status)
		h.twenty(h.operator)
		require.Equal(t, 204, h.do(http.MethodDelete, customer, h.operator, "", "If-Match", "*").status)
		h.twenty(h.operator)
		h.doneOnce()
	})
}

// TestKeysOfCallers: the same key of another caller is another order; the same key for something else is refused.
func TestKeysOfCallers(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		for _, token := range []string{h.operator, h.manager, kittest.ServiceToken, "other-" + kittest.ServiceToken} {
			first := h.orchestrate(0, token, h.job())
			require.Equal(t, 201, first.status, first.body)
			require.Equal(t, first.body, h.orchestrate(1, token, h.job()).body)
			reused := h.orchestrate(0, token, strings.Replace(h.job(), `"qty": 3`, `"qty": 4`, 1)).problem(t, 422)
			require.Equal(t, "IDEMPOTENCY_KEY_REUSED", reused.Code)
			require.Equal(t, false, reused.Extra["success"])
		}
		require.Len(t, h.allOrders(), 4)
		require.EqualValues(t, firstStock-4*qty, h.stock())
	})
}

// restock adds pieces of the product.
func (h *house) restock(pieces int) {
	h.t.Helper()
	address := fmt.Sprintf("%s/products/%d/stock-adjustments", h.orders[0].url(), h.product)
	answer := h.do(http.MethodPost, address, h.manager, fmt.Sprintf(`{"delta": %d, "note": "for the test"}`, pieces))
	require.Less(h.t, answer.status, 300, answer.body)
}

// isStep says whether a request is this step of the job.
func isStep(r *http.Request, step string) bool {
	if step == "customer" {
		return strings.HasPrefix(r.URL.Path, "/internal/customers/")
	}
	return r.Method == http.MethodPost && strings.HasSuffix(strings.Trim(r.Header.Get("Idempotency-Key"), `"`), ":"+step)
}

// refuse answers in a service's place.
func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"type": "urn:b2b:problem:%[1]s", "status": %[2]d, "code": %[1]q}`, code, status)
}

// TestConfirmRefusedForGood: then the order is cancelled, its stock is back, and every retry says the same.
func TestConfirmRefusedForGood(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		for _, wire := range h.wires {
			wire.with(func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
				if isStep(r, "confirm") {
					refuse(w, http.StatusConflict, "ORDER_NOT_CONFIRMABLE")
					return
				}
				pass.ServeHTTP(w, r)
			})
		}
		h.refusedAsCanceled("OTHER")
		require.Len(t, h.story(), 2)
	})
}

// TestCanceledMeanwhile: an order that an operator cancels before it is confirmed stays cancelled.
func TestCanceledMeanwhile(t *testing.T) {
	eachHouse(t, func(_ *testing.T, h *house) {
		h.wires[0].with(func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
			if isStep(r, "confirm") {
				h.cancel(200)
			}
			pass.ServeHTTP(w, r)
		})
		h.refusedAsCanceled("CUSTOMER_REQUEST")
	})
}

// TestCanceledSince: an order that is cancelled after it was confirmed is not confirmed again by a retry.
func TestCanceledSince(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		require.Equal(t, 201, h.orchestrate(0, h.operator, h.job()).status)
		h.cancel(200)
		h.refusedAsCanceled("CUSTOMER_REQUEST")
	})
}

// cancel is what an operator does elsewhere.
func (h *house) cancel(status int) {
	h.t.Helper()
	address := fmt.Sprintf("%s/orders/%d/cancel", h.orders[1].url(), h.only().ID)
	answer := h.do(http.MethodPost, address, h.manager, `{"reason": "CUSTOMER_REQUEST"}`)
	require.Equal(h.t, status, answer.status, answer.body)
}

// refusedAsCanceled tries the job today, after a restart and after the sweep: it is refused, and the order stays as it is.
func (h *house) refusedAsCanceled(reason string) {
	h.t.Helper()
	for _, then := range []func(){h.restart, h.sweep, func() {}} {
		for i := range h.orchestrators {
			problem := h.orchestrate(i, h.operator, h.job()).problem(h.t, 409)
			require.Equal(h.t, "ORDER_CANCELED", problem.Code)
			require.Equal(h.t, map[string]any{"success": false, "correlationId": "req-789", "order_id": float64(h.only().ID)}, problem.Extra)
		}
		require.Equal(h.t, "CANCELED", h.only().Status)
		require.Equal(h.t, reason, *h.only().CancelReason)
		require.EqualValues(h.t, firstStock, h.stock())
		then()
	}
}

// TestCustomersAway: the caller is told to retry, and nothing was created; then a retry does the job.
func TestCustomersAway(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		h.customers.end()
		for i := range h.orchestrators {
			answer := h.orchestrate(i, kittest.ServiceToken, h.job())
			problem := answer.problem(t, 503)
			require.Equal(t, "CUSTOMERS_UNAVAILABLE", problem.Code)
			require.Equal(t, map[string]any{"success": false, "correlationId": "req-789", "retry": true}, problem.Extra)
			require.NotEmpty(t, answer.header.Get("Retry-After"))
		}
		h.customers.start()
		require.Empty(t, h.allOrders())
		require.Equal(t, 201, h.orchestrate(0, kittest.ServiceToken, h.job()).status)
		h.doneOnce()
	})
}

// TestRefusals: what create refuses for good is told as it is, beside success: false.
func TestRefusals(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		for code, body := range map[string]string{
			"CUSTOMER_NOT_FOUND": strings.Replace(h.job(), `"customer_id": `, `"customer_id": 99`, 1),
			"PRODUCT_NOT_FOUND":  strings.Replace(h.job(), `"product_id": `, `"product_id": 99`, 1),
			"INSUFFICIENT_STOCK": strings.Replace(h.job(), `"qty": 3`, `"qty": 101`, 1),
		} {
			status := http.StatusUnprocessableEntity
			if code == "INSUFFICIENT_STOCK" {
				status = http.StatusConflict
			}
			problem := h.orchestrate(0, h.operator, body).problem(t, status)
			require.Equal(t, code, problem.Code)
			require.NotEmpty(t, problem.Errors)
			require.Equal(t, false, problem.Extra["success"])
			require.Equal(t, "req-789", problem.Extra["correlationId"])
		}
		require.Empty(t, h.allOrders())
		require.EqualValues(t, firstStock, h.stock())
	})
}

// rows counts what is in each table that a job writes to.
func (h *house) rows() map[string]int64 {
	h.t.Helper()
	d, rows := h.open(), map[string]int64{}
	for _, table := range []string{"orders", "order_items", "stock_movements", "events", "idempotency_keys"} {
		var n int64
		require.NoError(h.t, d.Read(context.Background()).Table(table).Count(&n).Error)
		rows[table] = n
	}
	return rows
}

// dryRun asks an orchestrator what would come of a body.
func (h *house) dryRun(token, body string) reply {
	return h.do(http.MethodPost, h.orchestrators[0].url()+endpoint+"?dry_run=true", token, body)
}

// TestDryRun: it answers what the job would be answered, or how it would be refused, whatever was done under its key
// before, and changes nothing.
func TestDryRun(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		before := h.rows()
		would := h.dryRun(h.operator, h.job())
		require.Equal(t, before, h.rows())
		require.EqualValues(t, firstStock, h.stock())
		require.Equal(t, http.StatusCreated, would.status, would.body)
		require.Equal(t, "true", would.header.Get("Dry-Run"))

		is := h.orchestrate(0, h.operator, h.job())
		require.Empty(t, is.header.Get("Dry-Run"))
		require.Equal(t, h.jobBody(h.only().ID), is.body)
		id := regexp.MustCompile(`"order":{"id":\d+`) // of what is not made there is none that it would keep
		require.Equal(t, id.ReplaceAllString(is.body, ""), id.ReplaceAllString(would.body, ""))

		h.cancel(200)
		before = h.rows()
		require.Equal(t, http.StatusCreated, h.dryRun(h.operator, h.job()).status)
		for code, body := range map[string]string{
			"CUSTOMER_NOT_FOUND": strings.Replace(h.job(), `"customer_id": `, `"customer_id": 99`, 1),
			"PRODUCT_NOT_FOUND":  strings.Replace(h.job(), `"product_id": `, `"product_id": 99`, 1),
			"INSUFFICIENT_STOCK": strings.Replace(h.job(), `"qty": 3`, `"qty": 101`, 1),
			"VALIDATION_FAILED":  strings.Replace(h.job(), `"abc-123"`, `""`, 1),
		} {
			refused, other := h.dryRun(h.operator, body), strings.Replace(body, "abc-123", "another", 1)
			is := h.orchestrate(0, h.operator, other).problem(t, refused.status)
			problem := refused.problem(t, is.Status)
			require.Equal(t, []string{code, code}, []string{is.Code, problem.Code})
			require.Equal(t, is.Errors, problem.Errors)
			require.Equal(t, is.Extra, problem.Extra)
		}
		require.Equal(t, before, h.rows())
	})
}
