package orders

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"b2b.example/crud"
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
)

// The days of the filter's form, as browsers send them: from the first to the last of them.
const (
	byFirstDay = "first_day"
	byLastDay  = "last_day"
)

// ordersPage is a page of the list of orders. Its whole state is in its address. A search for an order's number opens
// that order.
func (b *backoffice) ordersPage(c *fiber.Ctx) error {
	params, err := crud.QueryOf(c)
	if err != nil {
		return err
	}
	if params.Has(byFirstDay) || params.Has(byLastDay) {
		return b.filterByDays(c, params)
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
	wanted, err := b.listParams(params)
	if err != nil {
		return err
	}
	if params.Get(byFormat) == "csv" {
		write, err := file(b.db, wanted)
		if err != nil {
			return err
		}
		return kit.Send(c, crud.FileAnswer(c, "orders", b.db.Now(), write))
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
	page.Chips, page.Days = chips(page.Reader, params, found.Rows), daysFilter(page.Reader, params)
	page.Newer, page.Older = at(params, found.Prev), at(params, found.Next)
	if err := b.selection(c, params, &page); err != nil {
		return err
	}
	return screens.Show(c, web.OrdersPage(page))
}

// filterByDays leads to the list of the orders that were placed on some days, told as moments: so the address shows the
// same rows to a colleague in another time zone.
func (b *backoffice) filterByDays(c *fiber.Ctx, params url.Values) error {
	for _, bound := range []struct {
		day, moment string
		after       int
	}{{byFirstDay, byFrom, 0}, {byLastDay, byTo, 1}} {
		text := strings.TrimSpace(strings.Join(params[bound.day], " and "))
		params.Del(bound.day)
		params.Del(bound.moment)
		if text == "" {
			continue
		}
		day, err := time.ParseInLocation(time.DateOnly, text, b.Zone)
		if err != nil {
			return crud.InvalidParam(bound.day)
		}
		params.Set(bound.moment, day.AddDate(0, 0, bound.after).UTC().Format(time.RFC3339))
	}
	return c.Redirect(listURL(params, func(url.Values) {}), http.StatusSeeOther)
}

// dayOf is the day that a bound of the list is the midnight of, in the reader's time zone; a last day is the one before.
func dayOf(r web.Reader, params url.Values, name string) (day time.Time, ok bool) {
	at, ok := moment(params.Get(name))
	at = at.In(r.Zone)
	if name == byTo {
		at = at.AddDate(0, 0, -1)
	}
	return at, ok && at.Hour() == 0 && at.Minute() == 0 && at.Second() == 0 && at.Nanosecond() == 0
}

// daysFilter is the form that asks for days; a view has its own.
func daysFilter(r web.Reader, params url.Values) *web.DaysFilter {
	if params.Has(byView) {
		return nil
	}
	form := &web.DaysFilter{}
	if day, ok := dayOf(r, params, byFrom); ok {
		form.First = day.Format(time.DateOnly)
	}
	if day, ok := dayOf(r, params, byTo); ok {
		form.Last = day.Format(time.DateOnly)
	}
	form.Kept = kept(params, bySearch, byStatus, byCustomer, bySort)
	return form
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
	if strings.TrimSpace(params.Get(bySearch)) == "" {
		wanted.Del(bySearch)
	}
	if !params.Has(byView) {
		return wanted, nil
	}
	if params.Get(byView) != viewExpiring || len(params[byView]) > 1 || b.rules.OrderTTL == 0 {
		return nil, crud.InvalidParam(byView)
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
		Frame: frame, Search: params.Get(bySearch), Sort: sortOf(params), ShowsNewOrder: mayWrite(c), ClearURL: home + "/orders",
		CSVURL: listURL(params, func(p url.Values) { p.Set(byFormat, "csv") }),
	}
	for _, name := range []string{bySearch, byCustomer, byFrom, byTo} {
		page.Filtered = page.Filtered || params.Get(name) != ""
	}
	page.Kept = kept(params, byView, byStatus, byCustomer, byFrom, byTo)
	page.Views, err = b.views(c, frame, params)
	return page, err
}

// views are the tabs: every status, and what will soon expire.
func (b *backoffice) views(c *fiber.Ctx, frame web.Frame, params url.Values) ([]web.View, error) {
	tab := func(text string, query string, count *web.Count) web.View {
		view := web.View{Label: frame.T(text), URL: home + "/orders", Count: count}
		if query != "" {
			view.URL += "?" + query
		}
		wanted, _ := url.ParseQuery(query) // our own
		view.Current = wanted.Get(byStatus) == params.Get(byStatus) && wanted.Get(byView) == params.Get(byView)
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
	return append(views,
		tab("page.view.confirmed", byStatus+"="+string(Confirmed), nil),
		tab("page.view.canceled", byStatus+"="+string(Canceled), nil)), nil
}

// rows are orders as lists show them.
func (b *backoffice) rows(found []Order) []web.OrderRow {
	rows := make([]web.OrderRow, 0, len(found))
	for i := range found {
		o := &found[i]
		rows = append(rows, web.OrderRow{
			ID: o.ID, Status: string(o.Status), Customer: o.CustomerName, Email: o.CustomerEmail, Reference: o.Reference,
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
	for _, name := range []string{byFrom, byTo} {
		if day, ok := dayOf(r, params, name); ok {
			add(name+"_day", r.Date(day))
			on[len(on)-1].RemoveURL = without(params, name)
		} else if at, ok := moment(params.Get(name)); ok {
			add(name, r.When(at))
		}
	}
	return on
}

// sortOf is what the list is sorted by, and what it could be sorted by just as fast.
func sortOf(params url.Values) web.Sort {
	s := web.Sort{By: params.Get(bySort)}
	if s.By == "" {
		s.By = "-created_at"
	}
	s.PlacedURL = sortedBy(params, other(s.By, "created_at"))
	narrowed := false
	for _, name := range []string{byCustomer, byFrom, byTo, bySearch, byView} {
		narrowed = narrowed || params.Get(name) != ""
	}
	if !narrowed {
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

func sortedBy(params url.Values, by string) string {
	return listURL(params, func(p url.Values) { p.Set(bySort, by) })
}

func without(params url.Values, name string) string {
	return listURL(params, func(p url.Values) { p.Del(name) })
}

// at is the address of the page at a cursor; "" for none.
func at(params url.Values, cursor string) string {
	if cursor == "" {
		return ""
	}
	return listURL(params, func(p url.Values) { p.Set(byCursor, cursor) })
}

// listURL is the address of the list with other parameters, from its beginning on.
func listURL(params url.Values, change func(url.Values)) string {
	changed := maps.Clone(params)
	changed.Del(byCursor)
	change(changed)
	if len(changed) == 0 {
		return home + "/orders"
	}
	return home + "/orders?" + changed.Encode()
}
