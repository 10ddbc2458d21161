package e2e

import (
	"cmp"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"b2b.example/db/dbtest"
	"b2b.example/e2e/browser"
)

// fewOrders are those among which the times are taken unless ORDERS says how many: more than any count goes to.
const fewOrders = "20000"

// TestTimes logs how long it takes what the flows name a time for, among many orders: ORDERS=1000000 make times. Machines
// differ, so nothing is held to its figure.
func TestTimes(t *testing.T) {
	t.Parallel()
	database := dbtest.SQLite(t)
	orders := cmp.Or(os.Getenv("ORDERS"), fewOrders)
	t.Logf("among %s orders", orders)
	seed(t, database, orders)
	w := &stopwatch{newHouse(t, database).desk(t, browser.Desktop, false)}
	w.listing()
	w.finding()
	w.taking()
	w.bulk()
	w.conflict()
}

// seed fills a database with made-up orders.
func seed(t *testing.T, database, orders string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), buildB2B(t), "seed", "--orders", orders)
	command.Env = append(os.Environ(), "DATABASE_URL="+database)
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
}

// stopwatch is a desk at which times are taken, from the press of a key or a button on.
type stopwatch struct{ *desk }

// tell logs a time beside the flow's figure.
func (w *stopwatch) tell(what string, took time.Duration, figure string) {
	w.t.Helper()
	w.t.Logf("%-40s %8s   (%s)", what, took.Round(time.Millisecond), figure)
}

// times does what leads to another page, and tells how long that took until the page was whole.
func (w *stopwatch) times(p *browser.Page, what, figure string, act func()) {
	w.t.Helper()
	browser.Eval[bool](p, `["keydown", "pointerdown"].forEach(kind => addEventListener(kind, event => {
		sessionStorage.pressed = performance.timeOrigin + event.timeStamp
	}, true)) ?? true`)
	p.Leads(act)
	p.Await(`performance.getEntriesByType("navigation")[0].loadEventEnd > 0`)
	took := browser.Eval[float64](p, `performance.timeOrigin + performance.getEntriesByType("navigation")[0].loadEventEnd - sessionStorage.pressed`)
	w.tell(what, time.Duration(took*float64(time.Millisecond)), figure)
}

// listing takes the time of a page of the list at the server.
func (w *stopwatch) listing() {
	w.t.Helper()
	cookie := cookieText(w.cookie("operator"))
	var took []time.Duration
	for range 21 {
		began := time.Now()
		require.Equal(w.t, http.StatusOK, w.do(http.MethodGet, w.orders[0].url()+"/backoffice/orders", "", "", "Cookie", cookie).status)
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	w.tell("a page of the list, at the server", took[len(took)/2], "20 ms")
}

// finding looks for the same order in every way, and confirms it.
func (w *stopwatch) finding() {
	w.t.Helper()
	customer := w.post(w.customers.url()+"/customers", w.operator, `{"name": "García y Asociados", "email": "ventas@garcia.example"}`)
	tool := w.stockUp(10)
	order := w.post(w.orders[0].url()+"/orders", w.operator, fmt.Sprintf(`{"customer_id": %d, "items": [{"product_id": %d, "qty": 1}]}`, customer, tool.id))
	p := w.visit("operator", "/orders")
	for _, words := range []string{"garcia", "García y", "a", tool.sku, "ventas@gar", strconv.FormatInt(order, 10)} {
		p.Press("/")
		p.Fill(searchBox, words)
		w.times(p, "find "+words, "300 ms", func() { p.Press(kb.Enter) })
	}
	require.Equal(w.t, order, orderOf(w.t, p))
	browser.Eval[bool](p, `new MutationObserver(() => { sessionStorage.busy ??= Date.now() })
		.observe(document, {subtree: true, attributeFilter: ["aria-busy"]}), true`)
	w.times(p, "confirm", "500 ms", func() { p.Click(confirm) })
	busy := browser.Eval[float64](p, "sessionStorage.busy - sessionStorage.pressed")
	w.tell("confirm: busy", time.Duration(busy*float64(time.Millisecond)), "100 ms")
	w.confirmedOnce(p, order, "Ana Ruiz")
}

// taking takes an order.
func (w *stopwatch) taking() {
	w.t.Helper()
	_, p := w.draft()
	w.times(p, "create", "700 ms", func() { p.Click(doing("create")) })
	p.HasFocus(confirm)
}

// bulk confirms 200 orders.
func (w *stopwatch) bulk() {
	w.t.Helper()
	tool := w.stockUp(200)
	for range 200 {
		w.sell(tool, 1)
	}
	p := w.visit("operator", "/orders?search="+tool.sku+"&select=all")
	w.times(p, "bulk: preview", "1 s", func() { p.Click(browser.Button("Confirm…")) })
	p.See("200 will be confirmed")
	began := time.Now()
	w.times(p, "bulk: progress", "1 s", func() { p.Click(browser.Button("Confirm 200 orders")) })
	w.ended(p)
	w.tell("bulk: end", time.Since(began), "20 s")
	p.See("200 of 200 orders")
}

// conflict saves a product that somebody else has changed meanwhile.
func (w *stopwatch) conflict() {
	w.t.Helper()
	tool := w.stockUp(10)
	p := w.visit("manager", fmt.Sprintf("/products/%d/edit", tool.id))
	w.change(tool, `{"price_cents":900}`)
	p.Fill(priceField, "7.00")
	w.times(p, "conflict", "500 ms", func() { p.Press(kb.Enter) })
	p.See("saved this")
}
