package stage

import (
	"net/url"

	"b2b.example/e2e/browser"
)

// bulkRuns are orders that are chosen in their list, and the runs that are begun with them.
func (s *Stage) bulkRuns() []Scene {
	return []Scene{
		{Name: "orders-selected", Set: selectSome},
		{Name: "orders-all-selected", Set: at("/backoffice/orders?status=CREATED&select=all")},
		{Name: "bulk-confirm", Set: func(p *browser.Page) { ask(p, "confirm") }},
		{Name: "bulk-cancel", Set: func(p *browser.Page) { ask(p, "cancel") }},
		{Name: "bulk-cancel-refused", Set: func(p *browser.Page) {
			ask(p, "cancel")
			p.Leads(func() { begin(p) })
		}},
		{Name: "bulk-run", Set: s.bulkRun},
		{Name: "bulk-runs", Set: func(p *browser.Page) {
			s.bulkRun(p)
			p.Go("/backoffice/bulk-runs")
		}},
	}
}

// selectSome ticks the first orders of the list.
func selectSome(p *browser.Page) { tick(p, "/backoffice/orders") }

// tick ticks the first rows of a list.
func tick(p *browser.Page, list string) {
	p.Go(list)
	browser.Eval[bool](p, `[...document.querySelectorAll("td [type=checkbox]")].slice(0, 3).every((box) => box.click() ?? true)`)
}

// ask asks what a run would do with all orders of the newest page.
func ask(p *browser.Page, action string) {
	p.Go("/backoffice/orders")
	browser.Eval[bool](p, `[...document.querySelectorAll("td [type=checkbox]")].every((box) => box.click() ?? true)`)
	p.Leads(func() {
		browser.Eval[bool](p, `document.querySelector(".selection [name=action][value=`+action+`]").click(), true`)
	})
}

func begin(p *browser.Page) {
	browser.Eval[bool](p, `document.querySelector(".dialog form").requestSubmit(), true`)
}

// bulkRun is a run that has ended, of an order of its own, one that is confirmed already and one that can't be.
func (s *Stage) bulkRun(p *browser.Page) {
	place(p)
	chosen := url.Values{"action": {"confirm"}}
	for _, order := range []string{p.Path(), s.Orders["CONFIRMED"], s.Orders["CANCELED"]} {
		chosen.Add("order", order[len("/backoffice/orders/"):])
	}
	p.Go("/backoffice/bulk-runs/new?" + chosen.Encode())
	p.Leads(func() { begin(p) })
	p.Await(`!document.querySelector("#run [hx-trigger]")`)
}
