package e2e

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"b2b.example/e2e/browser"
)

// newOrder leads to the form of a new order.
var newOrder = browser.Link("New order.*").First()

// TestFewClicks: with a mouse, the flows take as many clicks as they may, and what is typed needs none: the focus is there.
func TestFewClicks(t *testing.T) {
	t.Run("confirm", func(t *testing.T) {
		everyWay(t, func(t *testing.T, d *desk) {
			order := d.sell(d.stockUp(10), 2)
			p := d.visit("operator", orderPath(order))
			p.Leads(func() { p.Click(confirm) })
			d.confirmedOnce(p, order, "Ana Ruiz")
			require.Equal(t, 1, p.Clicks())
		})
	})
	t.Run("cancel", func(t *testing.T) {
		everyWay(t, func(t *testing.T, d *desk) {
			order := d.sell(d.stockUp(10), 2)
			p := d.visit("operator", orderPath(order))
			d.askToCancel(p, order)
			p.Click(browser.Role("radio", "Duplicate"))
			p.Leads(func() { p.Click(cancel) })
			p.See("Ana Ruiz canceled the order")
			require.Equal(t, 3, p.Clicks())
		})
	})
	t.Run("take an order", func(t *testing.T) {
		everyWay(t, func(t *testing.T, d *desk) {
			tool := d.stockUp(10)
			p := d.visit("operator", "/orders")
			p.Leads(func() { p.Click(newOrder) })
			d.typed(p, customerSearch, "acm")
			d.works(p, doing("choose", d.customer))
			p.There(doing("change_customer"))
			d.typed(p, productSearch, tool.sku)
			d.works(p, doing("add", tool.id))
			p.HasFocus(qtyOf(tool))
			p.Press(kb.ArrowRight + "\b3")
			d.update(p)
			p.See("$37.50")
			d.create(p)
			p.HasFocus(confirm)
			require.EqualValues(t, 7, d.left(tool))
			require.Equal(t, 4, p.Clicks())
		})
	})
}

// typed types into the field that has the focus; without scripts, Enter searches.
func (d *desk) typed(p *browser.Page, field browser.Element, text string) {
	d.t.Helper()
	p.HasFocus(field)
	p.Press(text)
	if d.noScripts {
		p.Leads(func() { p.Press(kb.Enter) })
	}
}

// TestNoAnswerInTime: a server that has the form and does not answer. The page says that it is checking, asks again, and ends
// in the true state.
func TestNoAnswerInTime(t *testing.T) {
	everyWayApart(t, func(t *testing.T, d *desk) {
		if d.noScripts {
			return // a browser by itself waits on
		}
		order := d.sell(d.stockUp(10), 2)
		p := d.visit("operator", orderPath(order))
		p.Expect("^request failed: .*/confirm: net::ERR_")
		var sent atomic.Int64
		d.wire.with(func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
			if isPost(r, "/confirm") && sent.Add(1) == 1 {
				pass.ServeHTTP(httptest.NewRecorder(), r)
				<-r.Context().Done() // when the page has given up
				return
			}
			pass.ServeHTTP(w, r)
		})
		p.Leads(func() {
			p.Click(confirm)
			p.See("No answer yet.")
		})
		d.confirmedOnce(p, order, "Ana Ruiz")
		require.EqualValues(t, 2, sent.Load())
	})
}
