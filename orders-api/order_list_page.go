package orders

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"b2b.example/crud"
	"b2b.example/crud/exports"
	"b2b.example/crud/lists"
	"b2b.example/crud/screens"
	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/web"
)

// viewExpiring is the view of the orders that will soon expire: a filter by time that moves with the clock.
const (
	byView       = "view"
	viewExpiring = "expiring"
	byCursor     = "cursor"
	byFormat     = "format"
	byRow        = "row" // one order of the list alone, whatever the list is narrowed to
)

// listColumns are those that can be left out of the list; an order's number is always there.
var listColumns = screens.Columns{"status", "customer", "email", "placed", "expires", "units", "total"}

// ordersPage is a page of the list of orders. Its whole state is in its address. A search for an order's number opens
// that order.
func (b *backoffice) ordersPage(c *fiber.Ctx) error {
	params, err := lists.QueryOf(c)
	if err != nil {
		return err
	}
	switch {
	case isByDays(params):
		return b.filterByDays(c, ordersURL, params)
	case isByAmounts(params):
		return b.filterByAmounts(c, params)
	case isByChosenCustomer(params):
		return b.filterByChosenCustomer(c, params)
	case params.Has(screens.ByColumn):
		listColumns.Choose(params)
		return c.Redirect(listURL(params, func(url.Values) {}), http.StatusSeeOther)
	case params.Has(byRow):
		return b.orderRow(c, params)
	}
	if id, ok := numberSought(params); ok {
		_, err := Get(kit.Context(c), b.db, id)
		if err == nil {
			return c.Redirect(orderURL(id), http.StatusSeeOther)
		}
		if fault.Of(err).Kind != fault.NotFound {
			return err
		}
	}
	customer := params.Get(byCustomerSearch)
	params.Del(byCustomerSearch)
	wanted, err := b.listParams(params)
	if err != nil {
		return err
	}
	if params.Get(byFormat) == "csv" {
		write, err := file(b.db, wanted)
		if err != nil {
			return err
		}
		return kit.Send(c, exports.Answer(c, "orders", b.db.Now(), write))
	}
	found, err := List(kit.Context(c), b.db, wanted)
	if err != nil {
		return err
	}
	page, err := b.ordersView(c, params)
	if err != nil {
		return err
	}
	page.Rows = b.rows(found.Rows)
	page.Chips = chips(page.Reader, params, found.Rows)
	page.Filters, page.Totals = reasonFilter(page.Reader, params), totalsFilter(page.Reader, params)
	if !params.Has(byView) && !hasTotals(params) { // a view has its own days
		page.Days = orderDays.form(page.Reader, params, bySearch, byStatus, byCustomer, byReason, screens.ByColumns, byPlaced(params))
	}
	page.Newer, page.Older = at(params, found.Prev), at(params, found.Next)
	if page.Customers, err = b.customerFilter(c, page.Reader, params, customer); err != nil {
		return err
	}
	if err := b.selection(c, params, &page); err != nil {
		return err
	}
	return screens.Show(c, page.Page)
}

// orderRow is the row of one order as it is now, for a page that shows it as it was.
func (b *backoffice) orderRow(c *fiber.Ctx, params url.Values) error {
	id, ok := wholeNumber(params.Get(byRow))
	if !ok {
		return lists.InvalidParam(byRow)
	}
	params.Del(byRow)
	o, err := Get(kit.Context(c), b.db, id)
	if err != nil {
		return err
	}
	page, err := b.ordersView(c, params)
	if err != nil {
		return err
	}
	page.Rows = b.rows([]Order{*o})
	if mayWrite(c) {
		page.Selection = &web.Selection{Name: byOrder, All: params.Get(bySelect) == selectAll}
	}
	return screens.Show(c, page.Row)
}

// kept are those of the list's parameters that a form keeps.
func kept(params url.Values, names ...string) (fields []web.Field) {
	for _, name := range names {
		if params.Get(name) != "" {
			fields = append(fields, web.Field{Name: name, Value: params.Get(name)})
		}
	}
	return fields
}

// numberSought is the order that a search for its number means. Beside a cursor somebody pages through a list.
func numberSought(params url.Values) (int64, bool) {
	if params.Has(byCursor) {
		return 0, false
	}
	return wholeNumber(strings.TrimPrefix(strings.TrimSpace(params.Get(bySearch)), "#"))
}

// listParams are the list's own parameters. A search box that was left empty is no search. A view's filter by time is in
// its cursor, as it was on the first page.
func (b *backoffice) listParams(params url.Values) (url.Values, error) {
	wanted := maps.Clone(params)
	wanted.Del(byFormat)
	wanted.Del(bySelect)
	wanted.Del(screens.ByColumns)
	if strings.TrimSpace(params.Get(bySearch)) == "" {
		wanted.Del(bySearch)
	}
	if !params.Has(byView) {
		return wanted, nil
	}
	if params.Get(byView) != viewExpiring || len(params[byView]) > 1 || b.rules.OrderTTL == 0 {
		return nil, lists.InvalidParam(byView)
	}
	wanted.Del(byView)
	if !params.Has(byCursor) {
		wanted.Set(byStatus, string(Created))
		wanted.Set(byTo, b.expiringBefore().UTC().Truncate(time.Microsecond).Format(crud.TimeFormat))
	}
	return wanted, nil
}

// ordersView is what the list's page shows around its rows.
func (b *backoffice) ordersView(c *fiber.Ctx, params url.Values) (web.Orders, error) {
	frame, err := b.Frame(c, "orders")
	if err != nil {
		return web.Orders{}, err
	}
	page := web.Orders{
		Frame: frame, Search: params.Get(bySearch), Sort: sortOf(params), ShowsNewOrder: mayWrite(c), ClearURL: ordersURL,
		CSVURL: listURL(params, func(p url.Values) { p.Set(byFormat, "csv") }),
		RowURL: hereURL(params), InList: inList(params),
	}
	for _, name := range []string{bySearch, byCustomer, byFrom, byTo, byReason, byMinTotal, byMaxTotal} {
		page.Filtered = page.Filtered || params.Get(name) != ""
	}
	page.Kept = kept(params, byView, byStatus, byCustomer, byFrom, byTo, byReason, screens.ByColumns)
	shown, err := listColumns.Shown(params)
	if err != nil {
		return page, err
	}
	page.Columns = listColumns.Offer(shown, func(name string) string { return page.T("page.orders."+name, "currency", page.Currency) })
	page.ColumnsKept = kept(params, bySearch, byView, byStatus, byCustomer, byFrom, byTo, byReason, byMinTotal, byMaxTotal, bySort)
	page.Views, err = b.views(c, frame, params)
	return page, err
}

// views are the tabs: every status, what will soon expire, and what has been saved.
func (b *backoffice) views(c *fiber.Ctx, frame web.Frame, params url.Values) ([]web.View, error) {
	saved, open, err := b.savedViews(c, frame.Reader, params)
	if err != nil {
		return nil, err
	}
	tab := func(text string, query string, count *web.Count) web.View {
		view := web.View{Label: frame.T(text), URL: ordersURL, Count: count}
		if query != "" {
			view.URL += "?" + query
		}
		wanted, _ := url.ParseQuery(query) // our own
		view.Current = !open && wanted.Get(byStatus) == params.Get(byStatus) && wanted.Get(byView) == params.Get(byView)
		return view
	}
	views := []web.View{tab("page.view.all", "", nil), tab("page.view.to_confirm", byStatus+"="+string(Created), &frame.Waiting)}
	if b.rules.OrderTTL > 0 {
		count, err := b.countOrders(kit.Context(c), "status = ? AND created_at < ?", Created, b.expiringBefore())
		if err != nil {
			return nil, err
		}
		views = append(views, tab("page.view.expiring", byView+"="+viewExpiring, &count))
	}
	views = append(views,
		tab("page.view.confirmed", byStatus+"="+string(Confirmed), nil),
		tab("page.view.canceled", byStatus+"="+string(Canceled), nil))
	return append(views, saved...), nil
}

// rows are orders as lists show them.
func (b *backoffice) rows(found []Order) []web.OrderRow {
	rows := make([]web.OrderRow, 0, len(found))
	for i := range found {
		o := &found[i]
		rows = append(rows, web.OrderRow{
			ID: o.ID, Version: o.Version, Status: string(o.Status), Customer: o.CustomerName, Email: o.CustomerEmail, Reference: o.Reference,
			Placed: o.CreatedAt, Expires: b.expiry(o), Units: o.Units, TotalCents: o.TotalCents,
		})
	}
	return rows
}

// expiry is when an order will be canceled by itself; nil for never.
func (b *backoffice) expiry(o *Order) *time.Time {
	if o.Status != Created || b.rules.OrderTTL == 0 {
		return nil
	}
	at := o.CreatedAt.Add(b.rules.OrderTTL)
	return &at
}

// chips are the filters that are on, each with the address of the list without it.
func chips(r web.Reader, params url.Values, found []Order) []web.Chip {
	var on []web.Chip
	add := func(name, value string) {
		on = append(on, web.Chip{Name: r.T("page.filter." + name), Value: value, RemoveURL: without(params, name)})
	}
	if params.Has(byCustomer) {
		name := "#" + params.Get(byCustomer)
		if len(found) > 0 {
			name = found[0].CustomerName
		}
		add(byCustomer, name)
	}
	return append(append(on, orderDays.chips(r, params)...), totalChips(r, params)...)
}

// sortOf is what the list is sorted by, and what it could be sorted by just as fast.
func sortOf(params url.Values) web.Sort {
	s := web.Sort{By: params.Get(bySort)}
	switch {
	case s.By != "":
	case hasTotals(params):
		s.By = "-total_cents"
	default:
		s.By = "-created_at"
	}
	if !hasTotals(params) {
		s.PlacedURL = sortedBy(params, other(s.By, "created_at"))
	}
	if !isNarrowed(params) && !params.Has(byView) {
		s.TotalURL = sortedBy(params, other(s.By, "total_cents"))
	}
	return s
}

// other is the order by a column that a click on its head asks for: descending first, and the other way round then.
func other(by, column string) string {
	if by == "-"+column {
		return column
	}
	return "-" + column
}

// byPlaced is the parameter of the sort, where that is by time: by total, no index serves days.
func byPlaced(params url.Values) string {
	if strings.Contains(params.Get(bySort), "total_cents") {
		return ""
	}
	return bySort
}

func sortedBy(params url.Values, by string) string {
	return listURL(params, func(p url.Values) { p.Set(bySort, by) })
}

func without(params url.Values, name string) string { return withoutAt(ordersURL, params, name) }

// at is the address of the page at a cursor; "" for none.
func at(params url.Values, cursor string) string { return pageAt(ordersURL, params, cursor) }

// hereURL is the address of the list's page itself.
func hereURL(params url.Values) string {
	return cmp.Or(at(params, params.Get(byCursor)), listURL(params, func(url.Values) {}))
}

// listURL is the address of the list with other parameters, from its beginning on.
func listURL(params url.Values, change func(url.Values)) string {
	return addressOf(ordersURL, params, change)
}
