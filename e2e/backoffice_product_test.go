package e2e

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"b2b.example/e2e/browser"
)

var (
	saveProduct = browser.Button("Save.*")
	nameField   = browser.ID("name")
	priceField  = browser.ID("price_cents")
)

// product is what the API tells of a product.
type product struct {
	Name       string `json:"name"`
	PriceCents int64  `json:"price_cents"`
	LowStockAt int64  `json:"low_stock_at"`
	Version    int64  `json:"version"`
}

func (d *desk) product(g goods) (p product) {
	d.t.Helper()
	d.do(http.MethodGet, fmt.Sprintf("%s/products/%d", d.orders[0].url(), g.id), d.operator, "").into(d.t, &p)
	return p
}

// change changes a product through the API.
func (d *desk) change(g goods, patch string) {
	d.t.Helper()
	answer := d.do(http.MethodPatch, fmt.Sprintf("%s/products/%d", d.orders[0].url(), g.id), d.manager, patch,
		"If-Match", "*", "Content-Type", "application/merge-patch+json")
	require.Equal(d.t, http.StatusOK, answer.status, answer.body)
}

// TestSavedTwice: one page, saved, gone back to and saved again, is no conflict: the second time is a change of its own, unless
// something has come from elsewhere in between.
func TestSavedTwice(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		d.browser = wholeChromium
		tool := d.stockUp(10)
		p := d.visit("manager", fmt.Sprintf("/products/%d/edit", tool.id))
		for i, price := range []string{"3.00", "4.00", "4.00", "5.00"} {
			p.Fill(priceField, price)
			p.Leads(func() { p.Click(saveProduct) })
			require.Equal(t, fmt.Sprintf("/backoffice/products/%d", tool.id), p.Path(), "%d", i)
			p.See(price)
			p.Back()
			p.Holds(priceField, price) // the page as it was left
		}
		require.Equal(t, product{tool.name, 500, 10, 4}, d.product(tool))
		d.change(tool, `{"price_cents":900}`)
		p.Fill(priceField, "6.00")
		p.Leads(func() { p.Click(saveProduct) })
		p.See("saved this", "9.00", "6.00")
		require.Equal(t, product{tool.name, 900, 10, 5}, d.product(tool), "what came from elsewhere is not overwritten unseen")
	})
}

// TestTwoPeopleOneProduct: who saves second sees both sides, field by field, with what was before, keeps what was typed, and
// settles it in one click; orders that were placed stay as they were.
func TestTwoPeopleOneProduct(t *testing.T) {
	everyWayApart(t, func(t *testing.T, d *desk) {
		d.hire("boss@example.test", "Bea Boss", "manager")
		tool := d.stockUp(10)
		order := d.sell(tool, 2)
		edit := fmt.Sprintf("/products/%d/edit", tool.id)
		theirs, mine := d.visit("manager", edit), d.boss(edit)
		theirs.Fill(nameField, "Theirs")
		theirs.Fill(priceField, "9.00")
		theirs.Leads(func() { theirs.Click(saveProduct) })
		mine.Fill(nameField, "Mine <b>")
		mine.Fill(browser.ID("low_stock_at"), "4")
		mine.Leads(func() { mine.Click(saveProduct) })
		mine.See("Max Power saved this at", "Nothing of yours is lost", tool.name, "Theirs", "Mine <b>", "both changed it", "only Max Power", "only you")
		mine.HasFocus(browser.Role("alert", ".*"))
		require.Equal(t, product{"Theirs", 900, 10, 2}, d.product(tool))
		mine.Leads(func() { mine.DoubleClick(browser.Button("Save this choice.*")) })
		require.Equal(t, fmt.Sprintf("/backoffice/products/%d", tool.id), mine.Path())
		require.Equal(t, product{"Mine <b>", 900, 4, 3}, d.product(tool), "each side's own field, and mine where both differ")

		theirs.Go("/backoffice" + edit)
		mine.Go("/backoffice" + edit)
		theirs.Fill(priceField, "8.00")
		theirs.Leads(func() { theirs.Click(saveProduct) })
		mine.Fill(priceField, "7.00")
		mine.Leads(func() { mine.Click(saveProduct) })
		mine.Leads(func() { mine.Click(browser.Button("Take all of Max Power’s")) })
		require.Equal(t, product{"Mine <b>", 800, 4, 4}, d.product(tool))
		mine.Go("/backoffice" + orderPath(order))
		mine.See(tool.name, "12.50", "25.00")
	})
}

// boss opens a browser in which another manager is logged in.
func (d *desk) boss(path string) *browser.Page {
	d.t.Helper()
	p := d.stranger(sessionOf(d.t, d.wire.URL, "boss@example.test", password))
	p.Go("/backoffice" + path)
	return p
}

// TestMadeTwice: the form of a new product, sent again with other values after it was made, leads to the one that it has made.
func TestMadeTwice(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		d.browser = wholeChromium
		sku := fmt.Sprintf("NEW-%03d", goodsMade.Add(1))
		p := d.visit("manager", "/products/new")
		p.Fill(browser.ID("sku"), sku)
		p.Fill(nameField, "Made once")
		p.Fill(priceField, "1.00")
		p.Leads(func() { p.Click(browser.Button("Create.*")) })
		made := p.Path()
		p.Back()
		p.Fill(browser.ID("sku"), sku+"-B")
		p.Leads(func() { p.Click(browser.Button("Create.*")) })
		require.Equal(t, made+"?came=again", p.Path())
		p.See("Already done: this form made "+sku, "was not saved")
		require.EqualValues(t, 1, d.rowsOf("products WHERE sku LIKE ?", sku))
	})
}
