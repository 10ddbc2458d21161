package orders

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"b2b.example/crud/screens"
	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/web"
)

// byCustomerSearch is how the list's page searches for the customer whose orders are wanted.
const byCustomerSearch = "customer_search"

func isByChosenCustomer(params url.Values) bool {
	return params.Has(byCustomerSearch) && params.Get(byCustomer) != ""
}

// filterByChosenCustomer leads to the orders of the customer that was chosen among those which a search has found.
func (b *backoffice) filterByChosenCustomer(c *fiber.Ctx, params url.Values) error {
	params.Del(byCustomerSearch)
	return c.Redirect(listURL(params, func(url.Values) {}), http.StatusSeeOther)
}

// customerFilter is the form that finds a customer, with what it has found for these words; nil where a customer is chosen
// already, or no index serves a customer's orders in this list.
func (b *backoffice) customerFilter(c *fiber.Ctx, r web.Reader, params url.Values, words string) (*web.CustomerFilter, error) {
	if params.Has(byCustomer) || params.Has(byReason) || hasTotals(params) || strings.Contains(params.Get(bySort), "total_cents") {
		return nil, nil
	}
	form := &web.CustomerFilter{
		Search: strings.TrimSpace(words), FindURL: listURL(params, func(url.Values) {}),
		Kept: kept(params, bySearch, byView, byStatus, byFrom, byTo, screens.ByColumns, bySort),
	}
	if form.Search == "" {
		return form, nil
	}
	var err error
	form.Found, err = b.customers.search(kit.Context(c), form.Search)
	switch {
	case err != nil && fault.Of(err).Kind == fault.Unauthenticated:
		return nil, err
	case err != nil:
		form.Note = &web.Note{Kind: "warn", Title: r.T("page.filter.customers_away"), Text: r.T("page.filter.customers_away.do")}
	case len(form.Found) == 0:
		form.Note = &web.Note{Kind: "info", Title: r.T("page.note.no_customer"), Text: r.T("page.note.no_customer.do")}
	}
	return form, nil
}
