package e2e

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"b2b.example/e2e/browser"
)

var searchBox = browser.ID("search")

// find searches for something, wherever it leads: "/" and letters where there are scripts, else a click into the box.
func (d *desk) find(p *browser.Page, text string) {
	d.t.Helper()
	if d.noScripts || d.screen.Touch {
		p.Click(searchBox)
	} else {
		p.Press("/")
	}
	p.HasFocus(searchBox)
	p.Fill(searchBox, text)
	p.Leads(func() { p.Press(kb.Enter) })
}

// TestFind: an order is found by its number, which opens it, by its customer with or without accents, by a SKU, and by the
// beginning of an e-mail; whatever was found is in the address, so a colleague who is sent it sees the same.
func TestFind(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		tool := d.stockUp(10)
		n := tool.id
		customer := d.post(d.customers.url()+"/customers", d.operator, fmt.Sprintf(`{"name": "García %d e Hijos", "email": "Ventas%d@garcia.test"}`, n, n))
		order := d.post(d.orders[0].url()+"/orders", d.operator, fmt.Sprintf(`{"customer_id": %d, "items": [{"product_id": %d, "qty": 1}]}`, customer, tool.id))
		p := d.visit("operator", "/orders")
		for _, words := range []string{
			fmt.Sprintf("garcia %d e", n), fmt.Sprintf("GARCÍA %d E", n), tool.sku, tool.sku[:len(tool.sku)-1], fmt.Sprintf("ventas%d@", n),
		} {
			d.find(p, words)
			p.Holds(searchBox, words)
			row := browser.Link(strconv.FormatInt(order, 10))
			p.There(row)
			colleague := d.visit("manager", p.Path()[len("/backoffice"):])
			colleague.There(row)
		}
		for _, words := range []string{strconv.FormatInt(order, 10), fmt.Sprintf(" #%d ", order)} {
			d.find(p, words)
			require.Equal(t, "/backoffice"+orderPath(order), p.Path())
			p.Go("/backoffice/orders")
		}
		d.find(p, "nobody is called that")
		p.See("nobody is called that")
		require.Zero(t, browser.Eval[int](p, `document.querySelectorAll("tbody tr").length`))
	})
}

// TestBackToTheList: Back from an order leads to the list as it was left: the same page of it, as far down, with the focus on
// the order.
func TestBackToTheList(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		d.browser = wholeChromium
		tool := d.stockUp(50)
		for range 45 {
			d.sell(tool, 1)
		}
		p := d.visit("operator", "/orders?search="+tool.sku)
		p.Leads(func() { p.Click(browser.Link("Older.*")) })
		list := p.Path()
		order := browser.Eval[string](p, `document.querySelector("tbody tr:nth-child(18) a").textContent`)
		p.There(browser.Link(order))
		browser.Eval[bool](p, fmt.Sprintf(`[...document.querySelectorAll("tbody a")].find(a => a.textContent === "%s").focus() ?? true`, order))
		scrolled := browser.Eval[float64](p, "scrollY")
		require.Positive(t, scrolled)
		p.Leads(func() { p.Press(kb.Enter) })
		require.Equal(t, order, strconv.FormatInt(orderOf(t, p), 10))
		p.Back()
		require.Equal(t, list, p.Path())
		require.Equal(t, order, browser.Eval[string](p, "document.activeElement.textContent"), "the focus")
		require.InDelta(t, scrolled, browser.Eval[float64](p, "scrollY"), 1, "as far down, in pixels")
	})
}
