package stage

import (
	"github.com/chromedp/chromedp/kb"

	"b2b.example/e2e/browser"
)

// lists are the list of orders and that of all that has happened, narrowed in each way, and the views of the first.
func (s *Stage) lists() []Scene {
	created := s.Orders["CREATED"]
	return []Scene{
		{Name: "orders", Set: at("/backoffice/orders")},
		{Name: "orders-expiring", Set: at("/backoffice/orders?view=expiring")},
		{Name: "orders-of-customer", Set: func(p *browser.Page) {
			p.Go(created)
			p.Go(browser.Eval[string](p, `(a => a.pathname + a.search)(document.querySelector("a[href*=customer_id]"))`))
		}},
		{Name: "orders-of-days", Set: at("/backoffice/orders?status=CONFIRMED&first_day=2026-01-01&last_day=2026-12-31")},
		{Name: "orders-totals", Set: at("/backoffice/orders?status=CANCELED&min_total_cents=10000&max_total_cents=100000")},
		{Name: "orders-reason", Set: at("/backoffice/orders?status=CANCELED&cancel_reason=OTHER&columns=customer,placed,total")},
		{Name: "orders-menus", Set: func(p *browser.Page) {
			p.Go("/backoffice/orders?status=CANCELED")
			browser.Eval[bool](p, `document.querySelector(".columns, .filters li:last-child details").open = true`)
		}},
		{Name: "orders-customers", Set: func(p *browser.Page) {
			p.Go("/backoffice/orders?status=CREATED")
			p.Click(browser.Selector(".customers summary"))
			p.Fill(browser.ID("customer_search"), "a")
			p.There(browser.Named("customer_id").First())
		}},
		{Name: "orders-view", Set: openView},
		{Name: "view-save", Set: at("/backoffice/views/new?query=search%3Da")},
		{Name: "view-refused", Set: func(p *browser.Page) {
			p.Go("/backoffice/views/new?query=search%3Da")
			p.Leads(func() { browser.Eval[bool](p, `document.querySelector("form [name=name]").form.requestSubmit(), true`) })
		}},
		{Name: "view-edit", Set: func(p *browser.Page) {
			openView(p)
			p.Go(browser.Eval[string](p, `document.querySelector(".tabs a[href$='/edit']").pathname`))
		}},
		{Name: "order-in-list", Set: func(p *browser.Page) {
			p.Go("/backoffice/orders?status=CONFIRMED")
			p.Leads(func() { p.Click(browser.Selector("tbody tr td.id a").First()) })
		}},
		{Name: "orders-none", Set: at("/backoffice/orders?status=CONFIRMED&search=nobody-has-this")},
		{Name: "activity", Set: at("/backoffice/activity")},
		{Name: "activity-of-orders", Set: at("/backoffice/activity?entity=order&action=canceled&first_day=2026-01-01")},
		{Name: "activity-of-operators", Manager: true, Set: at("/backoffice/activity?entity=operator")},
		{Name: "activity-none", Set: at("/backoffice/activity?request_id=nobody-sent-this")},
	}
}

// openView is a view that all share, saved if it is not there yet.
func openView(p *browser.Page) {
	p.Go("/backoffice/orders")
	if !browser.Eval[bool](p, `!!document.querySelector(".tabs a[href*=total_cents]")`) {
		p.Go("/backoffice/views/new?query=sort%3D-total_cents%26status%3DCONFIRMED")
		p.Fill(browser.ID("name"), "Largest confirmed")
		p.Click(browser.ID("shared"))
		p.Leads(func() { p.Press(kb.Enter) })
	}
	p.Go("/backoffice/orders?sort=-total_cents&status=CONFIRMED")
}
