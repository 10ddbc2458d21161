package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"b2b.example/db/dbtest"
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

// TestBulkByKeys: 200 orders are confirmed without a mouse.
func TestBulkByKeys(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	d := h.desk(t, browser.Desktop, false)
	orders := d.sellMany(200)
	p := d.visit("operator", "/orders?status=CREATED")
	p.Press("jjx")
	p.There(browser.Button("Confirm…"))
	p.Press(kb.Escape)
	require.False(t, p.Has(browser.Button("Confirm…")))
	p.Press("x")
	tabTo(t, p, "link", "Select all 200 matching")
	p.Leads(func() { p.Press(kb.Enter) })
	tabTo(t, p, "button", "Confirm…")
	p.Leads(func() { p.Press(kb.Enter) })
	tabTo(t, p, "button", "Confirm 200 orders")
	p.Leads(func() { p.Press(kb.Enter) })
	d.ended(p)
	p.See("200 of 200 orders")
	require.Equal(t, []string{"created by Ana Ruiz", "confirmed by Ana Ruiz"}, d.happened(orders[3]))
	p.Leads(func() { p.Press("u") })
	p.See("Undo 200 orders")
	h.checkInvariants()
}
