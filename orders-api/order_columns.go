package orders

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"b2b.example/crud/lists"
	"b2b.example/web"
)

const (
	byColumns = "columns" // those that the list shows, in its address
	byColumn  = "column"  // one of them, as its form sends it
)

// listColumns are those that can be left out of the list; an order's number is always there.
var listColumns = []string{"status", "customer", "email", "placed", "expires", "units", "total"}

// chooseColumns leads to the list with the columns that are ticked; with all of them where none is.
func (b *backoffice) chooseColumns(c *fiber.Ctx, params url.Values) error {
	var chosen []string
	for _, name := range listColumns {
		if slices.Contains(params[byColumn], name) {
			chosen = append(chosen, name)
		}
	}
	params.Del(byColumn)
	params.Del(byColumns)
	if len(chosen) > 0 && len(chosen) < len(listColumns) {
		params.Set(byColumns, strings.Join(chosen, ","))
	}
	return c.Redirect(listURL(params, func(url.Values) {}), http.StatusSeeOther)
}

// columnsOf are the list's columns, and whether each is shown.
func columnsOf(r web.Reader, params url.Values) (columns []web.ColumnChoice, err error) {
	shown := listColumns
	if params.Has(byColumns) {
		shown = strings.Split(params.Get(byColumns), ",")
	}
	for _, name := range shown {
		if !slices.Contains(listColumns, name) || len(params[byColumns]) > 1 {
			return nil, lists.InvalidParam(byColumns)
		}
	}
	for _, name := range listColumns {
		label := r.T("page.orders."+name, "currency", r.Currency)
		columns = append(columns, web.ColumnChoice{Name: name, Label: label, Shown: slices.Contains(shown, name)})
	}
	return columns, nil
}
