package e2e

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"b2b.example/e2e/browser"
)

// TestOrdersOfACustomerAreFound: the list's filter finds a customer while one types, by keys alone; without scripts by a
// button. The list that is left is theirs, and what else narrowed it is kept.
func TestOrdersOfACustomerAreFound(t *testing.T) {
	everyWayApart(t, func(t *testing.T, d *desk) {
		d.sell(d.stockUp(10), 1)
		p := d.visit("operator", "/orders?status=CREATED")
		p.Click(browser.Selector(".customers summary"))
		p.Fill(browser.ID("customer_search"), "acm")
		choice := browser.Value("customer_id", strconv.FormatInt(d.customer, 10))
		if d.noScripts {
			p.Leads(func() { p.Click(browser.Selector(".customers .find")) })
			p.HasFocus(browser.ID("customer_search"))
			p.Leads(func() { p.Click(choice) })
		} else {
			p.There(choice)
			require.Equal(t, "acm", p.Value(browser.ID("customer_search")), "what was typed stays")
			p.Press(kb.ArrowDown)
			p.HasFocus(choice)
			p.Press(kb.ArrowUp)
			p.Leads(func() { p.Press(kb.Enter) })
		}
		require.Equal(t, fmt.Sprintf("/backoffice/orders?customer_id=%d&status=CREATED", d.customer), p.Path())
		p.See("Customer ACME")
	})
}
