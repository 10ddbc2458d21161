package orders

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
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

// pageCost is a page of a route, by what its address has behind that, with its statements: while there is little to show, and
// while there is more than a page of everything.
type pageCost struct {
	rest      string
	few, many int
}

// pageCosts are those of all pages, by their routes. What leads elsewhere may look where to.
var pageCosts = map[string][]pageCost{
	"": {{"", 10, 10}}, "/": {{"", 0, 0}}, "/login": {{"", 0, 0}}, "/worker.js": {{"", 0, 0}}, "/keys": {{"", 1, 1}}, "/settings": {{"", 1, 1}}, "/settings/password": {{"", 0, 0}},
	"/activity": {{"", 4, 4}, {"?entity=order", 2, 2}, {"?actor=operator%3A3", 4, 4}, {"?format=csv", 1, 1}},
	"/orders": { // how many match is counted when they are more than a page
		{"", 8, 9}, {"?search=acme", 9, 9}, {"?sort=-total_cents", 8, 9}, {"?row=1", 9, 9}, {"?format=csv", 1, 1},
	},
	"/orders/new":         {{"", 1, 1}, {"?customer_id=1", 1, 1}, {"?again=1", 4, 4}},
	"/orders/:id":         {{"", 4, 4}, {"?as_of=2100-01-01T00:00:00Z", 3, 3}},
	"/orders/:id/confirm": {{"", 0, 0}}, "/orders/:id/undo": {{"", 0, 0}}, "/orders/:id/cancel": {{"", 4, 4}}, "/orders/:id/note": {{"", 3, 3}},
	"/bulk-runs": {{"", 2, 2}}, "/bulk-runs/new": {{"?action=confirm&filter=", 3, 3}, {"?action=cancel&order=1&order=2", 4, 4}},
	"/bulk-runs/:id":       {{"", 4, 4}, {"?outcome=skipped", 4, 4}, {"?format=csv", 2, 2}},
	"/bulk-runs/:id/retry": {{"", 0, 0}}, "/bulk-runs/:id/undo": {{"", 0, 0}},
	"/views/new": {{"?query=search%3Da", 1, 1}}, "/views/:id": {{"", 1, 1}}, "/views/:id/edit": {{"", 2, 2}}, "/views/:id/delete": {{"", 2, 2}},
	"/products": {{"", 2, 2}, {"?search=nut", 3, 3}, {"?format=csv", 1, 1}}, "/products/new": {{"", 1, 1}}, "/products/import": {{"", 1, 1}},
	// A question about several tries each of them, at most a page, and takes it back: that is no cost of the page.
	"/products/selected": {{"?action=export&id=1&id=2", 1, 1}},
	"/products/:id":      {{"", 3, 3}, {"?as_of=2100-01-01T00:00:00Z", 3, 3}}, "/products/:id/edit": {{"", 2, 2}}, "/products/:id/adjust": {{"", 2, 2}},
}

// elsewhere is what begins the routes that no row can hold: of entities of another service, of which each is asked for
// there; of what is taken in beside the requests; and of what is no page.
var elsewhere = regexp.MustCompile(`^/(customers|operators|products/imports/:id|live$|assets/)`)

// TestEveryPageTakesConstantStatements holds every page to its statements, however much there is. A page without a row fails
// it.
func TestEveryPageTakesConstantStatements(t *testing.T) {
	eachIdle(t, func(w *world) {
		for _, route := range w.App.GetRoutes(true) {
			path, isPage := strings.CutPrefix(route.Path, home)
			if route.Method == http.MethodGet && isPage && !elsewhere.MatchString(path) {
				require.NotEmpty(w.t, pageCosts[path], "a row for the page %s", path)
			}
		}
		w.stock("BOLT-8", 250, 1000)
		boss := w.browse(3)
		w.placeMany(1, 1)
		for i := range 3 { // views, of which each is counted
			boss.save("sort=created_at&customer_id="+strconv.Itoa(i+1), fmt.Sprint("View ", i))
		}
		w.charts(boss) // the days before today are counted once for all
		w.crowd(boss, 1)
		w.holdPages(boss, func(one pageCost) int { return one.few })
		w.crowd(boss, 25)
		w.holdPages(boss, func(one pageCost) int { return one.many })
	})
}

// crowd adds so many of everything that pages show.
func (w *world) crowd(boss *browser, n int) {
	w.t.Helper()
	w.placeMany(n, 1)
	for i := range n {
		w.stock(fmt.Sprintf("NUT-%d-%d", n, i), 100, 1)
		boss.run("confirm", "order=1&order=2")
		w.workOff()
		note := kittest.Case{Method: "PATCH", Path: "/orders/1", As: w.operator, Body: fmt.Sprintf(`{"note":"%d %d"}`, n, i), Header: headers("If-Match", "*"), Status: 200}
		w.Do(w.t, note)
	}
}

// holdPages opens every page and holds it to its statements.
func (w *world) holdPages(boss *browser, want func(pageCost) int) {
	w.t.Helper()
	for route, pages := range pageCosts {
		for _, one := range pages {
			path := home + strings.ReplaceAll(route, ":id", "1") + one.rest
			w.prepared(func() { require.Less(w.t, boss.get(path).status, http.StatusBadRequest, path) })
			assert.Equal(w.t, want(one), w.statements(), "%s: %v", path, w.faults.Calls())
		}
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
