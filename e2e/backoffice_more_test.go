package e2e

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"b2b.example/db/dbtest"
	"b2b.example/e2e/browser"
)

// TestMoreOnAPhone: on a phone five tabs lead everywhere, the last of them to all that is needed less often; by finger and
// by keys, with scripts and without.
func TestMoreOnAPhone(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	for name, noScripts := range map[string]bool{"scripts": false, "no scripts": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := h.desk(t, browser.Phone, noScripts)
			p := d.visit("operator", "/orders")
			more := browser.Selector(".more-tab > summary")
			require.False(t, p.Has(browser.Link("Activity")))
			require.False(t, p.Has(browser.Selector(".more-tab > [aria-current]")))
			p.Click(more)
			for _, item := range []string{"activity", "bulk-runs", "settings"} {
				p.There(browser.Selector(".more-tab a[href$=" + item + "]"))
			}
			require.False(t, p.Has(browser.Link("Operators")), "those are for managers")
			p.Leads(func() { p.Click(browser.Link("Activity")) })
			require.Equal(t, "/backoffice/activity", p.Path())
			p.There(browser.Selector(".more-tab > summary[aria-current=true]"))

			p.TabTo(more)
			p.Press(" ")
			p.There(browser.Link("Settings"))
			if !noScripts {
				p.Press(kb.Escape)
				p.Await(`!document.querySelector(".more-tab").open`)
				p.HasFocus(more)
				p.Press(" ")
			}
			p.TabTo(browser.Button("Log out"))
			p.Leads(func() { p.Press(kb.Enter) })
			require.Equal(t, "/backoffice/login", p.Path())
		})
	}
	d := h.desk(t, browser.Phone, true)
	p := d.visit("manager", "/operators")
	p.Click(browser.Selector(".more-tab > summary[aria-current=true]"))
	p.There(browser.Link("Operators"))
	wide := h.desk(t, browser.Desktop, true).visit("operator", "/orders")
	require.False(t, wide.Has(browser.Selector(".more-tab > summary")), "a side bar has room for all")
	wide.There(browser.Link("Activity"))
}
