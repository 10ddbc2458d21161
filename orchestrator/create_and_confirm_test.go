package orchestrator

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"b2b.example/kit"
	"b2b.example/kit/kittest"
)

const qty = 3

const theBody = `{"success":true,"correlationId":"req-789","data":{` +
	`"customer":{"id":1,"name":"ACME","email":"ops@acme.com","phone":"+1 555 0100"},` +
	`"order":{"id":101,"status":"CONFIRMED","total_cents":389700,` +
	`"items":[{"product_id":2,"qty":3,"unit_price_cents":129900,"subtotal_cents":389700}]}}}`

func theRequest() string {
	return `{"customer_id": 1, "items": [{"product_id": 2, "qty": 3}], "idempotency_key": "abc-123", "correlation_id": "req-789"}`
}

// instance serves the orchestrator before a fake.
func instance(t *testing.T, f *fake) *kittest.Server {
	t.Helper()
	settings := kittest.Settings()
	settings.CustomersAPIURL, settings.OrdersAPIURL = f.URL, f.URL
	app, err := New(context.Background(), Options{Settings: Settings{settings}, Version: "test", Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	return kittest.Serve(t, app)
}

// soon is a deadline in milliseconds that a late answer misses.
const soon = "700"

// token is that of a session of the fake's.
func token(t *testing.T, operator int64) string {
	return kittest.Token(t, kit.Identity{Operator: operator, Session: operator, Role: kit.Operator})
}

// call sends the request, whose answer is known.
func call(t *testing.T, to *kittest.Server, as string, status int) *kittest.Response {
	t.Helper()
	return to.Do(t, kittest.Case{Path: path, Body: theRequest(), As: as, Status: status})
}

// sameBytes is stricter than sameness as JSON.
func sameBytes(t *testing.T, want, got string) {
	t.Helper()
	if want != got {
		t.Fatalf("want %s\ngot  %s", want, got)
	}
}

// once checks that all of it happened exactly once.
func once(t *testing.T, f *fake) {
	t.Helper()
	stock, orders := f.snapshot()
	require.Len(t, orders, 1)
	require.Equal(t, "CONFIRMED", orders[0].Status)
	require.Equal(t, 1, orders[0].confirmed, "confirmed")
	require.Equal(t, 0, orders[0].canceled, "cancelled")
	require.Equal(t, int64(firstStock-qty), stock, "stock")
}

func TestOrderIsCreatedAndConfirmed(t *testing.T) {
	f := newFake(t)
	to := instance(t, f)
	for range 3 {
		answer := call(t, to, token(t, 7), http.StatusCreated)
		sameBytes(t, theBody, string(answer.Body))
	}
	once(t, f)
}

// fault is what goes wrong with one step of the first try.
type stepFault struct {
	step  string
	what  misbehaviour
	times int
}

func (s stepFault) String() string {
	if s.times == always {
		return fmt.Sprintf("%s: %s, always", s.step, s.what)
	}
	return fmt.Sprintf("%s: %s, %d times", s.step, s.what, s.times)
}

// everyFault is every step with everything that may happen to it.
func everyFault() []stepFault {
	var all []stepFault
	for _, step := range []string{stepSession, stepCustomer, stepCreate, stepConfirm} {
		for _, what := range []misbehaviour{refused, replyLost, busy, late, lateReply, internal, notOurs} {
			all = append(all, stepFault{step, what, 1}, stepFault{step, what, always})
		}
		if step == stepSession {
			continue
		}
		for _, what := range []misbehaviour{broken, empty, overloaded, inProgress} {
			all = append(all, stepFault{step, what, 1})
		}
	}
	return all
}

// TestEveryFault: whatever happens to one step, the first try ends in the order or says retry: true; a retry from another
// instance finishes the job, and so do two at once, all with the same bytes; and it happened once.
func TestEveryFault(t *testing.T) {
	for _, one := range everyFault() {
		t.Run(one.String(), func(t *testing.T) {
			t.Parallel()
			for _, then := range []func(*testing.T, *fake){retryElsewhere, retryTwiceAtOnce} {
				f := newFake(t)
				f.misbehave(one.step, one.what, one.times)
				firstTry(t, instance(t, f))
				f.heal()
				then(t, f)
				once(t, f)
			}
		})
	}
}

// firstTry takes 201, or a refusal that says that a retry helps.
func firstTry(t *testing.T, to *kittest.Server) {
	t.Helper()
	answer := tryOnce(t, to, token(t, 7), soon)
	if answer.Status == http.StatusCreated {
		sameBytes(t, theBody, string(answer.Body))
		return
	}
	require.Contains(t, []int{503, 504}, answer.Status, "%s", answer.Body)
	problem := answer.Problem(t)
	require.Equal(t, map[string]any{"success": false, "correlationId": "req-789", "retry": true}, problem.Extra)
	require.NotEmpty(t, answer.Header.Get("Retry-After"))
}

func retryElsewhere(t *testing.T, f *fake) {
	sameBytes(t, theBody, string(call(t, instance(t, f), token(t, 7), 201).Body))
}

func retryTwiceAtOnce(t *testing.T, f *fake) {
	atOnce(t, 2, []*kittest.Server{instance(t, f), instance(t, f)}, token(t, 7))
}

// atOnce makes calls at the same time, to the instances in turn, and wants the same answer from each.
func atOnce(t *testing.T, calls int, instances []*kittest.Server, as string) {
	t.Helper()
	bodies := make([]string, calls)
	var done sync.WaitGroup
	for i := range calls {
		done.Go(func() { bodies[i] = string(tryOnce(t, instances[i%len(instances)], as, "").Body) })
	}
	done.Wait()
	for _, body := range bodies {
		sameBytes(t, theBody, body)
	}
}

func TestTwentyAtOnce(t *testing.T) {
	f := newFake(t)
	atOnce(t, 20, []*kittest.Server{instance(t, f), instance(t, f)}, kittest.ServiceToken)
	once(t, f)
	f.sweep()
	atOnce(t, 20, []*kittest.Server{instance(t, f)}, kittest.ServiceToken)
	once(t, f)
}

// TestStepsAreNamed: what the other services are told.
func TestStepsAreNamed(t *testing.T) {
	f := newFake(t)
	to := instance(t, f)
	traceparent := "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	to.Do(t, kittest.Case{Path: path, Body: theRequest(), As: token(t, 7), Status: 201, Header: map[string]string{"Traceparent": traceparent}})
	job := newJob(OrderRequest{IdempotencyKey: "abc-123"}, "operator:7").name
	require.Len(t, job, 64)
	require.Equal(t, job+":create", f.made(stepCreate)[0].key)
	require.Equal(t, job+":confirm", f.made(stepConfirm)[0].key)
	require.JSONEq(t, `{"customer_id": 1, "items": [{"product_id": 2, "qty": 3}]}`, f.made(stepCreate)[0].body)
	for _, step := range []string{stepCustomer, stepCreate, stepConfirm} {
		header := f.made(step)[0].header
		require.Equal(t, "Bearer "+kittest.ServiceToken, header.Get("Authorization"))
		require.Equal(t, "operator:7;Ana%20Ruiz", header.Get("X-On-Behalf-Of"))
		require.Equal(t, "LAMBDA", header.Get("X-Channel"))
		require.Equal(t, "req-789", header.Get("X-Correlation-Id"))
		require.Equal(t, traceparent, header.Get("Traceparent"))
	}
}

func TestServiceActsForItself(t *testing.T) {
	f := newFake(t)
	call(t, instance(t, f), kittest.ServiceToken, 201)
	require.Equal(t, "service:shop", f.made(stepCreate)[0].header.Get("X-On-Behalf-Of"))
	require.Empty(t, f.made(stepSession))
}

// TestKeysBelongToTheirCaller: the same key of another caller is another job.
func TestKeysBelongToTheirCaller(t *testing.T) {
	f := newFake(t)
	to := instance(t, f)
	for _, as := range []string{token(t, 7), token(t, 8), kittest.ServiceToken, "other-" + kittest.ServiceToken} {
		call(t, to, as, 201)
		call(t, to, as, 201)
	}
	_, orders := f.snapshot()
	require.Len(t, orders, 4)
	require.NotEqual(t, newJob(OrderRequest{IdempotencyKey: "1:a"}, "operator:1").name,
		newJob(OrderRequest{IdempotencyKey: ":a"}, "operator:11").name)
}

// outcome is how a job ends.
type outcome struct {
	status   int
	code     string
	canceled int // how often the order was cancelled by us
}

// meanwhile is what other hands do to an order between the steps of a job, or after it.
type meanwhile struct {
	refused bool        // confirming is refused for good, whatever the order is
	prior   bool        // the job was done once
	swept   bool        // and its stored answers are gone
	step    string      // before this step ...
	do      func(*fake) // ... this happens
	want    outcome
}

// TestOrderChangedMeanwhile: the answer is true at the time it is given, and the same for every retry.
func TestOrderChangedMeanwhile(t *testing.T) {
	confirm, cancel, undo := setStatus("CONFIRMED"), setStatus("CANCELED"), setStatus("CREATED")
	removeCustomer := func(f *fake) { clear(f.customers) }
	renameCustomer := func(f *fake) { f.customers[1]["name"] = "Other" }
	sell := func(f *fake) { f.stock = qty - 1 }
	done, off, reopened := outcome{201, "", 0}, outcome{409, "ORDER_CANCELED", 0}, outcome{409, "ORDER_REOPENED", 0}
	again, unknown := outcome{503, "ORDER_UNFINISHED", 0}, outcome{422, "CUSTOMER_NOT_FOUND", 0}
	for name, one := range map[string]meanwhile{
		"cancelled before confirm":             {step: stepConfirm, do: cancel, want: off},
		"confirmed before confirm":             {step: stepConfirm, do: confirm, want: done},
		"refused for good":                     {refused: true, want: outcome{409, "ORDER_CANCELED", 1}},
		"refused, and confirmed after all":     {refused: true, step: stepRead, do: confirm, want: done},
		"refused, confirmed before the cancel": {refused: true, step: stepCancel, do: confirm, want: again},
		"refused, cancelled before the cancel": {refused: true, step: stepCancel, do: cancel, want: again},
		"done, then cancelled":                 {prior: true, step: stepCustomer, do: cancel, want: off},
		"done, then undone":                    {prior: true, step: stepCustomer, do: undo, want: reopened},
		"done, swept":                          {prior: true, swept: true, want: done},
		"done, then cancelled, swept":          {prior: true, swept: true, step: stepCustomer, do: cancel, want: off},
		"done, then undone, swept":             {prior: true, swept: true, step: stepCustomer, do: undo, want: reopened},
		"done, then customer removed":          {prior: true, step: stepCustomer, do: removeCustomer, want: done},
		"done, swept, then customer removed":   {prior: true, swept: true, step: stepCustomer, do: removeCustomer, want: done},
		"done, then customer renamed":          {prior: true, step: stepCustomer, do: renameCustomer, want: done},
		"done, swept, then customer renamed":   {prior: true, swept: true, step: stepCustomer, do: renameCustomer, want: done},
		"customer renamed before confirm":      {step: stepConfirm, do: renameCustomer, want: done},
		"customer removed before confirm":      {step: stepConfirm, do: removeCustomer, want: done},
		"customer removed before the job":      {step: stepCustomer, do: removeCustomer, want: unknown},
		"customer removed before create":       {step: stepCreate, do: removeCustomer, want: unknown},
		"stock sold before create":             {step: stepCreate, do: sell, want: outcome{409, "INSUFFICIENT_STOCK", 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			one.try(t)
		})
	}
}

func setStatus(status string) func(*fake) { return func(f *fake) { f.setStatus(status) } }

func (m meanwhile) try(t *testing.T) {
	f := newFake(t)
	if m.prior {
		call(t, instance(t, f), token(t, 7), 201)
	}
	if m.swept {
		f.sweep()
	}
	if m.refused {
		f.misbehave(stepConfirm, notAllowed, always)
	}
	if m.do != nil {
		f.meanwhile(m.step, m.do)
	}
	m.want.check(t, f, call(t, instance(t, f), token(t, 7), m.want.status))
	m.want.checkRetries(t, f)
}

// TestSettledOrderIsLeftAlone: once create tells of an order that is no longer CREATED, nothing more is asked for.
func TestSettledOrderIsLeftAlone(t *testing.T) {
	for status, answered := range map[string]int{"CONFIRMED": 201, "CANCELED": 409} {
		f := newFake(t)
		to := instance(t, f)
		call(t, to, kittest.ServiceToken, 201)
		f.setStatus(status)
		f.sweep()
		call(t, to, kittest.ServiceToken, answered)
		require.Len(t, f.made(stepConfirm), 1)
		require.Empty(t, f.made(stepCancel))
	}
}

func (o outcome) check(t *testing.T, f *fake, answer *kittest.Response) {
	t.Helper()
	if o.status == http.StatusCreated {
		sameBytes(t, theBody, string(answer.Body))
		return
	}
	problem := answer.Problem(t)
	require.Equal(t, o.code, problem.Code)
	require.Equal(t, false, problem.Extra["success"])
	require.Equal(t, "req-789", problem.Extra["correlationId"])
	require.Equal(t, o.status == 503, problem.Extra["retry"] == true)
	if strings.HasPrefix(o.code, "ORDER_") && o.status == 409 {
		require.EqualValues(t, 101, problem.Extra["order_id"])
		require.Contains(t, problem.Detail, "101")
	}
	_, orders := f.snapshot()
	for _, order := range orders {
		require.Equal(t, o.canceled, order.canceled)
	}
}

// checkRetries: whatever could not be retried with success is the same for every retry, today and after the sweep, and
// changes nothing more.
func (o outcome) checkRetries(t *testing.T, f *fake) {
	if o.status == 503 {
		return
	}
	stock, orders := f.snapshot()
	to := instance(t, f)
	for range 2 {
		o.check(t, f, call(t, to, token(t, 7), o.status))
		f.sweep()
	}
	stockAfter, ordersAfter := f.snapshot()
	require.Equal(t, stock, stockAfter)
	require.Equal(t, orders, ordersAfter)
}

// TestCancelFails: an order that can't be confirmed and can't be cancelled now is cancelled by a retry.
func TestCancelFails(t *testing.T) {
	for _, what := range []misbehaviour{refused, replyLost, busy, late, lateReply, internal, inProgress, broken} {
		t.Run(string(what), func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.misbehave(stepConfirm, notAllowed, always)
			f.misbehave(stepCancel, what, always)
			answer := tryOnce(t, instance(t, f), token(t, 7), soon)
			require.Contains(t, []int{503, 504}, answer.Status)
			require.Equal(t, true, answer.Problem(t).Extra["retry"])
			f.misbehave(stepCancel, what, 0)
			problem := call(t, instance(t, f), token(t, 7), 409).Problem(t)
			require.Equal(t, "ORDER_CANCELED", problem.Code)
			stock, orders := f.snapshot()
			require.Equal(t, int64(firstStock), stock)
			require.Equal(t, 1, orders[0].canceled)
			for _, made := range f.made(stepCancel) {
				require.Equal(t, newJob(OrderRequest{IdempotencyKey: "abc-123"}, "operator:7").name+":cancel", made.key)
			}
		})
	}
}

// TestReusedKey: the same key for something else is refused, and passes for no retry.
func TestReusedKey(t *testing.T) {
	f := newFake(t)
	to := instance(t, f)
	call(t, to, kittest.ServiceToken, 201)
	for range 2 {
		answer := to.Do(t, kittest.Case{
			Path: path, Body: strings.Replace(theRequest(), `"qty": 3`, `"qty": 4`, 1), As: kittest.ServiceToken,
			Status: 422, Code: "IDEMPOTENCY_KEY_REUSED",
		})
		require.Equal(t, map[string]any{"success": false, "correlationId": "req-789"}, answer.Problem(t).Extra)
	}
	once(t, f)
	call(t, to, kittest.ServiceToken, 201)
}

// TestAway: with a service switched off, the caller is told to retry, and nothing was created.
func TestAway(t *testing.T) {
	f := newFake(t)
	to := instance(t, f)
	f.Close()
	problem := call(t, to, kittest.ServiceToken, 503).Problem(t)
	require.Equal(t, "CUSTOMERS_UNAVAILABLE", problem.Code)
	require.Equal(t, true, problem.Extra["retry"])
	_, orders := f.snapshot()
	require.Empty(t, orders)
}
