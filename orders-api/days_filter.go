package orders

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"b2b.example/crud/lists"
	"b2b.example/web"
)

// ordersURL is the list of orders.
const ordersURL = home + "/orders"

// The days of the filter's form, as browsers send them: from the first to the last of them.
const (
	byFirstDay = "first_day"
	byLastDay  = "last_day"
)

// daysOf are the days that a list is narrowed to: where it is, and how the ids of its words begin.
type daysOf struct{ path, words string }

var orderDays = daysOf{ordersURL, "page.filter."}

func isByDays(params url.Values) bool { return params.Has(byFirstDay) || params.Has(byLastDay) }

// filterByDays leads to the rows of a list that were made on some days, told as moments: so the address shows the same rows
// to a colleague in another time zone.
func (b *backoffice) filterByDays(c *fiber.Ctx, path string, params url.Values) error {
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
		day, err := time.ParseInLocation(time.DateOnly, text, b.PlainFrame(c, "").Zone)
		if err != nil {
			return lists.InvalidParam(bound.day)
		}
		params.Set(bound.moment, day.AddDate(0, 0, bound.after).UTC().Format(time.RFC3339))
	}
	return c.Redirect(addressOf(path, params, func(url.Values) {}), http.StatusSeeOther)
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

// form asks for days, and keeps some of the list's parameters.
func (d daysOf) form(r web.Reader, params url.Values, keeps ...string) *web.DaysFilter {
	form := &web.DaysFilter{
		URL: d.path, FirstLabel: r.T(d.words + "from_day"), LastLabel: r.T(d.words + "to_day"), Kept: kept(params, keeps...),
	}
	if day, ok := dayOf(r, params, byFrom); ok {
		form.First = day.Format(time.DateOnly)
	}
	if day, ok := dayOf(r, params, byTo); ok {
		form.Last = day.Format(time.DateOnly)
	}
	return form
}

// chips are the bounds that are on, each with the address of the list without it.
func (d daysOf) chips(r web.Reader, params url.Values) (on []web.Chip) {
	for _, name := range []string{byFrom, byTo} {
		chip := web.Chip{RemoveURL: withoutAt(d.path, params, name)}
		if day, ok := dayOf(r, params, name); ok {
			chip.Name, chip.Value = r.T(d.words+name+"_day"), r.Date(day)
		} else if at, ok := moment(params.Get(name)); ok {
			chip.Name, chip.Value = r.T(d.words+name), r.When(at)
		} else {
			continue
		}
		on = append(on, chip)
	}
	return on
}

// pageAt is the address of the page at a cursor; "" for none.
func pageAt(path string, params url.Values, cursor string) string {
	if cursor == "" {
		return ""
	}
	return addressOf(path, params, func(p url.Values) { p.Set(byCursor, cursor) })
}

func withoutAt(path string, params url.Values, name string) string {
	return addressOf(path, params, func(p url.Values) { p.Del(name) })
}

// addressOf is the address of a list with other parameters, from its beginning on.
func addressOf(path string, params url.Values, change func(url.Values)) string {
	changed := maps.Clone(params)
	changed.Del(byCursor)
	change(changed)
	if len(changed) == 0 {
		return path
	}
	return path + "?" + changed.Encode()
}
