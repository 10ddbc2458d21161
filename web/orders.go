package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// orderAddress is the address of an order's page.
func orderAddress(id int64) string { return "/backoffice/orders/" + strconv.FormatInt(id, 10) }

// InText is a text that begins a sentence, for the middle of one: "today 10:41".
func InText(text string) string {
	for i, first := range text {
		return string(unicode.ToLower(first)) + text[i+len(string(first)):]
	}
	return ""
}

// expiresSoon says whether more than half of the time that an order is given has passed.
func expiresSoon(now time.Time, row OrderRow) bool {
	return row.Expires.Sub(now) < row.Expires.Sub(row.Placed)/2
}

// sortLink is another order that a list can have.
type sortLink struct{ name, address string }

// sortLinks are the other orders that are offered.
func (s Sort) sortLinks() []sortLink {
	var links []sortLink
	if s.PlacedURL != "" {
		links = append(links, sortLink{turned(s.By, "created_at"), s.PlacedURL})
	}
	if s.TotalURL != "" {
		links = append(links, sortLink{turned(s.By, "total_cents"), s.TotalURL})
	}
	return links
}

// turned is the order that a click on a column's head asks for: descending first, then the other way round.
func turned(by, column string) string {
	if by == "-"+column {
		return column
	}
	return "-" + column
}

// sortText is the id of an order's name.
func sortText(by string) string { return "page.sort." + strings.Replace(by, "-", "desc_", 1) }

// ariaSort is how a column says that the list is sorted by it.
func ariaSort(by, column string) string {
	switch by {
	case column:
		return "ascending"
	case "-" + column:
		return "descending"
	}
	return "none"
}

// shown says what a page of the list shows: how many orders, and from when they are where that is what sorts them.
func (o Orders) shown() string {
	count := o.T("page.orders.shown", "count", len(o.Rows))
	if len(o.Rows) == 0 || !strings.HasSuffix(o.Sort.By, "created_at") {
		return count
	}
	return count + " · " + o.span(o.Rows[0].Placed, o.Rows[len(o.Rows)-1].Placed)
}

// span says from when to when the rows of a page are.
func (r Reader) span(from, to time.Time) string {
	first, last := r.When(from), r.When(to)
	if first == last {
		return InText(first)
	}
	return r.T("page.orders.span", "from", InText(first), "to", InText(last))
}

// sought says what an empty list was searched for.
func (o Orders) sought() string {
	if len(o.Chips) == 0 {
		return o.T("page.orders.nothing.hint")
	}
	filters := make([]string, 0, len(o.Chips))
	for _, chip := range o.Chips {
		filters = append(filters, chip.Name+" "+chip.Value)
	}
	return o.T("page.orders.nothing.filtered", "filters", strings.Join(filters, ", ")) + " " + o.T("page.orders.nothing.hint")
}

// narrowed says whether a search looks at some of the orders only.
func (o Orders) narrowed() bool { return o.Search != "" && (o.keepsFilter() || len(o.Chips) > 0) }

// keepsFilter says whether what a search keeps is more than the columns.
func (o Orders) keepsFilter() bool {
	return slices.ContainsFunc(o.Kept, func(one Field) bool { return one.Name != "columns" })
}

// without are the classes that hide the columns which are not wanted.
func (o Orders) without() string {
	var classes []string
	for _, column := range o.Columns {
		if !column.Shown {
			classes = append(classes, "no-"+column.Name)
		}
	}
	return strings.Join(classes, " ")
}

// everywhere is the same search among all orders.
func (o Orders) everywhere() string { return o.ClearURL + "?search=" + url.QueryEscape(o.Search) }
