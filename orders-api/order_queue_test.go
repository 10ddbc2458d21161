package orders

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/db"
	"b2b.example/db/dbtest"
	"b2b.example/kit/fault"
	"b2b.example/kit/kittest"
)

// asked is one order of a batch: its key and its lines.
type asked struct {
	key   string
	lines []Line
}

// inOneBatch has orders placed in one transaction: they wait in a queue until all are there.
func (w *world) inOneBatch(d *db.DB, orders ...asked) ([]db.Answer, []error) {
	w.t.Helper()
	q := &queue{db: d, busy: true}
	answers, errs := make([]db.Answer, len(orders)), make([]error, len(orders))
	var all sync.WaitGroup
	for i, one := range orders {
		hash := sha256.Sum256([]byte(one.key))
		placement := Placement{Customer: Customer{ID: 7, Name: "ACME", Email: "ops@acme.test"}, Lines: one.lines}
		write := db.Write{
			Call:     db.Call{Caller: "operator:2", Key: one.key, Hashes: [][]byte{hash[:]}, Actor: "operator:2", ActorName: one.key, Channel: "API"},
			LookedUp: true, Effect: q.effect(placement, "en"), Run: q.run(placement, "en"),
			Now: func(_ context.Context, id int64) (db.Answer, error) { return db.Answer{TargetID: id}, nil },
		}
		all.Go(func() { answers[i], errs[i] = d.Once(w.t.Context(), write) })
		require.Eventually(w.t, func() bool {
			q.mu.Lock()
			defer q.mu.Unlock()
			return len(q.waiting) == i+1
		}, 10*time.Second, time.Millisecond)
	}
	q.work()
	all.Wait()
	return answers, errs
}

// TestOrdersArePlacedTogether: each order of a batch has its own answer, key, events and refusal; the stock that one takes
// is not there for the next.
func TestOrdersArePlacedTogether(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		w.stock("NUT-8", 100, 10)
		line := func(product, qty int64) []Line { return []Line{{ProductID: product, Qty: qty, At: "items[0]"}} }
		w.faults.Arm(nil)
		answers, errs := w.inOneBatch(w.db, asked{"a", line(1, 6)}, asked{"b", line(1, 6)}, asked{"c", line(99, 1)},
			asked{"d", []Line{{ProductID: 2, Qty: 3}, {ProductID: 1, Qty: 4}}})
		require.NoError(w.t, errs[0])
		require.True(w.t, fault.Is(errs[1], "INSUFFICIENT_STOCK"), "%v", errs[1])
		require.True(w.t, fault.Is(errs[2], "PRODUCT_NOT_FOUND"), "%v", errs[2])
		require.NoError(w.t, errs[3])
		commits := 0
		for _, call := range w.faults.Calls() {
			if call.Kind == dbtest.Commit {
				commits++
			}
		}
		require.Equal(w.t, 1, commits, "one transaction for all")
		require.EqualValues(w.t, 0, w.product(1).Stock)
		require.EqualValues(w.t, 7, w.product(2).Stock)
		require.EqualValues(w.t, 2, w.count("idempotency_keys", "caller = ?", "operator:2"), "the refused keep no key")
		for i, key := range map[int]string{0: "a", 3: "d"} {
			require.EqualValues(w.t, 1, w.count("events", "actor_name = ? AND idempotency_key = ? AND entity_id = ?", key, key, answers[i].TargetID))
		}
		again, errs := w.inOneBatch(w.db, asked{"a", line(1, 6)}, asked{"d", line(1, 1)}, asked{"e", line(2, 1)})
		require.Equal(w.t, []error{nil, nil, nil}, errs, "taken keys are replayed, and hold up nobody")
		require.Equal(w.t, string(answers[0].Body), string(again[0].Body))
		require.Equal(w.t, string(answers[3].Body), string(again[1].Body))
		require.True(w.t, again[0].Replayed && again[1].Replayed && !again[2].Replayed)
	})
}

// inBatch is the trial of orders that are placed together: each of them is there once in the end.
func (w *world) inBatch(key string, _ int64) dbtest.Trial {
	batch, placed := make([]asked, 3), w.sinceNow()
	for i := range batch {
		batch[i] = asked{fmt.Sprint(key, " ", i), []Line{{ProductID: 1, Qty: 1}}}
	}
	return dbtest.Trial{
		Attempt: func() bool {
			_, errs := w.inOneBatch(w.db, batch...)
			for _, err := range errs {
				if err != nil {
					require.Contains(w.t, []string{"BUSY", "IDEMPOTENCY_IN_PROGRESS"}, fault.Of(err).Code, "%v", err)
				}
			}
			return errs[0] == nil && errs[1] == nil && errs[2] == nil
		},
		Effects: func() int64 { return 1 + placed() - int64(len(batch)) },
	}
}

// TestManyClientsPlaceAtOnce: over HTTP, many orders at once are fewer transactions, and every one is right.
func TestManyClientsPlaceAtOnce(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 50)
		w.faults.Arm(nil)
		found := statuses(w.together([]*kittest.Server{w.Server}, times(60, placing(w, 1))))
		require.Equal(w.t, map[int]int{201: 50, 409: 10}, found)
		require.Zero(w.t, w.product(1).Stock)
		claims := 0
		for _, call := range w.faults.Calls() {
			if strings.HasPrefix(call.SQL, "INSERT INTO `idempotency_keys`") && call.Kind != dbtest.Prepare {
				claims++
			}
		}
		require.Less(w.t, claims, 60, "some were placed together")
	})
}

// TestAnOrderLeavesTheQueueWithItsRequest: one whose request ended while it waited is not placed behind its back.
func TestAnOrderLeavesTheQueueWithItsRequest(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		q := &queue{db: w.db, busy: true}
		placement := Placement{Customer: Customer{ID: 7, Name: "ACME"}, Lines: []Line{{ProductID: 1, Qty: 1}}}
		ended, end := context.WithCancel(w.t.Context())
		end()
		write := db.Write{Call: db.Call{Caller: "operator:2"}, Effect: q.effect(placement, "en")}
		_, err := q.run(placement, "en")(ended, write)
		require.True(w.t, fault.Is(err, "BUSY"), "%v", err)
		require.Empty(w.t, fault.Of(err).Args, "it is known that it was not placed")
		q.work()
		require.Zero(w.t, w.count("orders", "1 = 1"))
	})
}

// TestBusySaysWhetherItMayBeDone: an answer that an order was not placed for now is told from one that nobody knows of.
func TestBusySaysWhetherItMayBeDone(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		placed := func(key string, plan func(c dbtest.Call) dbtest.Fault) string {
			w.faults.Arm(plan)
			defer w.faults.Arm(nil)
			one := as(w.operator, keyed(placing(w, 1), key))
			one.Status, one.Code = http.StatusServiceUnavailable, "BUSY"
			return w.Do(w.t, one).Problem(w.t).Detail
		}
		gone := func(c dbtest.Call) bool { return c.Kind != dbtest.Begin && c.Kind != dbtest.Rollback }
		require.Contains(w.t, placed("not done", func(c dbtest.Call) dbtest.Fault {
			return map[bool]dbtest.Fault{true: dbtest.NotSent}[gone(c)]
		}), "Try again in a moment.")
		require.Zero(w.t, w.count("orders", "1 = 1"))

		lost := false
		require.Contains(w.t, placed("done", func(c dbtest.Call) dbtest.Fault {
			switch {
			case c.Kind == dbtest.Commit && !lost:
				lost = true
				return dbtest.ReplyLost
			case lost && gone(c):
				return dbtest.NotSent
			}
			return dbtest.None
		}), "Whether this was done is not known yet.")
		require.EqualValues(w.t, 1, w.count("orders", "1 = 1"))
	})
}

// TestAnOrderInABatchMayBePlaced: whoever no longer waits for it is told that nobody knows.
func TestAnOrderInABatchMayBePlaced(t *testing.T) {
	q := &queue{busy: true}
	ctx, end := context.WithCancel(t.Context())
	refused := make(chan error, 1)
	go func() {
		_, err := q.run(Placement{}, "en")(ctx, db.Write{})
		refused <- err
	}()
	require.Eventually(t, func() bool {
		q.mu.Lock()
		defer q.mu.Unlock()
		return len(q.waiting) == 1
	}, 10*time.Second, time.Millisecond)
	require.Len(t, q.next(), 1)
	end()
	require.Equal(t, fault.Args{"unknown": true}, fault.Of(<-refused).Args)
}
