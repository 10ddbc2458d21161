package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// mishap is what happens to one of the job's three calls. It meddles with that call, and with every later one of its kind,
// until the first try has ended.
type mishap struct {
	name   string
	within string // milliseconds that the caller has for the first try; "" for as long as it takes
	first  int    // status of the first try's answer; 0: it never comes
	happen func(s *state) meddling
}

// mishaps are all that may happen to a call.
var mishaps = []mishap{
	{name: "refused", first: http.StatusServiceUnavailable, happen: (*state).refuse},
	{name: "reply lost", first: http.StatusServiceUnavailable, happen: (*state).loseReply},
	{name: "503 once", first: http.StatusCreated, happen: func(s *state) meddling { return s.busy(1) }},
	{name: "503 always", first: http.StatusServiceUnavailable, happen: func(s *state) meddling { return s.busy(always) }},
	{name: "slower than the deadline", within: "1500", first: http.StatusGatewayTimeout, happen: (*state).late},
	{name: "killed between", happen: (*state).kill},
	{name: "refused by a rule", first: http.StatusConflict, happen: (*state).refuseForGood},
}

// steps are the job's three calls.
var steps = []string{"customer", "create", "confirm"}

// always is a number of times that no test reaches.
const always = 1_000_000

// state is a point at which one call has met one mishap.
type state struct {
	*house
	first  *program // takes the first try
	mishap mishap
	step   string
	key    string
	under  sync.WaitGroup // what the services still do when their caller has gone
}

// TestEveryState: three calls, and each mishap for each of them; then a retry at another instance, and from the start again
// with two retries at once. Each ends in one order and the same answer for whoever asks. The instance that meets the mishap
// is a process of its own; services and database are the real ones.
func TestEveryState(t *testing.T) {
	path := buildForImage(t, "orchestrator", "./cmd/local")
	eachHouse(t, func(t *testing.T, h *house) {
		h.restock(1000)
		first, tried := newProgram(t, path, h), 0
		for _, step := range steps {
			for _, one := range mishaps {
				for name, then := range map[string]func(*state) []reply{"a second instance": (*state).elsewhere, "two at once": (*state).atOnce} {
					tried++
					title := fmt.Sprintf("%s %s, then %s", step, one.name, name)
					t.Run(title, func(t *testing.T) {
						s := &state{house: h.in(t), first: first, mishap: one, step: step, key: title}
						s.try(then)
					})
				}
			}
		}
		t.Logf("%d states, each followed by a retry at a second instance and by two at once: %d jobs", len(steps)*len(mishaps), tried)
	})
}

// try does the job under the mishap, then as it is told, and looks at what there is.
func (s *state) try(then func(*state) []reply) {
	s.first.start()
	orders, stock := s.count(), s.stock()
	wire := wireOf(s.step, s.first.customersWire, s.first.ordersWire)
	wire.with(s.mishap.happen(s))
	s.t.Cleanup(func() { wire.with(nil) })
	s.firstTry()
	wire.with(nil)
	answers := then(s)
	s.under.Wait()

	require.Equal(s.t, orders+1, s.count())
	for _, answer := range append(answers, s.orchestrate(0, s.operator, s.body())) {
		s.ended(answer, stock)
	}
	s.checkInvariants()
}

// ended checks what became of the order, and that an answer says so. It is cancelled where a rule was against its
// confirmation, and confirmed in every other state; stock is what there was of the product before.
func (s *state) ended(answer reply, stock int64) {
	s.t.Helper()
	order := s.allOrders()[0]
	if s.step == "confirm" && s.mishap.first == http.StatusConflict {
		require.Equal(s.t, "CANCELED", order.Status)
		require.Equal(s.t, stock, s.stock())
		problem := answer.problem(s.t, http.StatusConflict)
		require.Equal(s.t, "ORDER_CANCELED", problem.Code)
		require.Equal(s.t, map[string]any{"success": false, "correlationId": "req-789", "order_id": float64(order.ID)}, problem.Extra)
		return
	}
	require.Equal(s.t, "CONFIRMED", order.Status)
	require.Equal(s.t, stock-qty, s.stock())
	require.Equal(s.t, http.StatusCreated, answer.status, answer.body)
	require.Equal(s.t, s.jobBody(order.ID), answer.body)
}

// body is the job of this state.
func (s *state) body() string { return strings.Replace(s.job(), "abc-123", s.key, 1) }

// expected is how the first try ends. The first of its calls decides nothing: with it unanswered, it is known that there
// is no order yet, and a customer that it does not find may be there when the order is placed.
func (s *state) expected() int {
	switch {
	case s.step == "customer" && s.mishap.first == http.StatusGatewayTimeout:
		return http.StatusServiceUnavailable
	case s.step == "customer" && s.mishap.first == http.StatusConflict:
		return http.StatusCreated
	}
	return s.mishap.first
}

// firstTry ends as it must: with the order, with a refusal that says whether a retry helps, or with silence.
func (s *state) firstTry() {
	answer, err := s.first.call(s.operator, s.body(), s.mishap.within)
	switch status := s.expected(); status {
	case 0:
		require.Error(s.t, err, answer.body)
	case http.StatusCreated:
		require.Equal(s.t, s.jobBody(s.allOrders()[0].ID), answer.body)
	default:
		require.NoError(s.t, err)
		problem := answer.problem(s.t, status)
		require.Equal(s.t, false, problem.Extra["success"])
		require.Equal(s.t, status != http.StatusConflict, problem.Extra["retry"] == true)
		require.Equal(s.t, status != http.StatusConflict, answer.header.Get("Retry-After") != "")
	}
}

// elsewhere sends the job to another instance.
func (s *state) elsewhere() []reply { return []reply{s.patiently(1, s.operator, s.body())} }

// atOnce sends the job to two instances at the same time.
func (s *state) atOnce() []reply {
	answers := make([]reply, 2)
	var done sync.WaitGroup
	for i := range answers {
		done.Go(func() { answers[i] = s.patiently(i, s.operator, s.body()) })
	}
	done.Wait()
	return answers
}

// at is a mishap that happens to the step alone.
func (s *state) at(happen meddling) meddling {
	return func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
		if isStep(r, s.step) {
			happen(w, r, pass)
			return
		}
		pass.ServeHTTP(w, r)
	}
}

// refuse ends the connection before anything is done.
func (s *state) refuse() meddling {
	return s.at(func(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) })
}

// loseReply ends the connection when all is done.
func (s *state) loseReply() meddling {
	return s.at(func(_ http.ResponseWriter, r *http.Request, pass http.Handler) {
		pass.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	})
}

// busy answers in the service's place that it has no time, so many times.
func (s *state) busy(times int) meddling {
	return s.at(func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
		if times--; times < 0 {
			pass.ServeHTTP(w, r)
			return
		}
		refuse(w, http.StatusServiceUnavailable, "BUSY")
	})
}

// refuseForGood answers in the service's place that a rule is against it.
func (s *state) refuseForGood() meddling {
	return s.at(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		switch s.step {
		case "customer":
			refuse(w, http.StatusNotFound, "NOT_FOUND")
		case "create":
			refuse(w, http.StatusConflict, "INSUFFICIENT_STOCK")
		default:
			refuse(w, http.StatusConflict, "ORDER_NOT_CONFIRMABLE")
		}
	})
}

// late begins the work when its caller has given up, so that it goes on beside the retries.
func (s *state) late() meddling {
	return s.at(func(_ http.ResponseWriter, r *http.Request, pass http.Handler) {
		s.under.Add(1)
		defer s.under.Done()
		body, _ := io.ReadAll(r.Body) // only then does the server notice that the other side has gone
		<-r.Context().Done()
		r = r.WithContext(context.WithoutCancel(r.Context()))
		r.Body = io.NopCloser(bytes.NewReader(body))
		pass.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	})
}

// kill ends the instance when the call is done, and before the next.
func (s *state) kill() meddling {
	return s.at(func(_ http.ResponseWriter, r *http.Request, pass http.Handler) {
		pass.ServeHTTP(httptest.NewRecorder(), r)
		s.first.kill()
		panic(http.ErrAbortHandler)
	})
}
