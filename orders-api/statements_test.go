package orders

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"b2b.example/db"
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
			for range 3 { // the first two prepare: a transaction does that after its end
				w.faults.Arm(nil)
				w.Do(w.t, one.request())
			}
			want := one.mysql
			if w.db.Dialect() == db.SQLite {
				want = one.sqlite
			}
			require.Equal(w.t, want, w.cost(), "%s: %v", one.name, w.faults.Calls())
		}
	})
}

// cost is what the calls since the faults were armed come to, as "7 exec, 1 query, 1 transaction".
func (w *world) cost() string {
	n := map[dbtest.Kind]int{}
	for _, call := range w.faults.Calls() {
		n[call.Kind]++
	}
	require.Zero(w.t, n[dbtest.Prepare], "statements stay prepared")
	require.Zero(w.t, n[dbtest.Rollback])
	require.Equal(w.t, n[dbtest.Begin], n[dbtest.Commit])
	return fmt.Sprintf("%d exec, %d query, %d transaction", n[dbtest.Exec], n[dbtest.Query], n[dbtest.Begin])
}

// costed is an operation with what it costs. SQLite's inserts are queries, for they return the new ids.
type costed struct {
	name          string
	request       func() kittest.Case
	mysql, sqlite string
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
	one := "0 exec, 1 query, 0 transaction"
	return []costed{
		{"place one line", order(item(1, 1)), "7 exec, 1 query, 1 transaction", "3 exec, 5 query, 1 transaction"},
		{"place three lines", order(item(3, 1), item(1, 1), item(2, 1)), "7 exec, 1 query, 1 transaction", "3 exec, 5 query, 1 transaction"},
		{"place by SKU", order(bySKU("SKU-3", 1), bySKU("SKU-1", 1), item(2, 1)), "7 exec, 2 query, 1 transaction", "3 exec, 6 query, 1 transaction"},
		{"confirm", move(func(id int64, key string) kittest.Case { return confirming(id, key, 200) }), "4 exec, 3 query, 1 transaction", "2 exec, 5 query, 1 transaction"},
		{"confirm again", move(func(_ int64, key string) kittest.Case { return confirming(1, key, 200) }), "2 exec, 3 query, 1 transaction", "1 exec, 4 query, 1 transaction"},
		{"cancel", move(func(id int64, _ string) kittest.Case { return canceling(id, 200) }), "6 exec, 3 query, 1 transaction", "3 exec, 6 query, 1 transaction"},
		{"cancel with a key", move(func(id int64, key string) kittest.Case { return keyed(canceling(id, 200), key) }), "6 exec, 4 query, 1 transaction", "3 exec, 7 query, 1 transaction"},
		{"note", move(func(id int64, key string) kittest.Case {
			return kittest.Case{Method: "PATCH", Path: orderPath(id, ""), Body: `{"note":"` + key + `"}`, Header: headers("If-Match", "*"), Status: 200}
		}), "4 exec, 2 query, 1 transaction", "2 exec, 4 query, 1 transaction"},
		{"adjust", func() kittest.Case {
			return kittest.Case{Path: "/products/1/stock-adjustments", As: w.manager, Body: `{"delta":1,"note":"x"}`, Status: 200}
		}, "5 exec, 1 query, 1 transaction", "2 exec, 4 query, 1 transaction"},
		{"replay", func() kittest.Case { return keyed(placing(w, 1), "stored") }, one, one},
		{"get", read("/orders/1"), "0 exec, 2 query, 0 transaction", "0 exec, 2 query, 0 transaction"},
		{"list of 2", read("/orders?limit=2"), one, one},
		{"list of 20", read("/orders?limit=20"), one, one},
		{"list of 100", read("/orders?limit=100&status=CREATED"), one, one},
		{"search", read("/orders?search=acme"), one, one},
		{"timeline", read("/orders/1/events"), one, one},
		{"products", read("/products"), one, one},
		{"product", read("/products/1"), one, one},
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
