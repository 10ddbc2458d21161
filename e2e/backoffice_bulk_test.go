package e2e

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"b2b.example/e2e/browser"
)

// sellMany places orders of two pieces each, the last of which is the newest.
func (d *desk) sellMany(n int) (orders []int64) {
	d.t.Helper()
	tool := d.stockUp(int64(2 * n))
	for range n {
		orders = append(orders, d.sell(tool, 2))
	}
	return orders
}

// ended waits until the run that is shown has ended. Without scripts, whoever waits loads the page again.
func (d *desk) ended(p *browser.Page) {
	d.t.Helper()
	if !d.noScripts {
		p.There(browser.ID("run"))
		p.Await(`!document.querySelector("#run [hx-trigger]")`)
		return
	}
	require.Eventually(d.t, func() bool {
		p.Reload()
		return !browser.Eval[bool](p, `!!document.querySelector("#run [hx-trigger]")`)
	}, time.Minute, 100*time.Millisecond)
}

// TestBulkConfirm: 200 orders are chosen by their filter and confirmed. What would be done is told before, how far it is
// while it runs, and what came of it after; somebody else's moves are among it, and running it again changes nothing.
func TestBulkConfirm(t *testing.T) {
	everyWayApart(t, func(t *testing.T, d *desk) {
		orders := d.sellMany(200)
		p := d.visit("operator", "/orders?status=CREATED")
		p.Leads(func() {
			p.Click(browser.Role("checkbox", fmt.Sprintf("Select order %d", orders[199])))
			p.See("selected", "Select all 200 matching")
			p.Click(browser.Link("Select all 200 matching"))
		})
		p.See("All 200 matching selected")
		begun := time.Now()
		p.Leads(func() { p.Click(browser.Button("Confirm…")) })
		p.See("Confirm 200 orders?", "200 will be confirmed", "$5,000.00 in all")
		asked := time.Since(begun)
		d.act(orders[0], "cancel", d.manager, `{"reason":"OTHER"}`)
		d.sellMany(1) // after the question: it is not swept in
		begun = time.Now()
		p.Leads(func() { p.Click(browser.Button("Confirm 200 orders")) })
		p.See("Confirm 199 orders", "started by Ana Ruiz")
		progress := time.Since(begun)
		d.ended(p)
		t.Logf("preview after %s, progress after %s, end after %s", asked.Round(time.Millisecond), progress.Round(time.Millisecond), time.Since(begun).Round(time.Millisecond))
		p.See("Finished", "199 of 199 orders", "$4,975.00 in all", "199 orders confirmed")
		if !d.noScripts {
			p.Await(`/^[1-5]?\d sec$/.test(document.querySelector("form.undo [data-until][aria-hidden]")?.textContent)`) // the time runs without a reload
		}
		p.Await(`document.querySelector("nav .waiting").textContent.trim().startsWith("1 ")`) // as many as wait now
		require.Equal(t, []string{"created by Ana Ruiz", "confirmed by Ana Ruiz"}, d.happened(orders[117]))
		require.Equal(t, []string{"created by Ana Ruiz", "canceled by Max Power"}, d.happened(orders[0]))

		again := p.Path()
		p.Go("/backoffice/orders?status=CREATED")
		require.Contains(t, p.Text(), "1 order")
		p.Go("/backoffice/bulk-runs/new?action=confirm&filter=status%3DCONFIRMED")
		p.See("199 already are")
		require.False(t, p.Has(browser.Button("Confirm .*orders")))
		p.Go(again)
		p.Leads(func() { p.Click(browser.Button("Undo")) })
		p.See("Undo 199 orders")
		if d.noScripts {
			d.ended(p)
		} else {
			p.Await(`!document.querySelector("#run [hx-trigger]")`)
		}
		p.See("Undone", "199 of 199 orders")
		require.Len(t, d.happened(orders[117]), 3)
	})
}

// TestBulkSelection: what is ticked is what the question is about; Clear takes it back.
func TestBulkSelection(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		orders := d.sellMany(3)
		p := d.visit("operator", fmt.Sprintf("/orders?customer_id=%d", d.customer))
		tick := func(order int64) { p.Click(browser.Role("checkbox", fmt.Sprintf("Select order %d", order))) }
		require.False(t, p.Has(browser.Button("Confirm…")))
		tick(orders[0])
		tick(orders[2])
		p.There(browser.Button("Confirm…"))
		p.Click(browser.Button("Clear"))
		require.False(t, p.Has(browser.Button("Confirm…")))
		tick(orders[0])
		tick(orders[2])
		p.Leads(func() { p.Click(browser.Button("Cancel…")) })
		p.See("Cancel 2 orders?", "2 will be canceled", "returns 4 units to stock")
		p.Click(browser.Role("radio", "Duplicate"))
		d.loses(p, "/bulk-runs/new", func() { p.Click(browser.Button("Cancel 2 orders")) })
		d.ended(p)
		p.See("Canceled", "2 of 2 orders", "Duplicate")
		require.Equal(t, []string{"created by Ana Ruiz", "canceled by Ana Ruiz"}, d.happened(orders[2]))
		require.Equal(t, []string{"created by Ana Ruiz"}, d.happened(orders[1]))
	})
}

// TestBulkByKeys: all orders of a filter are confirmed, and that is undone, without a mouse.
func TestBulkByKeys(t *testing.T) {
	everyWayApart(t, func(t *testing.T, d *desk) {
		orders := d.sellMany(21)
		p := d.visit("operator", "/orders?status=CREATED")
		if d.noScripts {
			p.TabTo(browser.Role("checkbox", fmt.Sprintf("Select order %d", orders[20])))
			p.Press(" ")
		} else {
			p.Press("jjx")
			p.There(browser.Button("Confirm…"))
			p.Press(kb.Escape)
			require.False(t, p.Has(browser.Button("Confirm…")))
			p.Press("x")
		}
		enters(p, browser.Link("Select all 21 matching"))
		enters(p, browser.Button("Confirm…"))
		enters(p, browser.Button("Confirm 21 orders"))
		d.ended(p)
		p.See("21 of 21 orders")
		require.Equal(t, []string{"created by Ana Ruiz", "confirmed by Ana Ruiz"}, d.happened(orders[3]))
		if d.noScripts {
			enters(p, undo)
		} else {
			p.Leads(func() { p.Press("u") })
		}
		p.See("Undo 21 orders")
	})
}

// TestBulkOfEachKind: the question tells what will be done, what cannot be and why, and what is so already; the run then
// has a list of each, which is linked and in its file. What failed can be tried again.
func TestBulkOfEachKind(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		tool := d.stockUp(50)
		var orders []int64
		for range 6 {
			orders = append(orders, d.sell(tool, 1))
		}
		d.act(orders[0], "confirm", d.manager, "")
		d.act(orders[1], "confirm", d.manager, "")
		d.act(orders[2], "cancel", d.operator, `{"reason":"OTHER"}`)
		p := d.visit("operator", "/orders?search="+tool.sku+"&select=all")
		p.See("All 6 matching selected")
		p.Leads(func() { p.Click(browser.Button("Confirm…")) })
		p.See("3 will be confirmed", "1 cannot", "It is canceled", "2 already are")
		require.Len(t, d.happened(orders[5]), 1)
		p.Leads(func() { p.DoubleClick(browser.Button("Confirm 3 orders")) })
		d.ended(p)
		run, _, _ := strings.Cut(p.Path(), "?")
		for tile, listed := range map[string][]int64{"Confirmed 3.*": orders[3:], "Skipped 2.*": orders[:2], "Failed 1.*": orders[2:3]} {
			p.Leads(func() { p.Click(browser.Link(tile)) })
			for _, order := range listed {
				p.There(browser.Link(strconv.FormatInt(order, 10)))
			}
			require.Equal(t, len(listed), browser.Eval[int](p, `document.querySelectorAll("tbody tr").length`), tile)
		}
		file := d.do(http.MethodGet, d.wire.URL+run+"?format=csv", "", "", "Cookie", cookieText(d.cookie("operator")))
		require.Contains(t, file.body, fmt.Sprintf("\r\n%d,failed,It is canceled.,ORDER_IS_CANCELED,", orders[2]))
		require.Equal(t, 7, strings.Count(file.body, "\r\n"))

		answer := d.do(http.MethodPost, fmt.Sprintf("%s/orders/%d/undo", d.orders[0].url(), orders[2]), d.operator, "")
		require.Equal(t, http.StatusOK, answer.status, answer.body)
		p.Leads(func() { p.DoubleClick(browser.Button("Retry 1")) })
		d.ended(p)
		p.See("Confirm 1 order", "1 of 1 order")
		require.Equal(t, "confirmed by Ana Ruiz", d.happened(orders[2])[3])
	})
}
