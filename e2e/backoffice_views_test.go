package e2e

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"b2b.example/e2e/browser"
)

// TestViews: a list is saved as a view, in a dialog with scripts, on a page without; a colleague opens it, and it is renamed
// and deleted by who has saved it.
func TestViews(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		tool := d.stockUp(10)
		d.sell(tool, 2)
		p, colleague := d.visit("operator", "/orders?search="+tool.sku), d.visit("manager", "/orders")
		open := func(link, title string) {
			if d.noScripts {
				p.Leads(func() { p.Click(browser.Link(link)) })
				return
			}
			p.Click(browser.Link(link))
			p.There(browser.Role("dialog", title))
		}
		open("Save view", "Save this list as a view")
		p.Fill(browser.ID("name"), "Tool of "+tool.sku)
		p.Click(browser.ID("shared"))
		p.Leads(func() { p.DoubleClick(browser.Button("Save view")) })
		p.There(browser.Link("Tool of " + tool.sku + ".*"))
		p.See("Rename, share…", "Delete view…")

		colleague.Reload()
		colleague.Leads(func() { colleague.Click(browser.Link("Tool of " + tool.sku + ".*")) })
		colleague.See(tool.sku, "1 order")

		open("Rename, share…", "View Tool of .*")
		p.Fill(browser.ID("name"), "Mine "+tool.sku)
		p.Click(browser.ID("shared"))
		p.Leads(func() { p.Press(kb.Enter) })
		p.See("Mine " + tool.sku)
		colleague.Reload()
		require.False(t, colleague.Has(browser.Link("Tool of "+tool.sku+".*")))

		open("Delete view…", "Delete Mine.*")
		p.Leads(func() { p.Click(browser.Button("Delete view")) })
		p.See("All", "Canceled")
		require.False(t, p.Has(browser.Link("Mine "+tool.sku+".*")))
	})
}
