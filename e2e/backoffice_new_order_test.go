package e2e

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"b2b.example/db/dbtest"
	"b2b.example/e2e/browser"
)

// The fields of a new order.
var (
	customerSearch = browser.ID("customer_search")
	productSearch  = browser.ID("product_search")
)

func qtyOf(g goods) browser.Element { return browser.ID(fmt.Sprintf("qty-%d", g.id)) }

// works presses a button of the form and waits until it has worked: with scripts the page stays.
func (d *desk) works(p *browser.Page, button browser.Element) {
	d.t.Helper()
	if d.noScripts {
		p.Leads(func() { p.Click(button) })
		return
	}
	p.Click(button)
	p.Await(`!document.querySelector("#new-order[aria-busy], #new-order [aria-busy]")`)
}

// search finds something by what is typed: at once with scripts, by the button beside it without.
func (d *desk) search(p *browser.Page, field browser.Element, text, button string) {
	d.t.Helper()
	p.Fill(field, text)
	if d.noScripts {
		p.Leads(func() { p.Click(doing(button)) })
	}
}

// choose chooses the house's customer.
func (d *desk) choose(p *browser.Page) {
	d.t.Helper()
	d.search(p, customerSearch, "acm", "find_customer")
	d.works(p, doing("choose", d.customer))
	p.There(doing("change_customer"))
}

// add adds a product to the order.
func (d *desk) add(p *browser.Page, g goods, qty string) {
	d.t.Helper()
	d.search(p, productSearch, g.sku, "find_product")
	d.works(p, doing("add", g.id))
	p.There(qtyOf(g))
	p.Fill(qtyOf(g), qty)
	d.update(p)
}

// update has the form worked out again: by leaving the field with scripts, by Enter without.
func (d *desk) update(p *browser.Page) {
	d.t.Helper()
	if d.noScripts {
		p.Leads(func() { p.Press(kb.Enter) })
		return
	}
	p.Press(kb.Tab)
}

// enter presses Enter, which works the form out again.
func (d *desk) enter(p *browser.Page) {
	d.t.Helper()
	if d.noScripts {
		p.Leads(func() { p.Press(kb.Enter) })
		return
	}
	p.Press(kb.Enter)
}

// create creates the order, which it leads to.
func (d *desk) create(p *browser.Page) (order int64) {
	d.t.Helper()
	p.Leads(func() { p.Click(doing("create")) })
	order = orderOf(d.t, p)
	p.See(fmt.Sprintf("Order %d", order))
	return order
}

// TestNewOrder: customer, products, quantities, and the order is there, with the focus on what comes next.
func TestNewOrder(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		first, second := d.stockUp(10), d.stockUp(10)
		p := d.visit("operator", "/orders/new")
		d.choose(p)
		p.See("ACME", "ops@acme.example")
		d.add(p, first, "3")
		d.add(p, second, "2")
		p.See("$62.50")
		d.add(p, first, "4") // a product that is there joins its line
		p.See("$75.00")
		d.search(p, productSearch, first.sku, "find_product") // as a scanner does: the same again
		d.works(p, doing("add", first.id))
		p.Holds(qtyOf(first), "5")
		p.Fill(qtyOf(first), "4")
		d.update(p)
		p.See("$75.00")
		p.Fill(browser.ID("reference"), "PO-1")
		order := d.create(p)
		p.See(fmt.Sprintf("Order %d created", order), "$75.00", "PO-1", first.name, second.sku)
		p.HasFocus(confirm)
		require.Equal(t, []int64{order}, d.ordersOf(first))
		require.EqualValues(t, 6, d.left(first))
		require.EqualValues(t, 8, d.left(second))
	})
}

// TestNewOrderErrors: everything that is missing is said at once, each with the way to its field, and nothing is lost.
func TestNewOrderErrors(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		tool := d.stockUp(10)
		p := d.visit("operator", "/orders/new")
		p.Fill(browser.ID("reference"), "PO-2")
		p.Leads(func() { p.Click(doing("create")) })
		p.See("Choose a customer", "Add at least one product", "What you typed is kept")
		p.HasFocus(browser.Role("alert", ".*"))
		p.Holds(browser.ID("reference"), "PO-2")
		d.choose(p)
		d.add(p, tool, "three")
		p.Leads(func() { p.Click(doing("create")) })
		p.See("Type a whole number")
		p.Holds(qtyOf(tool), "three")
		d.search(p, productSearch, "there is no such thing", "find_product")
		p.See("No product begins with this")
		p.Fill(qtyOf(tool), "3")
		d.create(p)
		require.EqualValues(t, 7, d.left(tool))
	})
}

// TestShortLine: a line of which there is not enough says so before the order is created, and offers what there is.
func TestShortLine(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		scarce, none := d.stockUp(3), d.stockUp(0)
		p := d.visit("operator", "/orders/new")
		d.choose(p)
		d.add(p, scarce, "5")
		p.See("5 asked, 3 left")
		d.add(p, none, "1")
		p.See("1 asked, none left")
		d.works(p, browser.Button("Remove ?: "+none.name))
		d.works(p, browser.Button("Set to 3"))
		p.Holds(qtyOf(scarce), "3")
		d.create(p)
		require.EqualValues(t, 0, d.left(scarce))
		require.Empty(t, d.ordersOf(none))
	})
}

// TestPressWhileWorkingOut: what is pressed after a quantity was typed does not move from under the mouse, though the form has
// more to say then.
func TestPressWhileWorkingOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	d := h.desk(t, browser.Desktop, false)
	tool, p := d.draft()
	p.Fill(qtyOf(tool), "11")
	p.Leads(func() {
		letGo := p.Hold(doing("create"))
		for range 10 { // as long as a slow finger is
			browser.Eval[bool](p, `fetch(location.href).then(() => true)`)
		}
		letGo()
	})
	p.See("11 asked, 10 left")
	p.Fill(qtyOf(tool), "4")
	letGo := p.Hold(browser.Role("heading", "New order"))
	require.NotContains(t, p.Text(), "$50.00")
	letGo()
	p.See("$50.00")
	require.Equal(t, []int64{d.create(p)}, d.ordersOf(tool))
}

// TestLostRace: what others bought meanwhile is told of every short line at once, with ways on, and nothing is ordered.
func TestLostRace(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		some, none, enough := d.stockUp(5), d.stockUp(5), d.stockUp(5)
		p := d.visit("operator", "/orders/new")
		d.choose(p)
		for _, g := range []goods{some, none, enough} {
			d.add(p, g, "5")
		}
		p.See("$187.50") // all three are worked out, so that none is once more in the middle of what follows
		d.sell(some, 3)
		d.sell(none, 5)
		p.Leads(func() { p.Click(doing("create")) })
		p.See("Nothing was ordered", "5 asked, 2 left", "5 asked, none left")
		require.Empty(t, d.ordersOf(enough))
		require.False(t, p.Has(browser.Button("Set to 5")))
		d.works(p, browser.Button("Remove ?: "+none.name))
		d.works(p, browser.Button("Set to 2"))
		p.Holds(qtyOf(some), "2")
		d.create(p)
		require.Len(t, d.ordersOf(enough), 1)
		require.EqualValues(t, 0, d.left(some))
	})
}

// TestCustomersAwayFromPages: customers cannot be asked: the page says so, keeps what was typed, and works when they can.
func TestCustomersAwayFromPages(t *testing.T) {
	everyWayApart(t, func(t *testing.T, d *desk) {
		tool := d.stockUp(10)
		p := d.visit("operator", "/orders/new")
		p.Fill(browser.ID("reference"), "PO-3")
		d.customers.end()
		d.search(p, customerSearch, "acm", "find_customer")
		p.See("Customers are unavailable just now")
		p.Holds(customerSearch, "acm")
		d.customers.start()
		p.Click(customerSearch)
		d.enter(p)
		d.works(p, doing("choose", d.customer))
		d.add(p, tool, "3")
		d.customers.end()
		p.Expect(`^answer 503: .*/orders/new$`)
		p.Leads(func() { p.Click(doing("create")) })
		p.See("Customers are unavailable just now", "Nothing was ordered")
		p.Holds(qtyOf(tool), "3")
		p.Holds(browser.ID("reference"), "PO-3")
		require.Empty(t, d.ordersOf(tool))
		d.customers.start()
		order := d.create(p)
		require.Equal(t, []int64{order}, d.ordersOf(tool))
	})
}

// TestCreateTwice: a double click, a lost answer, and Back with the form sent again, as it was and with other values: one
// order, which each of them leads to.
func TestCreateTwice(t *testing.T) {
	t.Run("double click", func(t *testing.T) {
		everyWay(t, func(t *testing.T, d *desk) {
			tool, p := d.draft()
			release, sent := d.wire.holdAnswers("/orders/new")
			defer release()
			p.Leads(func() {
				p.DoubleClick(doing("create"))
				release()
			})
			require.Equal(t, []int64{orderOf(t, p)}, d.ordersOf(tool))
			if !d.noScripts {
				require.EqualValues(t, 1, sent.Load(), "the second click is swallowed")
			}
		})
	})
	t.Run("lost answer", func(t *testing.T) {
		everyWay(t, func(t *testing.T, d *desk) {
			tool, p := d.draft()
			d.loses(p, "/orders/new", func() { p.Click(doing("create")) })
			require.Equal(t, []int64{orderOf(t, p)}, d.ordersOf(tool))
		})
	})
	t.Run("other values", func(t *testing.T) {
		everyWay(t, func(t *testing.T, d *desk) {
			d.browser = wholeChromium
			tool, p := d.draft()
			order := d.create(p)
			p.Back()
			p.Holds(qtyOf(tool), "3") // the page as it was
			p.Leads(func() { p.Click(doing("create")) })
			require.Equal(t, order, orderOf(t, p))
			p.Back()
			p.Fill(qtyOf(tool), "9")
			p.Leads(func() { p.Click(doing("create")) })
			require.Equal(t, order, orderOf(t, p))
			p.See(fmt.Sprintf("Already done: this form placed order %d", order))
			require.Equal(t, []int64{order}, d.ordersOf(tool))
			require.EqualValues(t, 7, d.left(tool))
		})
	})
}

// draft is a form with an order of three pieces, not yet created.
func (d *desk) draft() (goods, *browser.Page) {
	d.t.Helper()
	tool := d.stockUp(10)
	p := d.visit("operator", "/orders/new")
	d.choose(p)
	d.add(p, tool, "3")
	p.See("$37.50")
	return tool, p
}

// TestSameFormElsewhere: the same form sent by hand twice, then with other values, as a browser that lost its page may.
func TestSameFormElsewhere(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		tool := d.stockUp(10)
		cookie := d.cookie("operator")
		form := map[string][]string{
			"key": {fmt.Sprintf("form-%d", tool.id)}, "customer_id": {strconv.FormatInt(d.customer, 10)}, "do": {"create"},
			"product_id": {strconv.FormatInt(tool.id, 10)}, "qty": {"3"},
		}
		var led []string
		for _, qty := range []string{"3", "3", "9"} {
			form["qty"] = []string{qty}
			answer := send(t, d.wire.URL+"/backoffice/orders/new", form, "Sec-Fetch-Site", "same-origin", "Cookie", cookie.Name+"="+cookie.Value)
			require.Equal(t, http.StatusSeeOther, answer.StatusCode)
			led = append(led, answer.Header.Get("Location"))
		}
		order := d.ordersOf(tool)
		require.Len(t, order, 1)
		require.Equal(t, led[0], led[1])
		require.Equal(t, "/backoffice"+orderPath(order[0]), led[0])
		p := d.visit("operator", led[2][len("/backoffice"):])
		p.See(fmt.Sprintf("Already done: this form placed order %d", order[0]))
	})
}
