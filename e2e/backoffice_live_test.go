package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/e2e/browser"
)

// soonEnough is within what a page that is open learns of a change.
const soonEnough = 2 * time.Second

// badge marks a row that somebody has changed.
var badge = browser.Selector("td a.news")

func badges(p *browser.Page) int {
	return browser.Eval[int](p, `document.querySelectorAll("td a.news").length`)
}

// everyScreen tries a flow on both screens in one house, on every engine. Without scripts a page is as it was loaded.
func everyScreen(t *testing.T, flow func(t *testing.T, d *desk)) {
	t.Helper()
	eachHouse(t, func(t *testing.T, h *house) {
		for _, screen := range []browser.Screen{browser.Desktop, browser.Phone} {
			t.Run(screen.Name, func(t *testing.T) { flow(t, h.desk(t, screen, false)) })
		}
	})
}

// within holds that a page becomes so in time.
func within(t *testing.T, p *browser.Page, expression string) {
	t.Helper()
	began := time.Now()
	p.Await(expression)
	require.Less(t, time.Since(began), soonEnough+time.Second/2, "%s: the reader learns of it in time", expression)
}

// places are where the rows of a list and their cells are; rows are the rows alone.
const (
	places = `JSON.stringify([...document.querySelectorAll("tbody tr, tbody td")].map(e => Object.values(e.getBoundingClientRect().toJSON())))`
	rows   = `JSON.stringify([...document.querySelectorAll("tbody tr")].map(e => Object.values(e.getBoundingClientRect().toJSON())))`
)

// TestAListLearnsOfChanges: what is confirmed at one replica is marked in the list that another one serves, and nothing
// moves; the badge loads that row and no other.
func TestAListLearnsOfChanges(t *testing.T) {
	everyScreen(t, func(t *testing.T, d *desk) {
		tool := d.stockUp(50)
		first, second := d.sell(tool, 1), d.sell(tool, 2)
		p := d.visit("manager", "/orders")
		before, rowsBefore := browser.Eval[string](p, places), browser.Eval[string](p, rows)
		d.act(first, "confirm", d.operator, "")
		within(t, p, fmt.Sprintf(`document.querySelector("tr[data-entity='order.%d'] a.news")?.textContent.trim().startsWith("Ana ")`, first))
		require.Equal(t, before, browser.Eval[string](p, places), "nothing moves")
		p.Await(fmt.Sprintf(`document.querySelector("#live [aria-live]").textContent.startsWith("%d: Ana Ruiz confirmed the order at ")`, first))
		require.Equal(t, 1, badges(p))

		d.act(second, "confirm", d.operator, "")
		within(t, p, `document.querySelectorAll("td a.news").length === 2`)
		p.Click(browser.Selector(fmt.Sprintf("tr[data-entity='order.%d'] a.news", first)))
		p.Await(fmt.Sprintf(`document.querySelector("tr[data-entity='order.%d'] .badge").textContent.trim() === "Confirmed"`, first))
		require.Equal(t, rowsBefore, browser.Eval[string](p, rows), "no row moves")
		require.Equal(t, 1, badges(p), "the other row is left as it was")
		require.Equal(t, "link", browser.Eval[string](p, `document.activeElement.matches("tr a") ? "link" : document.activeElement.outerHTML`))
	})
}

// TestAPageLearnsOfChanges: the page of an order, and that of a customer, say who has changed it, and lead to it anew. What
// its reader does there is no news.
func TestAPageLearnsOfChanges(t *testing.T) {
	everyScreen(t, func(t *testing.T, d *desk) {
		order := d.sell(d.stockUp(50), 1)
		p := d.visit("manager", orderPath(order))
		d.act(order, "confirm", d.operator, "")
		within(t, p, `document.querySelector(".bar.news p")?.textContent.startsWith("Ana Ruiz confirmed the order at ")`)
		p.Leads(func() { p.Click(browser.Link("Show")) })
		p.See("Confirmed", "Ana Ruiz confirmed the order")
		require.False(t, p.Has(browser.Selector(".bar.news")))

		customer := d.post(d.customers.url()+"/customers", d.operator, fmt.Sprintf(`{"name": "Live %d", "email": "live%d@example.test"}`, order, order))
		path := fmt.Sprintf("/customers/%d", customer)
		p.Go("/backoffice" + path)
		answer := d.do(http.MethodPatch, d.customers.url()+path, d.operator, `{"phone": "555"}`, "If-Match", "*", "Content-Type", "application/merge-patch+json")
		require.Equal(t, http.StatusOK, answer.status, answer.body)
		within(t, p, `document.querySelector(".bar.news p")?.textContent.startsWith("Ana Ruiz changed it at ")`)
		p.Leads(func() { p.Click(browser.Link("Show")) })
		p.See("555")

		p.Go("/backoffice/customers")
		answer = d.do(http.MethodPatch, d.customers.url()+path, d.operator, `{"phone": "556"}`, "If-Match", "*", "Content-Type", "application/merge-patch+json")
		require.Equal(t, http.StatusOK, answer.status, answer.body)
		within(t, p, fmt.Sprintf(`document.querySelector("tr[data-entity='customer.%d'] a.news")`, customer))
		p.Click(badge)
		p.See("556")
	})
}

// TestNewsWithoutStreams: where no stream gets through, a page asks again and again.
func TestNewsWithoutStreams(t *testing.T) {
	everyScreen(t, func(t *testing.T, d *desk) {
		order := d.sell(d.stockUp(50), 1)
		var held, asked atomic.Int64
		d.wire.with(func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
			switch {
			case r.Header.Get("Accept") == "text/event-stream":
				held.Add(1)
				<-r.Context().Done() // as a proxy does that waits for the end of what it passes on
			case strings.HasSuffix(r.URL.Path, "/live"):
				asked.Add(1)
				pass.ServeHTTP(w, r)
			default:
				pass.ServeHTTP(w, r)
			}
		})
		p := d.visit("manager", orderPath(order))
		require.Eventually(t, func() bool { return asked.Load() > 0 }, time.Minute, 10*time.Millisecond)
		require.EqualValues(t, 1, held.Load())
		d.act(order, "confirm", d.operator, "")
		within(t, p, `document.querySelector(".bar.news")`)
	})
}

// TestNewsAfterARestart: a page whose service ended and came back has missed nothing of what happened elsewhere meanwhile.
func TestNewsAfterARestart(t *testing.T) {
	everyScreen(t, func(_ *testing.T, d *desk) {
		order := d.sell(d.stockUp(50), 1)
		p := d.visit("manager", orderPath(order))
		p.Expect(`request failed|answer 50\d`)
		d.orders[0].end()
		d.act(order, "confirm", d.operator, "")
		d.orders[0].start()
		p.Await(`document.querySelector(".bar.news p")?.textContent.startsWith("Ana Ruiz confirmed the order at ")`)
	})
}
