package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"b2b.example/db/dbtest"
	"b2b.example/e2e/browser"
)

// toldOf is what the API tells of a product: each action, oldest first.
func (d *desk) toldOf(g goods) (told []string) {
	d.t.Helper()
	var page struct {
		Data []struct {
			Action string `json:"action"`
		} `json:"data"`
	}
	d.do(http.MethodGet, fmt.Sprintf("%s/products/%d/events", d.orders[0].url(), g.id), d.operator, "").into(d.t, &page)
	for i := range page.Data {
		told = append(told, page.Data[len(page.Data)-1-i].Action)
	}
	return told
}

// selecting is the check box of a product in its list.
func selecting(g goods) browser.Element {
	return browser.Role("checkbox", "Select "+g.sku+" "+g.name)
}

var selectingAll = browser.Role("checkbox", "Select all on this page")

// TestSelectionOfProducts: some are chosen in their list and archived at once. One of them is changed by a colleague
// meanwhile and stays as it is; the answer is lost, the form is sent again, and each was archived once.
func TestSelectionOfProducts(t *testing.T) {
	everyWayApart(t, func(t *testing.T, d *desk) {
		one, other, theirs := d.stockUp(1), d.stockUp(1), d.stockUp(1)
		p := d.visit("manager", "/products?archived=false&columns=name,stock")
		archive := browser.Button("Archive…")
		require.False(t, p.Has(archive))
		d.tickAll(p, one)
		for _, g := range []goods{one, other, theirs} {
			p.Click(selecting(g))
		}
		p.See("selected")
		require.False(t, p.Has(browser.Button("Unarchive…")), "all that are listed are in use")
		p.Leads(func() { p.Click(archive) })
		p.See("Archive 3 products?", one.sku)
		require.Equal(t, []string{"created"}, d.toldOf(one))
		address := fmt.Sprintf("%s/products/%d", d.orders[1].url(), theirs.id)
		d.do(http.MethodPatch, address, d.manager, `{"low_stock_at": 99}`, "If-Match", "*")
		p.Expect(`^request failed: .*/products/selected\?list=.*: net::ERR_`)
		d.loses(p, "/products/selected", func() { p.Click(browser.Button("Archive 3 products")) })
		p.See("Archive: 2 of 3 done", "Done", "Changed meanwhile", "Somebody else has changed it")
		p.Reload()
		p.See("Archive: 2 of 3 done", "Changed meanwhile")
		require.Equal(t, []string{"created", "updated"}, d.toldOf(one))
		require.Equal(t, []string{"created", "updated"}, d.toldOf(theirs))

		p.Leads(func() { p.Click(browser.Selector(".back")) })
		require.True(t, strings.HasSuffix(p.Path(), "?archived=false&columns=name%2Cstock"), p.Path())
		require.False(t, p.Has(selecting(one)))
		p.Leads(func() { p.Click(browser.Link(theirs.sku)) })
		p.Leads(func() { p.Click(browser.Selector(".back")) })
		require.True(t, strings.HasSuffix(p.Path(), "?archived=false&columns=name%2Cstock"), p.Path())
	})
}

// tickAll ticks the whole page by the check box in the head of the list, and takes that back. It is there where scripts
// are, and heads.
func (d *desk) tickAll(p *browser.Page, one goods) {
	d.t.Helper()
	isMixed := func() bool { return browser.Eval[bool](p, `document.querySelector("[data-all]").indeterminate`) }
	ticked := func() int { return browser.Eval[int](p, `document.querySelectorAll("td :checked").length`) }
	if d.noScripts {
		require.Equal(d.t, "none", browser.Eval[string](p, `getComputedStyle(document.querySelector("[data-all]")).display`))
		return
	}
	if d.screen.Touch {
		return
	}
	p.Click(selectingAll)
	require.Equal(d.t, browser.Eval[int](p, `document.querySelectorAll("tbody tr").length`), ticked())
	require.False(d.t, isMixed())
	p.Click(selecting(one))
	require.True(d.t, isMixed())
	p.Click(selectingAll)
	require.False(d.t, isMixed())
	p.Click(browser.Button("Clear"))
	p.Await(`!document.querySelector("[data-all]").checked`)
	require.Zero(d.t, ticked())
}

// TestSelectionByKeys: products are chosen, archived and taken back without a mouse.
func TestSelectionByKeys(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	d := h.desk(t, browser.Desktop, false)
	older, newer := d.stockUp(1), d.stockUp(1)
	p := d.visit("manager", "/products")
	p.Press("jxjx")
	p.TabTo(browser.Button("Archive…"))
	p.Leads(func() { p.Press(kb.Enter) })
	p.TabTo(browser.Button("Archive 2 products"))
	p.Leads(func() { p.Press(kb.Enter) })
	p.See("Archive: 2 of 2 done")
	require.Equal(t, []string{"created", "updated"}, d.toldOf(older))
	p.Go("/backoffice/products?archived=true")
	p.TabTo(browser.Role("checkbox", "Select all on this page"))
	p.Press(" ")
	p.TabTo(browser.Button("Unarchive…"))
	p.Leads(func() { p.Press(kb.Enter) })
	p.TabTo(browser.Button("Unarchive 2 products"))
	p.Leads(func() { p.Press(kb.Enter) })
	p.See("Unarchive: 2 of 2 done")
	require.Equal(t, []string{"created", "updated", "updated"}, d.toldOf(newer))
	h.checkInvariants()
}
