package orders

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gofiber/fiber/v2"

	"b2b.example/crud/lists"
	"b2b.example/crud/screens"
	"b2b.example/web"
)

// Further parameters of the list of orders. Amounts are whole cents, both bounds are included.
const (
	byReason   = "cancel_reason"
	byMinTotal = "min_total_cents"
	byMaxTotal = "max_total_cents"
)

// The amounts of the filter's form, as people type them.
const (
	byLeast = "least"
	byMost  = "most"
)

// sweptReason is that of the orders that nobody has confirmed in time.
const sweptReason = "EXPIRED"

// whyCanceled are all reasons that a canceled order can have.
var whyCanceled = append(slices.Clone(cancelReasons), sweptReason)

func hasTotals(params url.Values) bool { return params.Has(byMinTotal) || params.Has(byMaxTotal) }

// narrowings are what no index serves together with a range of totals, or with an order by total.
var narrowings = []string{byCustomer, byFrom, byTo, bySearch, byReason}

// isNarrowed says whether one of the narrowings is on.
func isNarrowed(params url.Values) bool {
	return slices.ContainsFunc(narrowings, params.Has)
}

// filterReason narrows to what was canceled for a reason. It stands for the status, which its index does not have.
func (l *list) filterReason() error {
	if !l.Params.Has(byReason) {
		return nil
	}
	isCanceled := !l.Params.Has(byStatus) || Status(l.Params.Get(byStatus)) == Canceled
	if !slices.Contains(whyCanceled, l.Params.Get(byReason)) || !isCanceled || l.Params.Has(byCustomer) {
		return lists.InvalidParam(byReason)
	}
	l.only("cancel_reason = ?", l.Params.Get(byReason))
	return nil
}

// filterTotals narrows to a range of totals, which is then what the list is sorted by.
func (l *list) filterTotals() error {
	for _, bound := range []struct{ name, sql string }{{byMinTotal, "total_cents >= ?"}, {byMaxTotal, "total_cents <= ?"}} {
		if !l.Params.Has(bound.name) {
			continue
		}
		cents, ok := wholeNumber(l.Params.Get(bound.name))
		if !ok || cents < 0 || isNarrowed(l.Params) {
			return lists.InvalidParam(bound.name)
		}
		l.only(bound.sql, cents)
	}
	return nil
}

// filterParameters are what the URL of the list may have of these.
func filterParameters() openapi3.Parameters {
	reasons := openapi3.NewStringSchema()
	for _, reason := range whyCanceled {
		reasons.Enum = append(reasons.Enum, reason)
	}
	return openapi3.Parameters{
		lists.QueryParameter(byReason, "Only those that were canceled for this reason. Not together with a customer.", reasons),
		lists.QueryParameter(byMinTotal, "Only those of at least this total. Alone, or with a status; sorted by total.", openapi3.NewInt64Schema().WithMin(0)),
		lists.QueryParameter(byMaxTotal, "Only those of at most this total.", openapi3.NewInt64Schema().WithMin(0)),
	}
}

func isByAmounts(params url.Values) bool { return params.Has(byLeast) || params.Has(byMost) }

// filterByAmounts leads to the orders between two totals, as the reader's language writes them.
func (b *backoffice) filterByAmounts(c *fiber.Ctx, params url.Values) error {
	reader := b.PlainFrame(c, "").Reader
	for _, bound := range []struct{ typed, cents string }{{byLeast, byMinTotal}, {byMost, byMaxTotal}} {
		text := strings.TrimSpace(strings.Join(params[bound.typed], " and "))
		params.Del(bound.typed)
		params.Del(bound.cents)
		if text == "" {
			continue
		}
		cents, ok := screens.ReadMoney(reader, text)
		if !ok {
			return lists.InvalidParam(bound.typed)
		}
		params.Set(bound.cents, strconv.FormatInt(cents, 10))
	}
	return c.Redirect(listURL(params, func(url.Values) {}), http.StatusSeeOther)
}

// totalsFilter is the form that asks for a range of totals; nil where no index serves it.
func totalsFilter(r web.Reader, params url.Values) *web.TotalsFilter {
	if params.Has(byView) || isNarrowed(params) {
		return nil
	}
	form := &web.TotalsFilter{Kept: kept(params, byStatus, screens.ByColumns)}
	for name, at := range map[string]*string{byMinTotal: &form.Least, byMaxTotal: &form.Most} {
		if cents, ok := wholeNumber(params.Get(name)); ok {
			*at = screens.TypeMoney(r, cents)
		}
	}
	return form
}

// reasonFilter are the reasons to choose from, among what was canceled.
func reasonFilter(r web.Reader, params url.Values) []web.Filter {
	isOff := Status(params.Get(byStatus)) != Canceled && !params.Has(byReason)
	if isOff || params.Has(byCustomer) || hasTotals(params) || strings.Contains(params.Get(bySort), "total_cents") {
		return nil
	}
	filter := web.Filter{Label: r.T("page.filter.cancel_reason"), RemoveURL: without(params, byReason)}
	for _, reason := range whyCanceled {
		option := web.Link{Label: r.T("page.reason." + reason), URL: listURL(params, func(p url.Values) { p.Set(byReason, reason) })}
		if params.Get(byReason) == reason {
			filter.Value = option.Label
		}
		filter.Options = append(filter.Options, option)
	}
	return []web.Filter{filter}
}

// totalChips are the bounds that are on.
func totalChips(r web.Reader, params url.Values) (on []web.Chip) {
	for _, name := range []string{byMinTotal, byMaxTotal} {
		if cents, ok := wholeNumber(params.Get(name)); ok {
			on = append(on, web.Chip{Name: r.T("page.filter." + name), Value: r.MoneySigned(cents), RemoveURL: without(params, name)})
		}
	}
	return on
}
