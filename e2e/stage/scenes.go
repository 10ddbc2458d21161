package stage

import (
	"slices"

	"github.com/chromedp/chromedp/kb"

	"b2b.example/e2e/browser"
)

// Scene is a page in one of its states: Set leads there.
type Scene struct {
	Name    string
	Set     func(p *browser.Page)
	Manager bool // it is a manager who sees it
}

// LogIn is the page to log in, which only a stranger sees.
func (s *Stage) LogIn() Scene {
	return Scene{Name: "log-in", Set: func(p *browser.Page) {
		p.Go("/backoffice" + s.Orders["CREATED"][len("/backoffice"):])
		p.Fill(browser.ID("email"), "operator@demo.test")
		p.Fill(browser.ID("password"), "not the password")
		p.Leads(func() { p.Press(kb.Enter) })
	}}
}

// Scenes are all other pages.
func (s *Stage) Scenes() []Scene {
	created := s.Orders["CREATED"]
	return slices.Concat([]Scene{
		{Name: "dashboard", Set: dashboard},
		{Name: "more", Manager: true, Set: func(p *browser.Page) {
			p.Go("/backoffice/activity")
			browser.Eval[bool](p, `document.querySelector(".more-tab").open = true`)
		}},
		{Name: "order-created", Set: at(created)},
		{Name: "order-confirmed", Set: at(s.Orders["CONFIRMED"])},
		{Name: "order-canceled", Set: at(s.Orders["CANCELED"])},
		{Name: "order-just-confirmed", Set: justConfirmed},
		{Name: "order-undone", Set: func(p *browser.Page) {
			justConfirmed(p)
			p.Leads(func() { submit(p, "undo") })
		}},
		{Name: "order-undo-too-late", Set: func(p *browser.Page) {
			justConfirmed(p)
			browser.Eval[bool](p, `(f => { f.action = "`+s.Orders["CONFIRMED"]+`/undo"; return true })(document.querySelector("form.undo"))`)
			p.Leads(func() { submit(p, "undo") })
		}},
		{Name: "order-note", Set: at(created + "/note")},
		{Name: "order-again", Set: at(newOrder + "?again=" + s.Orders["CANCELED"][len("/backoffice/orders/"):])},
		{Name: "cancel", Set: at(created + "/cancel")},
		{Name: "cancel-refused", Set: func(p *browser.Page) {
			p.Go(created + "/cancel")
			p.Fill(browser.ID("note"), "A note")
			p.Leads(func() { browser.Eval[bool](p, `document.querySelector("form [name=note]").form.requestSubmit(), true`) })
		}},
		{Name: "cancel-dialog", Set: func(p *browser.Page) {
			p.Go(created)
			p.Click(browser.Link("Cancel.*…"))
			p.There(browser.Role("dialog", ".*"))
		}},
		{Name: "new-order", Set: at(newOrder)},
		{Name: "new-order-refused", Set: func(p *browser.Page) {
			p.Go(newOrder)
			p.Leads(func() { p.Click(browser.Value("do", "create")) })
		}},
		{Name: "new-order-customers", Set: func(p *browser.Page) {
			p.Go(newOrder)
			find(p, "customer_search", "a", "choose:")
		}},
		{Name: "new-order-products", Set: func(p *browser.Page) {
			p.Go(newOrder)
			find(p, "product_search", "a", "add:")
		}},
		{Name: "new-order-short", Set: shortLine},
		{Name: "customer-deleted", Set: at(s.Deleted)},
		{Name: "customers-deleted", Set: at("/backoffice/customers?deleted=true")},
		{Name: "nothing-there", Set: at("/backoffice/orders/999999999")},
	}, s.lists(), s.entities(), s.changes(), settings(), s.imports(), s.bulkRuns())
}

// changes are pages of what others have changed, or what was otherwise.
func (s *Stage) changes() []Scene {
	return []Scene{
		{Name: "orders-news", Set: func(p *browser.Page) { changedMeanwhile(p, "/backoffice/orders") }},
		{Name: "order-news", Set: func(p *browser.Page) { changedMeanwhile(p, "") }},
		{Name: "dashboard-news", Set: func(p *browser.Page) {
			dashboard(p)
			changedMeanwhile(p, "/backoffice")
		}},
		{Name: "form-news", Manager: true, Set: func(p *browser.Page) {
			p.Go(products + "/2/edit")
			changeInForm(p, "price_cents")
			p.Await(`document.querySelector(".bar.news")`)
		}},
		{Name: "note-news", Set: func(p *browser.Page) {
			place(p)
			p.Click(browser.Link("Add note.*|Añadir nota.*"))
			p.There(browser.Role("dialog", ".*"))
			confirm(p, browser.Eval[string](p, `location.pathname`))
			p.Await(`document.querySelector("dialog .bar.news")`)
		}},
		{Name: "order-past", Set: func(p *browser.Page) {
			p.Go(s.Orders["CONFIRMED"])
			p.Go(browser.Eval[string](p, `(a => a.pathname + a.search)(document.querySelector("#timeline a[href*='as_of=']"))`))
		}},
	}
}

// settings are the pages of how the reader likes theirs.
func settings() []Scene {
	return []Scene{
		{Name: "keys", Set: at("/backoffice/keys")},
		{Name: "keys-dialog", Set: func(p *browser.Page) {
			p.Go("/backoffice/orders")
			p.Press("?")
			p.There(browser.Role("dialog", ".*"))
		}},
		{Name: "settings", Set: at("/backoffice/settings")},
		{Name: "settings-refused", Set: func(p *browser.Page) {
			p.Go("/backoffice/settings")
			p.Fill(browser.ID("time_zone"), "Atlantis")
			p.Leads(func() { p.Press(kb.Enter) })
		}},
	}
}

// dashboard is the front page, once the days are counted.
func dashboard(p *browser.Page) {
	p.Go("/backoffice")
	p.There(browser.ID("orders-by-day"))
}

// justConfirmed is an order of its own right after its confirmation, which can be undone.
func justConfirmed(p *browser.Page) {
	place(p)
	p.Leads(func() { submit(p, "confirm") })
}

// place places an order of its own, and shows it.
func place(p *browser.Page) {
	p.Go(newOrder)
	p.Leads(func() {
		browser.Eval[bool](p, `(form => {
			form.method = "post"
			form.action = location.pathname
			for (const [name, value] of Object.entries({do: "create", customer_id: 1, product_id: 1, qty: 2, key: crypto.randomUUID()})) {
				form.append(Object.assign(document.createElement("input"), {name, value}))
			}
			document.body.append(form)
			form.submit()
			return true
		})(document.createElement("form"))`)
	})
}

// changedMeanwhile is a page, or that of the order itself, on which an order has been confirmed that was placed just now.
func changedMeanwhile(p *browser.Page, path string) {
	justConfirmed(p)
	order := browser.Eval[string](p, `location.pathname`)
	p.Leads(func() { submit(p, "undo") })
	if path == "" {
		path = order
	}
	p.Go(path)
	confirm(p, order)
	p.Await(`document.querySelector(":is(a, .bar).news")`)
}

// confirm confirms an order, elsewhere than on the page that is open.
func confirm(p *browser.Page, order string) {
	browser.Eval[int](p, `fetch("`+order+`/confirm", {method: "POST", body: new URLSearchParams({key: crypto.randomUUID()})}).then(a => a.status)`)
}

// submit sends the form whose address ends so.
func submit(p *browser.Page, action string) {
	browser.Eval[bool](p, `document.querySelector("form[action$=`+action+`]").requestSubmit(), true`)
}

const newOrder = "/backoffice/orders/new"

func at(path string) func(p *browser.Page) { return func(p *browser.Page) { p.Go(path) } }

// find types the beginning of what is searched for, and waits for what is found.
func find(p *browser.Page, field, text, found string) {
	p.Fill(browser.ID(field), text)
	p.There(browser.Prefix("do", found).First())
}

// shortLine fills in an order: a customer, a line that is fine, and one of which there is not enough.
func shortLine(p *browser.Page) {
	p.Go(newOrder)
	for _, one := range []struct{ field, text, found, has string }{
		{"customer_search", "a", "choose:", "[name=customer_id]"},
		{"product_search", "a", "add:", "[name=qty]"},
		{"product_search", "c", "add:", "tbody + tbody [name=qty]"},
	} {
		find(p, one.field, one.text, one.found)
		p.Press(kb.ArrowDown + kb.ArrowDown + kb.Enter)
		p.Await(`document.querySelector("` + one.has + `")`)
	}
	p.Fill(browser.Named("qty").First(), "999999")
	p.Press(kb.Tab)
	p.Await(`document.querySelector("[id^=qty-][id$=-error]")`)
}
