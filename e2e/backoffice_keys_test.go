package e2e

import (
	"regexp"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"b2b.example/db/dbtest"
	"b2b.example/e2e/browser"
)

// tabTo presses Tab until what has this role and name has the focus.
func tabTo(t *testing.T, p *browser.Page, role, name string) {
	t.Helper()
	var met []string
	for range 60 {
		p.Press(kb.Tab)
		isRole, isName := p.Focus()
		if isRole == role && regexp.MustCompile("^(?:"+name+")$").MatchString(isName) {
			return
		}
		met = append(met, isRole+" "+isName)
	}
	require.Fail(t, "Tab does not lead to "+role+" "+name, "%q", met)
}

// TestKeyboardAlone: log in, find an order and confirm it, cancel another, take a third: without a mouse.
func TestKeyboardAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	d := h.desk(t, browser.Desktop, false)
	tool := d.stockUp(50)
	first, second := d.sell(tool, 2), d.sell(tool, 3)

	p := d.stranger()
	p.Go("/backoffice/orders")
	p.HasFocus(email)
	p.Press("operator@example.test" + kb.Tab + password)
	p.Leads(func() { p.Press(kb.Enter) })

	p.Press("/")
	p.HasFocus(browser.ID("search"))
	p.Press(strconv.FormatInt(first, 10))
	p.Leads(func() { p.Press(kb.Enter) })
	if p.Path() != "/backoffice"+orderPath(first) { // the number alone may lead to its order
		p.Press(kb.Tab)
		p.Press("j")
		p.Leads(func() { p.Press(kb.Enter) })
	}
	require.Equal(t, first, orderOf(t, p))
	tabTo(t, p, "button", "Confirm order")
	p.Leads(func() { p.Press(kb.Enter) })
	p.HasFocus(doneBar)
	require.Equal(t, []string{"created by Ana Ruiz", "confirmed by Ana Ruiz"}, d.happened(first))

	p.Go("/backoffice/orders")
	p.Press("jjk") // the newest is the first
	p.Leads(func() { p.Press(kb.Enter) })
	require.Equal(t, second, orderOf(t, p))
	tabTo(t, p, "link", "Cancel order…")
	p.Press(kb.Enter)
	p.There(browser.Role("dialog", ".*"))
	tabTo(t, p, "radio", ".*")
	p.Press(kb.ArrowDown + " ")
	tabTo(t, p, "textbox", "Note.*")
	p.Press("by hand")
	tabTo(t, p, "button", "Cancel order")
	p.Leads(func() { p.Press(kb.Enter) })
	p.HasFocus(doneBar)
	require.Equal(t, []string{"created by Ana Ruiz", "canceled by Ana Ruiz"}, d.happened(second))
	p.See("by hand", "Out of stock")
	d.takeByKeys(p, tool)
}

// takeByKeys takes an order by keys alone: n, the customer, a product, how many, Ctrl+Enter.
func (d *desk) takeByKeys(p *browser.Page, tool goods) {
	d.t.Helper()
	p.Go("/backoffice/orders")
	p.Leads(func() { p.Press("n") })
	require.Equal(d.t, "/backoffice/orders/new", p.Path())
	if _, name := p.Focus(); name != "Customer" {
		tabTo(d.t, p, "searchbox", "Customer")
	}
	p.Press("acm")
	p.There(doing("choose", d.customer))
	p.Press(kb.Enter)
	p.There(doing("change_customer"))
	if _, name := p.Focus(); name != "Add a product" {
		tabTo(d.t, p, "searchbox", "Add a product")
	}
	p.Press(tool.sku)
	p.There(doing("add", tool.id))
	p.Press(kb.ArrowDown + kb.Enter)
	p.HasFocus(qtyOf(tool))
	p.Press("7" + kb.Tab)
	p.See("$87.50")
	p.Leads(func() { p.Press(kb.Enter, chromedp.ModifierCtrl) })
	order := orderOf(d.t, p)
	p.HasFocus(confirm)
	p.Leads(func() { p.Press(kb.Enter) })
	require.Equal(d.t, []string{"created by Ana Ruiz", "confirmed by Ana Ruiz"}, d.happened(order))
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
