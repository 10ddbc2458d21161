package e2e

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/kit/kittest"
	"b2b.example/kit/kittest/ports"
)

// TestOffline does the main job through the Lambda's program, and whatever may happen around it. It is one process of
// serverless-offline that serves all of it, so one part comes after the other.
func TestOffline(t *testing.T) {
	t.Parallel()
	o := startOffline(t)
	for _, part := range []struct {
		name string
		try  func(o *offline)
	}{
		{"cold", (*offline).cold},
		{"the main job, twice", (*offline).mainJob},
		{"warm", (*offline).warm},
		{"refusals", (*offline).refusals},
		{"invalid", (*offline).invalid},
		{"text stays whole", (*offline).text},
		{"events", (*offline).events},
		{"too large", (*offline).tooLarge},
		{"an API hangs", (*offline).hanging},
		{"an answer is too late", (*offline).late},
		{"killed", (*offline).killed},
		{"out of time", (*offline).outOfTime},
		{"at once", (*offline).atOnce},
		{"killed, then two", (*offline).killedThenTwo},
		{"stuck", (*offline).stuck},
	} {
		if !t.Run(part.name, func(t *testing.T) { part.try(o.in(t)) }) {
			break // the rest would tell nothing of its own
		}
	}
	o.checkInvariants()
}

// TestOfflineNeedsSecrets: without any it says what is missing, and how to come by it.
func TestOfflineNeedsSecrets(t *testing.T) {
	t.Parallel()
	nowhere := map[string]string{"DATABASE_URL": "sqlite:" + filepath.Join(t.TempDir(), "b2b.db"), "OFFLINE_PORT": ports.For(t)}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	output, err := serverless(ctx, t, []string{"offline"}, nowhere).CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(output), "JWT_SECRET and SERVICE_TOKEN must be set")
	require.Contains(t, string(output), "go run ./b2b")
}

// in is the same for a part of the test.
func (o *offline) in(t *testing.T) *offline {
	own := *o
	own.house = o.house.in(t)
	return &own
}

// adds checks how many orders there are more after something was done.
func (o *offline) adds(orders int, do func()) {
	o.t.Helper()
	before := o.count()
	do()
	require.Equal(o.t, before+orders, o.count())
}

// done checks that a body is answered with its order, confirmed.
func (o *offline) done(body string) {
	o.t.Helper()
	answer := o.call(body)
	require.Equal(o.t, http.StatusCreated, answer.status, answer.body)
	require.Equal(o.t, o.jobBody(o.allOrders()[0].ID), answer.body)
}

// meddle meddles with what the function asks, until the part of the test ends.
func (o *offline) meddle(how func(w http.ResponseWriter, r *http.Request, pass http.Handler)) {
	for _, wire := range []*wire{o.customersWire, o.ordersWire} {
		wire.with(how)
		o.t.Cleanup(func() { wire.with(nil) })
	}
}

func (o *offline) cold() {
	began := time.Now()
	answer := o.do(http.MethodGet, "http://127.0.0.1:"+o.port+"/health/live", "", "")
	o.t.Logf("cold: %v to the first answer", time.Since(began))
	require.Equal(o.t, http.StatusOK, answer.status, answer.body)
	require.Len(o.t, o.processes(), 1)
}

func (o *offline) mainJob() {
	for range 2 {
		answer := o.call(o.job())
		require.Equal(o.t, http.StatusCreated, answer.status, answer.body)
		require.Equal(o.t, o.jobBody(o.only().ID), answer.body)
		o.doneOnce()
	}
	by := fmt.Sprintf("by operator:%d (Ana Ruiz) through LAMBDA in req-789", o.operatorID)
	require.Equal(o.t, []string{"created " + by, "confirmed " + by}, o.story())
	o.adds(0, func() {
		would := o.do(http.MethodPost, o.url()+"?dry_run=true", o.operator, o.job())
		require.Equal(o.t, http.StatusCreated, would.status, would.body)
		require.Equal(o.t, "true", would.header.Get("Dry-Run"))
	})
}

// warm measures what the function adds to the calls that it makes.
func (o *offline) warm() {
	var asking atomic.Int64 // nanoseconds
	o.meddle(func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
		began := time.Now()
		pass.ServeHTTP(w, r)
		asking.Add(int64(time.Since(began)))
	})
	added := make([]time.Duration, 30)
	o.adds(len(added), func() {
		for i := range added {
			asking.Store(0)
			began := time.Now()
			require.Equal(o.t, http.StatusCreated, o.call(strings.Replace(o.under(fmt.Sprint("warm-", i)), `"qty": 3`, `"qty": 1`, 1)).status)
			added[i] = time.Since(began) - time.Duration(asking.Load())
		}
	})
	slices.Sort(added)
	o.t.Logf("warm: %v added to its calls (the median of %d; %v to %v)", added[len(added)/2], len(added), added[0], added[len(added)-1])
}

func (o *offline) refusals() {
	o.adds(0, func() {
		for code, c := range map[string]struct {
			status int
			body   string
		}{
			"CUSTOMER_NOT_FOUND":     {422, strings.Replace(o.under("refused-1"), `"customer_id": `, `"customer_id": 99`, 1)},
			"INSUFFICIENT_STOCK":     {409, strings.Replace(o.under("refused-2"), `"qty": 3`, `"qty": 101`, 1)},
			"IDEMPOTENCY_KEY_REUSED": {422, strings.Replace(o.job(), `"qty": 3`, `"qty": 4`, 1)},
		} {
			problem := o.call(c.body).problem(o.t, c.status)
			require.Equal(o.t, code, problem.Code)
			require.Equal(o.t, false, problem.Extra["success"])
			require.Equal(o.t, "req-789", problem.Extra["correlationId"])
		}
	})
}

// invalid requests are refused with all that is wrong, and nobody is asked anything.
func (o *offline) invalid() {
	var asked atomic.Int64
	o.meddle(func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
		asked.Add(1)
		pass.ServeHTTP(w, r)
	})
	problem := o.do(http.MethodPost, o.url(), kittest.ServiceToken, `{"customer_id": 0, "items": [{"qty": 1}]}`).problem(o.t, 422)
	require.Len(o.t, problem.Errors, 3)
	require.Equal(o.t, "UNAUTHENTICATED", o.do(http.MethodPost, o.url(), "", o.under("nobody")).problem(o.t, 401).Code)
	require.Equal(o.t, "METHOD_NOT_ALLOWED", o.do(http.MethodPut, o.url(), kittest.ServiceToken, o.under("put")).problem(o.t, 405).Code)
	require.Zero(o.t, asked.Load())
}

func (o *offline) text() {
	const name, correlation = "Muñoz & Söhne 株式会社 🛒", "pedido-ñ 7"
	customer := o.post(o.customers.url()+"/customers", o.operator, fmt.Sprintf(`{"name": %q, "email": "ventas@muñoz.example"}`, name))
	body := fmt.Sprintf(`{"customer_id": %d, "items": [{"product_id": %d, "qty": 1}], "idempotency_key": "ñ", "correlation_id": %q}`,
		customer, o.product, correlation)
	answer := o.call(body)
	require.Equal(o.t, http.StatusCreated, answer.status, answer.body)
	require.Contains(o.t, answer.body, `"name":"`+name+`"`)
	require.Contains(o.t, answer.body, `"correlationId":"`+correlation+`"`)
}

// events are those that come from AWS, and not from serverless-offline by itself: a body in base64, a caller with an IPv6
// address, one who sets the function's own header, languages with commas between them.
func (o *offline) events() {
	o.adds(1, func() {
		for range 2 {
			status, body := o.invoke(o.event(o.under("events")))
			require.Equal(o.t, http.StatusCreated, status, body)
			require.Equal(o.t, o.jobBody(o.allOrders()[0].ID), body)
		}
	})
	status, body := o.invoke(o.event(`{}`))
	require.Equal(o.t, http.StatusUnprocessableEntity, status, body)
	require.Contains(o.t, body, "Algunos campos")
}

func (o *offline) event(body string) map[string]any {
	return map[string]any{
		"version": "2.0", "routeKey": "$default", "rawPath": endpoint, "rawQueryString": "",
		"body": base64.StdEncoding.EncodeToString([]byte(body)), "isBase64Encoded": true,
		"headers": map[string]string{
			"authorization": "Bearer " + o.operator, "content-type": "application/json", "accept-language": "fr, es;q=0.9, en;q=0.1",
			"x-remaining-milliseconds": "1",
		},
		"requestContext": map[string]any{
			"domainName": "abc123.execute-api.eu-west-1.amazonaws.com",
			"http":       map[string]string{"method": "POST", "path": endpoint, "protocol": "HTTP/1.1", "sourceIp": "2001:db8::7"},
		},
	}
}

func (o *offline) tooLarge() {
	problem := o.call(o.under(strings.Repeat("k", 2_000_000))).problem(o.t, http.StatusRequestEntityTooLarge)
	require.Equal(o.t, "BODY_TOO_LARGE", problem.Code)
	require.Equal(o.t, false, problem.Extra["success"])
}

// hanging APIs leave the function time to say so by itself, and to ask for a retry, which does the job.
func (o *offline) hanging() {
	hang := func(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
		_, _ = io.Copy(io.Discard, r.Body) // only then does the server notice that the other side has gone
		<-r.Context().Done()
	}
	o.adds(1, func() {
		o.customersWire.with(hang)
		problem := o.call(o.under("hanging")).problem(o.t, http.StatusServiceUnavailable)
		require.Equal(o.t, map[string]any{"success": false, "correlationId": "req-789", "retry": true}, problem.Extra)
		o.customersWire.with(nil)

		o.ordersWire.with(hang)
		answer := o.call(o.under("hanging"))
		require.Equal(o.t, true, answer.problem(o.t, http.StatusGatewayTimeout).Extra["retry"])
		require.NotEmpty(o.t, answer.header.Get("Retry-After"))
		o.ordersWire.with(nil)
		o.done(o.under("hanging"))
	})
}

// unanswered lets a step be done and keeps its answer back; what happens then is the test's.
func unanswered(step string, then func(r *http.Request)) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
		if !isStep(r, step) {
			pass.ServeHTTP(w, r)
			return
		}
		pass.ServeHTTP(httptest.NewRecorder(), r)
		then(r)
		panic(http.ErrAbortHandler)
	}
}

func (o *offline) late() {
	o.adds(1, func() {
		o.ordersWire.with(unanswered("create", func(r *http.Request) { <-r.Context().Done() }))
		require.Equal(o.t, true, o.call(o.under("late")).problem(o.t, http.StatusGatewayTimeout).Extra["retry"])
		o.ordersWire.with(nil)
		o.done(o.under("late"))
	})
}

// dies sends a job that is struck by a signal when one of its steps is done, and before the next: it is answered as API
// Gateway answers for a function that did not.
func (o *offline) dies(step, body string, strike func()) {
	wire := wireOf(step, o.customersWire, o.ordersWire)
	wire.with(unanswered(step, func(*http.Request) { strike() }))
	answer := o.call(body)
	wire.with(nil)
	require.Equal(o.t, http.StatusInternalServerError, answer.status, step)
	require.JSONEq(o.t, `{"message": "Internal Server Error"}`, answer.body)
}

// killed in the middle of its work, the function is started anew for the retry, which finishes the same order.
func (o *offline) killed() {
	for _, step := range steps {
		started, body := len(o.processes()), o.under("killed-"+step)
		o.adds(1, func() {
			o.dies(step, body, func() { o.signal(syscall.SIGKILL) })
			o.done(body)
		})
		require.Len(o.t, o.processes(), started+1)
	}
}

// outOfTime: a function that does not answer by itself is ended, and the next request has a new one.
func (o *offline) outOfTime() {
	for _, step := range steps {
		began, body := len(o.printed.String()), o.under("out of time-"+step)
		o.adds(1, func() {
			o.dies(step, body, func() { o.signal(syscall.SIGSTOP) })
			said := fmt.Sprintf("Task timed out after %d.00 seconds", functionTimeout)
			require.Eventually(o.t, func() bool { return strings.Contains(o.printed.String()[began:], said) }, time.Minute, 10*time.Millisecond)
			o.done(body)
		})
	}
}

// killedThenTwo: a job whose function was killed is asked for by two at the same time.
func (o *offline) killedThenTwo() {
	for _, step := range steps {
		body := o.under("killed, then two-" + step)
		o.adds(1, func() {
			o.dies(step, body, func() { o.signal(syscall.SIGKILL) })
			o.together(2, body)
		})
	}
}

// together sends a body so many times at once, until each has its answer, which is the same.
func (o *offline) together(times int, body string) {
	bodies := make([]string, times)
	var done sync.WaitGroup
	for i := range bodies {
		done.Go(func() {
			answer := o.call(body)
			for tries := 0; answer.status != http.StatusCreated && tries < 10; tries++ {
				answer = o.call(body)
			}
			bodies[i] = answer.body
		})
	}
	done.Wait()
	for _, answered := range bodies {
		require.Equal(o.t, o.jobBody(o.allOrders()[0].ID), answered)
	}
}

// atOnce: each of several requests at the same time has a process of its own, and they end in one order.
func (o *offline) atOnce() {
	started := len(o.processes())
	o.adds(1, func() { o.together(4, o.under("at once")) })
	require.Greater(o.t, len(o.processes()), started)
}

// stuck leaves a process that does nothing any more: it must end with the rest all the same, which is looked at then.
func (o *offline) stuck() { o.signal(syscall.SIGSTOP) }
