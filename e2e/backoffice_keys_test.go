package e2e

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"b2b.example/db/dbtest"
	"b2b.example/e2e/browser"
)

// The flows without a mouse: on both screens, with the keys that scripts hear, and with those of the browser alone.

// enters presses Enter on an element that Tab leads to, and waits for the page that this leads to.
func enters(p *browser.Page, e browser.Element) {
	p.TabTo(e)
	p.Leads(func() { p.Press(kb.Enter) })
}

// opens goes to an element by Tab and opens its dialog, or its page without scripts.
func (d *desk) opens(p *browser.Page, e browser.Element) {
	d.t.Helper()
	if d.noScripts {
		enters(p, e)
		return
	}
	p.TabTo(e)
	p.Press(kb.Enter)
	p.There(browser.Role("dialog", ".*"))
}

// TestFindAndConfirmByKeys: log in, find an order, confirm it, and undo that.
func TestFindAndConfirmByKeys(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		order := d.sell(d.stockUp(50), 2)
		p := d.stranger()
		p.Go("/backoffice/orders")
		p.HasFocus(email)
		p.Press("operator@example.test" + kb.Tab + password)
		p.Leads(func() { p.Press(kb.Enter) })
		if d.noScripts {
			p.TabTo(searchBox)
		} else {
			p.Press("/")
		}
		p.HasFocus(searchBox)
		p.Press(strconv.FormatInt(order, 10))
		p.Leads(func() { p.Press(kb.Enter) })
		require.Equal(t, order, orderOf(t, p))
		enters(p, confirm)
		p.HasFocus(doneBar)
		d.confirmedOnce(p, order, "Ana Ruiz")
		enters(p, undo)
		d.undoneOnce(p, order)
	})
}

// TestCancelByKeys: the newest order is reached in the list and canceled, with a reason and a note.
func TestCancelByKeys(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		tool := d.stockUp(50)
		order := d.sell(tool, 3)
		p := d.visit("operator", "/orders?search="+tool.sku)
		if d.noScripts {
			enters(p, browser.Link(strconv.FormatInt(order, 10)))
		} else {
			p.Press("j")
			p.Leads(func() { p.Press(kb.Enter) })
		}
		require.Equal(t, order, orderOf(t, p))
		d.opens(p, cancelLink)
		p.Await(`document.activeElement.matches("[type=radio]")`)
		p.Press(kb.ArrowDown + " ")
		p.TabTo(browser.ID("note"))
		p.Press("by hand")
		enters(p, cancel)
		p.HasFocus(doneBar)
		p.See("by hand", "Out of stock")
		require.Equal(t, []string{"created by Ana Ruiz", "canceled by Ana Ruiz"}, d.happened(order))
	})
}

// TestTakeAnOrderByKeys: n, the customer, a product, how many; a line that is too long is set to what there is; Ctrl+Enter.
func TestTakeAnOrderByKeys(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		tool := d.stockUp(7)
		p := d.visit("operator", "/orders")
		if d.noScripts {
			enters(p, browser.Link("New order.*"))
		} else {
			p.Leads(func() { p.Press("n") })
		}
		require.Equal(t, "/backoffice/orders/new", p.Path())
		d.findByKeys(p, customerSearch, "acm", doing("choose", d.customer))
		p.There(doing("change_customer"))
		d.findByKeys(p, productSearch, tool.sku, doing("add", tool.id))
		p.HasFocus(qtyOf(tool))
		p.Press(kb.ArrowRight + "\b9")
		d.update(p)
		p.See("9 asked, 7 left")
		d.pressesOn(p, browser.Button("Set to 7"))
		p.Holds(qtyOf(tool), "7")
		p.See("$87.50")
		if d.noScripts {
			enters(p, doing("create"))
		} else {
			p.Leads(func() { p.Press(kb.Enter, chromedp.ModifierCtrl) })
		}
		order := orderOf(t, p)
		p.HasFocus(confirm)
		p.Leads(func() { p.Press(kb.Enter) })
		d.confirmedOnce(p, order, "Ana Ruiz")
	})
}

// findByKeys types what is searched for into a field, and takes what is found.
func (d *desk) findByKeys(p *browser.Page, field browser.Element, text string, found browser.Element) {
	d.t.Helper()
	if !p.IsFocused(field) {
		p.TabTo(field)
	}
	p.Press(text)
	if d.noScripts {
		p.Leads(func() { p.Press(kb.Enter) })
		enters(p, found)
		return
	}
	p.There(found)
	p.Press(kb.ArrowDown + kb.Enter)
}

// pressesOn presses Enter on a button of the form of a new order.
func (d *desk) pressesOn(p *browser.Page, button browser.Element) {
	d.t.Helper()
	if d.noScripts {
		enters(p, button)
		return
	}
	p.TabTo(button)
	p.Press(kb.Enter)
}

// TestTwoPeopleByKeys: a conflict is told of and settled.
func TestTwoPeopleByKeys(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		tool := d.stockUp(10)
		p := d.visit("manager", fmt.Sprintf("/products/%d/edit", tool.id))
		d.change(tool, `{"price_cents":900}`)
		p.TabTo(priceField)
		p.Press("7.00")
		p.Leads(func() { p.Press(kb.Enter) })
		p.HasFocus(browser.Role("alert", ".*"))
		enters(p, browser.Button("Save this choice.*"))
		require.EqualValues(t, 700, d.product(tool).PriceCents)
	})
}

// TestSessionEndsByKeys: who has been logged out logs in again, where they were, and goes on.
func TestSessionEndsByKeys(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		order := d.sell(d.stockUp(10), 4)
		p := d.visit("operator", orderPath(order))
		d.opens(p, browser.Link("Add note…"))
		p.HasFocus(browser.ID("note"))
		p.Press("Ring Bea first")
		d.endSession(p)
		enters(p, browser.Button("Save note"))
		p.HasFocus(email)
		p.Press("operator@example.test" + kb.Tab + password)
		p.Leads(func() { p.Press(kb.Enter) })
		p.Holds(browser.ID("note"), "Ring Bea first")
		enters(p, browser.Button("Save note"))
		p.See("Note of order", "Ring Bea first")
		require.Len(t, d.happened(order), 2)
	})
}

// TestKeysAreLettersWhileTyping: the keys that do something elsewhere are letters in a field.
func TestKeysAreLettersWhileTyping(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	d := h.desk(t, browser.Desktop, false)
	p := d.visit("operator", "/orders")
	p.Press("/n/jk?")
	p.Holds(browser.ID("search"), "n/jk?")
	require.Equal(t, "/backoffice/orders", p.Path())
}

// TestGoThroughAList: from an order that a list was opened at, one goes to those beside it there and back to the list, also
// after what was done has taken it out of the list.
func TestGoThroughAList(t *testing.T) {
	everyWayApart(t, func(t *testing.T, d *desk) {
		tool := d.stockUp(50)
		oldest, middle, newest := d.sell(tool, 1), d.sell(tool, 2), d.sell(tool, 3)
		p := d.visit("operator", "/orders?status=CREATED")
		list := browser.Eval[string](p, `location.pathname + location.search`)
		p.Leads(func() { p.Click(browser.Link(strconv.FormatInt(newest, 10))) })
		require.False(t, p.Has(browser.Selector("[aria-keyshortcuts=h]")), "it is the first")
		turn := func(name, key string) {
			if d.noScripts || d.screen.Touch {
				p.Leads(func() { p.Click(browser.Link(name + ".*")) })
				return
			}
			p.Leads(func() { p.Press(key) })
		}
		turn("Next", "l")
		require.Equal(t, middle, orderOf(t, p))
		p.Leads(func() { p.Click(confirm) })
		require.Equal(t, middle, orderOf(t, p))
		turn("Next", "l")
		require.Equal(t, oldest, orderOf(t, p))
		turn("Previous", "h")
		require.Equal(t, newest, orderOf(t, p), "the one between is no longer in the list")
		p.Leads(func() { p.Click(browser.Selector("a.back")) })
		require.Equal(t, list, browser.Eval[string](p, `location.pathname + location.search`))
		require.NotContains(t, p.Text(), tool.sku)
	})
}

// TestKeysAreTold: ? tells the keys that do something on the page, over it; without scripts they are on a page. Whoever has
// turned those of one letter off presses letters.
func TestKeysAreTold(t *testing.T) {
	everyWayApart(t, func(t *testing.T, d *desk) {
		d.sell(d.stockUp(10), 1)
		p := d.visit("operator", "/orders")
		if d.noScripts {
			p.Go("/backoffice/keys")
			p.See("go down and up through the rows", "undo what was just done")
			return
		}
		p.Press("?")
		p.There(browser.Role("dialog", "Keys"))
		p.See("go down and up through the rows", "begin a new one")
		require.NotContains(t, p.Text(), "undo what was just done", "there is nothing to undo here")
		p.Press("n") // the page below does not hear it
		p.Press(kb.Escape)
		p.Await(`!document.querySelector("dialog")`)

		p.Go("/backoffice/settings")
		p.Click(browser.Named("keys"))
		p.Leads(func() { p.Click(browser.Button("Save settings")) })
		p.Go("/backoffice/orders")
		p.Press("?n/jk")
		require.Equal(t, "/backoffice/orders", p.Path())
		require.Equal(t, "BODY 0", browser.Eval[string](p, `document.activeElement.tagName + " " + document.querySelectorAll("dialog, [aria-keyshortcuts='n']").length`))
	})
}
