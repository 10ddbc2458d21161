package orders

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/db"
	"b2b.example/db/dbtest"
	"b2b.example/kit/kittest"
)

// TestTwentyClientsOrderTheLastTen: ten get one each, ten are told that there are none left.
func TestTwentyClientsOrderTheLastTen(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		answers := w.together([]*kittest.Server{w.Server, w.replica()}, times(20, placing(w, 1)))
		require.Equal(w.t, map[int]int{201: 10, 409: 10}, statuses(answers))
		for _, a := range answers {
			if a.status == 409 {
				require.Contains(w.t, a.body, `"code":"INSUFFICIENT_STOCK"`)
			}
		}
		require.Zero(w.t, w.product(1).Stock)
		require.EqualValues(w.t, 10, w.count("orders", "1 = 1"))
	})
}

// TestProductsInOppositeOrder: many clients want the same products, each in its own order, while others change them; no
// deadlock reaches any of them.
func TestProductsInOppositeOrder(t *testing.T) {
	each(t, func(w *world) {
		for i := range 3 {
			w.stock(fmt.Sprintf("SKU-%d", i+1), 100, 40)
		}
		var cases []kittest.Case
		for i := range 60 {
			a, b, c := int64(i%3+1), int64((i+1)%3+1), int64((i+2)%3+1)
			one := kittest.Case{Path: "/orders", As: w.operator, Body: orderOf(item(a, 1), item(b, 2), bySKU(fmt.Sprintf("SKU-%d", c), 1))}
			if i%10 == 9 {
				one = kittest.Case{Path: fmt.Sprintf("/products/%d/stock-adjustments", a), As: w.manager, Body: `{"delta":1,"note":"x"}`}
			}
			cases = append(cases, one)
		}
		answers := w.together([]*kittest.Server{w.Server, w.replica()}, cases)
		found := statuses(answers)
		require.Equal(w.t, 60, found[201]+found[409]+found[200], "%v", found)
		require.Positive(w.t, found[201])
		require.Equal(w.t, 6, found[200], "each adjustment is made")

		cases = nil
		for i := range 20 {
			cases = append(cases, as(w.operator, canceling(int64(i+1), 0)), placing(w, 1))
		}
		found = statuses(w.together([]*kittest.Server{w.Server, w.replica()}, cases))
		require.Zero(w.t, found[500]+found[503], "%v", found)
	})
}

// TestConfirmAndCancelRace: whichever comes first, the end is one that the rules allow, with one event for each step.
func TestConfirmAndCancelRace(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 1000)
		servers := []*kittest.Server{w.Server, w.replica()}
		for id := int64(1); id <= 8; id++ {
			w.place(item(1, 5))
			var cases []kittest.Case
			for i := range 6 {
				cases = append(cases, as(w.operator, confirming(id, fmt.Sprintf("c %d %d", id, i), 0)), as(w.operator, canceling(id, 0)))
			}
			for _, a := range w.together(servers, cases) {
				require.Contains(w.t, []int{200, 409}, a.status, a.body)
			}
			require.Equal(w.t, Canceled, w.get(id).Status, "a cancellation is allowed before and after the confirmation")
			require.Contains(w.t, [][]string{{"created", "canceled"}, {"created", "confirmed", "canceled"}}, w.told(orderPath(id, "")))
		}
		require.EqualValues(w.t, 1000, w.product(1).Stock)
	})
}

// TestEditsOfOneVersion: of those who have seen the same version, one changes it.
func TestEditsOfOneVersion(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		w.place(item(1, 1))
		for version := 1; version <= 3; version++ {
			var cases []kittest.Case
			for i := range 6 {
				cases = append(cases, kittest.Case{
					Method: "PATCH", Path: "/orders/1", As: w.operator, Body: fmt.Sprintf(`{"note":"%d-%d"}`, version, i),
					Header: headers("If-Match", fmt.Sprintf(`"%d"`, version)),
				})
			}
			require.Equal(w.t, map[int]int{200: 1, 412: 5}, statuses(w.together([]*kittest.Server{w.Server, w.replica()}, cases)))
		}
	})
}

// TestOrdersExpire: those that nobody confirmed in time, and no others.
func TestOrdersExpire(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 1000)
		w.placeMany(120, 2) // more than are looked up at a time
		w.confirm(7)
		w.cancel(8)
		w.clock.Pass(72*time.Hour - time.Minute)
		rules := Rules{OrderTTL: 72 * time.Hour, CancelWindow: 100 * time.Hour}
		require.Zero(w.t, w.expire(rules, w.db), "they have a minute left")
		young := w.place(item(1, 3))
		w.clock.Pass(2 * time.Minute)
		require.Zero(w.t, w.expire(Rules{}, w.db), "with a TTL of 0 none ever expires")
		moved, err := expire(w.t.Context(), w.db, rules, 7)
		require.NoError(w.t, err)
		require.False(w.t, moved, "one that is confirmed after it was found stays confirmed")

		dbs := []*db.DB{w.db, w.db, w.db, w.db}
		if w.db.Dialect() == db.MySQL {
			other := w.open()
			dbs[1], dbs[3] = other, other
		}
		require.EqualValues(w.t, 118, w.expire(rules, dbs...), "by four sweepers at once")
		require.Zero(w.t, w.expire(rules, w.db))
		require.EqualValues(w.t, 1000-2-3, w.product(1).Stock, "their stock is back once")

		expired := w.get(1)
		require.Equal(w.t, Canceled, expired.Status)
		require.Equal(w.t, Expired, *expired.CancelReason)
		told := w.events("/orders/1")
		require.Equal(w.t, []string{"canceled", "system:sweeper", "SYSTEM"}, []string{told[0].Action, told[0].Actor, told[0].Channel})
		require.Equal(w.t, []Status{Confirmed, Canceled, Created}, []Status{w.get(7).Status, w.get(8).Status, w.get(young.ID).Status})
		require.EqualValues(w.t, 119, w.count("events", "action = ?", "canceled"))
		late := as(w.operator, confirming(1, "c", 409))
		late.Code = "ORDER_NOT_CONFIRMABLE"
		w.Do(w.t, late)
	})
}

// placeMany places orders of product 1 in one transaction, as a batch, and gives their ids.
func (w *world) placeMany(n int, qty int64) []int64 {
	w.t.Helper()
	placements, ids := make([]Placement, n), make([]int64, n)
	for i := range placements {
		placements[i] = Placement{Customer: acme, Lines: []Line{{ProductID: 1, Qty: qty, At: "items[0]"}}}
	}
	require.NoError(w.t, w.db.Tx(w.t.Context(), func(tx *db.Tx) error {
		placed, err := Place(tx.As(db.Call{Actor: "service:shop", Channel: "API"}), placements)
		for i, one := range placed {
			ids[i] = one.Order.ID
		}
		return err
	}))
	return ids
}

// expire lets sweepers run at once, one over each database, and says how many orders they expired together.
func (w *world) expire(rules Rules, dbs ...*db.DB) int64 {
	w.t.Helper()
	expired, err := expireAtOnce(w.t.Context(), rules, dbs...)
	require.NoError(w.t, err)
	return expired
}

func expireAtOnce(ctx context.Context, rules Rules, dbs ...*db.DB) (int64, error) {
	var total atomic.Int64
	var all sync.WaitGroup
	errs := make([]error, len(dbs))
	for i, d := range dbs {
		all.Go(func() {
			expired, err := Expire(ctx, d, rules)
			total.Add(int64(expired))
			errs[i] = err
		})
	}
	all.Wait()
	return total.Load(), errors.Join(errs...)
}

// TestExpiryAndConfirmationRace: an order that expires while it is confirmed ends as one of both, and as that for good.
func TestExpiryAndConfirmationRace(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 1000)
		for range 12 {
			w.place(item(1, 2))
		}
		w.clock.Pass(73 * time.Hour)
		var cases []kittest.Case
		for id := int64(12); id > 0; id-- {
			cases = append(cases, as(w.operator, confirming(id, fmt.Sprint("c ", id), 0)))
		}
		var expired int64
		var err error
		var sweeping sync.WaitGroup
		sweeping.Go(func() { expired, err = expireAtOnce(w.t.Context(), Rules{OrderTTL: 72 * time.Hour}, w.db, w.db) })
		answers := w.together([]*kittest.Server{w.Server}, cases)
		sweeping.Wait()
		require.NoError(w.t, err)
		found := statuses(answers)
		require.Equal(w.t, 12, found[200]+found[409], "%v", found)
		require.EqualValues(w.t, found[409], expired)
		require.EqualValues(w.t, 1000-2*found[200], w.product(1).Stock)
	})
}

// TestTheSweeperRunsWithTheService: what has expired while no service ran is swept when one starts.
func TestTheSweeperRunsWithTheService(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), func(*Settings) {})
	w.stock("BOLT-8", 250, 10)
	w.order(keyed(placing(w, 2), "k"))
	w.clock.Pass(80 * time.Hour)
	w.replica()
	require.Eventually(t, func() bool { return w.count("orders", "status = ?", Canceled) == 1 }, 10*time.Second, 5*time.Millisecond)
	require.Eventually(t, func() bool { return w.count("idempotency_keys", "answered_at IS NOT NULL") == 0 }, 10*time.Second, 5*time.Millisecond)
	require.EqualValues(t, 10, w.product(1).Stock)
	w.checkInvariants()
}
