package stage

import (
	"slices"
	"strconv"
	"strings"

	"b2b.example/e2e/browser"
)

const (
	products  = "/backoffice/products"
	customers = "/backoffice/customers"
	operators = "/backoffice/operators"
)

// entities are the screens that come from descriptions: lists, what there is of one, and their forms.
func (s *Stage) entities() []Scene {
	return slices.Concat(
		kind("products", products, 1),
		kind("customers", customers, 1),
		kind("operators", operators, 2),
		[]Scene{
			{Name: "products-low", Set: at(products + "?low_stock=true")},
			{Name: "products-none", Set: at(products + "?search=nothing+like+it")},
			{Name: "products-conflict", Manager: true, Set: conflict(products+"/2/edit", "price_cents", "name")},
			{Name: "customers-conflict", Set: conflict(customers+"/2/edit", "phone", "tax_id")},
			{Name: "customers-delete", Set: at(customers + "/2/delete")},
			{Name: "customers-unknown-filter", Set: at(customers + "?colour=red")},
			{Name: "adjust-stock", Manager: true, Set: at(products + "/1/adjust")},
			{Name: "adjust-stock-refused", Manager: true, Set: func(p *browser.Page) {
				p.Go(products + "/1/adjust")
				p.Leads(func() { browser.Eval[bool](p, `document.querySelector("[name=delta]").form.requestSubmit(), true`) })
			}},
			{Name: "not-for-operators", Set: at(operators)},
		},
		selections(),
	)
}

// selections are several that are chosen in their list, what is asked before something is done with them, and what became
// of each.
func selections() []Scene {
	return []Scene{
		{Name: "products-selected", Manager: true, Set: func(p *browser.Page) { tick(p, products) }},
		{Name: "products-columns", Manager: true, Set: func(p *browser.Page) {
			p.Go(products + "?columns=name,stock")
			browser.Eval[bool](p, `document.querySelector(".columns").open = true`)
		}},
		{Name: "products-selected-question", Manager: true, Set: at(chosenProducts)},
		{Name: "products-selected-done", Manager: true, Set: func(p *browser.Page) {
			p.Go(chosenProducts)
			if !p.Has(browser.Value("do", "save")) { // they are archived by now
				p.Go(strings.Replace(chosenProducts, "archived.true", "archived.false", 1))
			}
			p.Leads(func() { begin(p) })
		}},
		{Name: "customers-selected", Set: func(p *browser.Page) { tick(p, customers) }},
		{Name: "customers-selected-question", Set: at(customers + "/selected?action=delete&id=3&id=4&id=5")},
		{Name: "customers-deleted-selected", Set: func(p *browser.Page) { tick(p, customers+"?deleted=true") }},
	}
}

const chosenProducts = products + "/selected?action=archived.true&id=3&id=4&id=5&id=999999999"

// kind are the pages that each kind has, as a manager sees them, with one of it.
func kind(name, all string, one int) []Scene {
	this := all + "/" + strconv.Itoa(one)
	return []Scene{
		{Name: name, Manager: true, Set: at(all)},
		{Name: name + "-one", Manager: true, Set: at(this)},
		{Name: name + "-new", Manager: true, Set: at(all + "/new")},
		{Name: name + "-new-refused", Manager: true, Set: func(p *browser.Page) {
			p.Go(all + "/new")
			p.Leads(func() { save(p) })
		}},
		{Name: name + "-edit", Manager: true, Set: at(this + "/edit")},
	}
}

// save presses the button that a form is for.
func save(p *browser.Page) {
	browser.Eval[bool](p, `(form => (form.requestSubmit(form.querySelector(".submit [name=do]")), true))(document.getElementById("entity-form"))`)
}

// conflict sends a form with two fields changed, one of which somebody else has changed since it was opened.
func conflict(form, both, mine string) func(p *browser.Page) {
	return func(p *browser.Page) {
		p.Go(form)
		changeInForm(p, both)
		p.Fill(browser.ID(both), "12345")
		p.Fill(browser.ID(mine), "B12345678")
		p.Leads(func() { save(p) })
	}
}

// changeInForm saves what the form that is open is about with another value of a field, elsewhere than on the page.
func changeInForm(p *browser.Page, field string) {
	browser.Eval[int](p, `fetch(location.href, {method: "POST", body: (sent => {
		sent.set("key", crypto.randomUUID())
		sent.set("do", "save")
		sent.set("`+field+`", Date.now() % 1000 + 1000)
		return sent
	})(new URLSearchParams(new FormData(document.getElementById("entity-form"))))}).then(answer => answer.status)`)
}
