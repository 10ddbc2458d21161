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

// shownNow is where everything on a page is, what it shows there, and where the focus is.
const shownNow = `JSON.stringify([document.activeElement.id, scrollY, ...[...document.querySelectorAll("main *")].
	filter(e => !e.closest("#live")).map(e => [e.value, Object.values(e.getBoundingClientRect().toJSON())])])`

// TestTheDashboardLearnsOfMore: what is placed and confirmed is counted beside the dashboard, which stays as it is until it
// is loaded anew. It is said once.
func TestTheDashboardLearnsOfMore(t *testing.T) {
	everyScreen(t, func(t *testing.T, d *desk) {
		tool := d.stockUp(50)
		d.sell(tool, 1)
		p := d.visit("manager", "")
		p.There(browser.ID("orders-by-day")) // once the days are counted
		before := browser.Eval[string](p, shownNow)
		order := d.sell(tool, 1)
		within(t, p, `document.querySelector(".bar.news p")?.textContent.includes("1 change since you opened this page")`)
		p.Await(`document.querySelector("#live [aria-live]").textContent.includes("1 change since you opened this page")`)
		browser.Eval[bool](p, `document.querySelector(".bar.news a").focus(), true`)
		d.act(order, "confirm", d.operator, "")
		within(t, p, `document.querySelector(".bar.news p").textContent.includes("2 changes since you opened this page")`)
		d.act(order, "cancel", d.operator, `{"reason":"OTHER"}`)
		within(t, p, `document.querySelector(".bar.news p").textContent.includes("3 changes since you opened this page")`)
		require.Equal(t, "Show", browser.Eval[string](p, `document.activeElement.textContent`), "the focus stays where it is")
		require.Contains(t, browser.Eval[string](p, `document.querySelector("#live [aria-live]").textContent`), "1 change ", "once is enough")
		browser.Eval[bool](p, `document.activeElement.blur(), true`)
		require.Equal(t, before, browser.Eval[string](p, shownNow), "nothing moves")
		p.Leads(func() { p.Click(browser.Link("Show")) })
		require.False(t, p.Has(browser.Selector(".bar.news")))
	})
}

// TestAFormLearnsOfChanges: while it is filled in, the form of what others save or delete says so, and stays as it is.
func TestAFormLearnsOfChanges(t *testing.T) {
	everyScreen(t, func(t *testing.T, d *desk) {
		tool := d.stockUp(50)
		p := d.visit("manager", fmt.Sprintf("/products/%d/edit", tool.id))
		p.Fill(nameField, "Mine")
		before := browser.Eval[string](p, shownNow)
		d.change(tool, `{"name":"Theirs"}`)
		within(t, p, `/^\s*Max Power changed it at \d\d:\d\d\. What you typed is kept\./.test(document.querySelector(".bar.news p")?.textContent)`)
		p.Await(`document.querySelector("#live [aria-live]").textContent.includes("saving shows both")`)
		require.Equal(t, before, browser.Eval[string](p, shownNow), "nothing moves, and what was typed is there")
		require.False(t, p.Has(browser.Selector(".bar.news a")), "nothing leads away from what was typed")
		p.Leads(func() { p.Click(saveProduct) })
		p.See("Max Power saved this at", "Theirs", "Mine")
		d.change(tool, `{"price_cents":900}`)
		within(t, p, `document.querySelector(".bar.news p")?.textContent.includes("What you typed is kept.")`)

		customer := d.post(d.customers.url()+"/customers", d.operator, fmt.Sprintf(`{"name": "Gone %d", "email": "gone%d@example.test"}`, tool.id, tool.id))
		path := fmt.Sprintf("/customers/%d", customer)
		p.Go("/backoffice" + path + "/edit")
		answer := d.do(http.MethodDelete, d.customers.url()+path, d.manager, "", "If-Match", "*")
		require.Less(t, answer.status, http.StatusBadRequest, answer.body)
		within(t, p, `document.querySelector(".bar.news p")?.textContent.includes("deleted it")`)
		p.Await(`document.querySelector("#live [aria-live]").textContent.includes("It can no longer be saved")`)
	})
}

// TestANoteLearnsOfChanges: what happens to an order while its note is written is told in the dialog that covers its page,
// and on the page when that is closed.
func TestANoteLearnsOfChanges(t *testing.T) {
	everyScreen(t, func(t *testing.T, d *desk) {
		order := d.sell(d.stockUp(50), 1)
		p := d.visit("manager", orderPath(order))
		p.Click(browser.Link("Add note…"))
		p.Fill(browser.ID("note"), "Ring first")
		d.act(order, "confirm", d.operator, "")
		within(t, p, `document.querySelector("dialog .bar.news p")?.textContent.includes("If the note is another now, saving shows both")`)
		require.Equal(t, "Ring first", p.Value(browser.ID("note")))
		require.False(t, p.Has(browser.Selector(".bar.news a")))
		p.Click(browser.Link("Leave the note as it is").First())
		p.Await(`!document.querySelector("dialog") && document.querySelector("main .bar.news")`)
		p.Leads(func() { p.Click(browser.Link("Show")) })
		p.See("Confirmed")

		p.Go("/backoffice" + orderPath(order) + "/note")
		d.act(order, "cancel", d.operator, `{"reason":"CUSTOMER_REQUEST"}`)
		within(t, p, `document.querySelector(".bar.news p")?.textContent.startsWith("Ana Ruiz canceled the order")`)
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
