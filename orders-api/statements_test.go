package orders

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"b2b.example/db/dbtest"
	"b2b.example/kit"
	"b2b.example/kit/kittest"
)

// TestStatementsOfEachOperation holds the number of calls to the database that each operation costs once its statements
// are prepared: the same for every size of a list, and for one line or many.
func TestStatementsOfEachOperation(t *testing.T) {
	each(t, func(w *world) {
		for i := range 4 {
			w.stock(fmt.Sprintf("SKU-%d", i+1), 100, 1000)
		}
		w.placeMany(30, 1)
		w.Do(w.t, keyed(placing(w, 1), "stored"))
		for _, one := range w.costs() {
			w.prepared(func() { w.Do(w.t, one.request()) })
			require.Equal(w.t, one.statements, w.statements(), "%s: %v", one.name, w.faults.Calls())
		}
	})
}

// prepared does something until its statements are prepared, which each connection does for itself, a transaction after its
// end; other work borrows connections in between. Then it has been done once more.
func (w *world) prepared(do func()) {
	w.t.Helper()
	for try := 1; try <= 10; try++ {
		w.faults.Arm(nil)
		do()
		isPrepare := func(call dbtest.Call) bool { return call.Kind == dbtest.Prepare }
		if try >= 3 && !slices.ContainsFunc(w.faults.Calls(), isPrepare) {
			return
		}
	}
	require.Fail(w.t, "statements stay prepared", "%v", w.faults.Calls())
}

// statements is how many were sent since the faults were armed, beside the beginning and the end of their transaction. An
// insert is a query where the engine returns the new ids, so the two kinds count as one.
func (w *world) statements() int {
	w.t.Helper()
	n := map[dbtest.Kind]int{}
	for _, call := range w.faults.Calls() {
		n[call.Kind]++
	}
	require.Zero(w.t, n[dbtest.Prepare], "statements stay prepared")
	require.Zero(w.t, n[dbtest.Rollback])
	require.LessOrEqual(w.t, n[dbtest.Begin], 1)
	require.Equal(w.t, n[dbtest.Begin], n[dbtest.Commit])
	return n[dbtest.Exec] + n[dbtest.Query]
}

// costed is an operation with what it costs.
type costed struct {
	name       string
	request    func() kittest.Case
	statements int
}

func (w *world) costs() []costed {
	n := 0
	read := func(path string) func() kittest.Case {
		return func() kittest.Case { return kittest.Case{Path: path, As: w.viewer, Status: 200} }
	}
	order := func(items ...string) func() kittest.Case {
		return func() kittest.Case {
			return kittest.Case{Path: "/orders", As: w.operator, Body: orderOf(items...), Status: 201}
		}
	}
	move := func(make func(id int64, key string) kittest.Case) func() kittest.Case {
		return func() kittest.Case { n++; return as(w.operator, make(int64(n), fmt.Sprint("k ", n))) }
	}
	return []costed{
		{"place one line", order(item(1, 1)), 8},
		{"place three lines", order(item(3, 1), item(1, 1), item(2, 1)), 8},
		{"place by SKU", order(bySKU("SKU-3", 1), bySKU("SKU-1", 1), item(2, 1)), 9},
		{"confirm", move(func(id int64, key string) kittest.Case { return confirming(id, key, 200) }), 7},
		{"confirm again", move(func(_ int64, key string) kittest.Case { return confirming(1, key, 200) }), 6},
		{"cancel", move(func(id int64, _ string) kittest.Case { return canceling(id, 200) }), 9},
		{"cancel with a key", move(func(id int64, key string) kittest.Case { return keyed(canceling(id, 200), key) }), 10},
		{"undo a cancellation", func() kittest.Case {
			n++
			w.cancel(int64(n))
			w.faults.Arm(nil)
			return as(w.operator, undoing(int64(n), 200))
		}, 10},
		{"note", move(func(id int64, key string) kittest.Case {
			return kittest.Case{Method: "PATCH", Path: orderPath(id, ""), Body: `{"note":"` + key + `"}`, Header: headers("If-Match", "*"), Status: 200}
		}), 6},
		{"adjust", func() kittest.Case {
			return kittest.Case{Path: "/products/1/stock-adjustments", As: w.manager, Body: `{"delta":1,"note":"x"}`, Status: 200}
		}, 6},
		{"replay", func() kittest.Case { return keyed(placing(w, 1), "stored") }, 1},
		{"get", read("/orders/25"), 2},
		{"get one that was confirmed just now", read("/orders/1"), 3},
		{"list of 2", read("/orders?limit=2"), 1},
		{"list of 20", read("/orders?limit=20"), 1},
		{"list of 100", read("/orders?limit=100&status=CREATED"), 1},
		{"search", read("/orders?search=acme"), 2},
		{"timeline", read("/orders/1/events"), 1},
		{"products", read("/products"), 1},
		{"product", read("/products/1"), 1},
	}
}

// TestNoCallInsideATransaction: customers-api is never asked with a transaction open, which would hold its locks for as
// long as the other service takes.
func TestNoCallInsideATransaction(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		w.customers.whenAsked(func() {
			if open := w.faults.InTransaction(); open != 0 {
				w.t.Errorf("%d transactions are open", open)
			}
		})
		before := w.customers.questions()
		w.Do(w.t, as(w.employ(8, kit.Manager), keyed(placing(w, 1), "k")))
		w.Do(w.t, as(w.employ(9, kit.Operator), confirming(1, "c", 200)))
		w.place(bySKU("BOLT-8", 1))
		require.Equal(w.t, 5, w.customers.questions()-before, "three log-ins and two customers")
	})
}
