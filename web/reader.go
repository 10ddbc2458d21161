package web

import (
	"fmt"
	"time"

	"b2b.example/kit/i18n"
)

// T is the text of an id in the reader's language. The arguments are pairs of a name and a value: T(id, "count", 3).
// The one named count decides between singular and plural, and is written as the reader writes numbers.
func (r Reader) T(id string, args ...any) string {
	values := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		values[fmt.Sprint(args[i])] = args[i+1]
	}
	counted, found := values["count"]
	if !found {
		return i18n.Text(r.Language, id, values)
	}
	switch n := counted.(type) {
	case int:
		values["count"] = r.Number(int64(n))
	case int64:
		values["count"] = r.Number(n)
	}
	return i18n.Counted(r.Language, id, counted, values)
}

// Money writes cents without their currency: "1,842.50".
func (r Reader) Money(cents int64) string { return i18n.Money(r.Language, cents) }

// MoneySigned writes cents as an amount that stands alone: "$1,842.50".
func (r Reader) MoneySigned(cents int64) string {
	return i18n.MoneySigned(r.Language, r.Currency, cents)
}

// Number writes a whole number: "12,480".
func (r Reader) Number(n int64) string { return i18n.Number(r.Language, n) }

// Count writes a count, with a plus where there are more: "23", "1,000+".
func (r Reader) Count(c Count) string {
	if c.Over {
		return r.Number(c.N) + "+"
	}
	return r.Number(c.N)
}

// When says when something was or will be: "Today 10:41", "20 Nov 18:20".
func (r Reader) When(t time.Time) string { return i18n.When(r.Language, t, r.local(r.Now)) }

// Day names a day: "Friday, 21 November".
func (r Reader) Day(t time.Time) string { return i18n.Day(r.Language, r.local(t)) }

// Date writes a day: "20 Nov", with its year when that is another.
func (r Reader) Date(t time.Time) string { return i18n.Date(r.Language, r.local(t), r.local(r.Now)) }

// ShortDate writes a day of a year that is known: "20 Nov".
func (r Reader) ShortDate(t time.Time) string { return i18n.ShortDate(r.Language, r.local(t)) }

// Clock is a time of day: "10:32".
func (r Reader) Clock(t time.Time) string { return i18n.Clock(r.local(t)) }

// ClockSeconds is a time of day to the second: "10:32:08".
func (r Reader) ClockSeconds(t time.Time) string { return i18n.ClockSeconds(r.local(t)) }

// Until says how long something is: "2 d 23 h", "1 h 12 min".
func (r Reader) Until(d time.Duration) string { return i18n.Duration(r.Language, d) }

// ZoneName names the time zone of the times that are shown: "Quito time (UTC−5)".
func (r Reader) ZoneName() string { return i18n.Zone(r.Language, r.local(r.Now)) }

// ISO is a time as a machine reads it, for the datetime of a <time>.
func (r Reader) ISO(t time.Time) string { return r.local(t).Format(time.RFC3339) }

// local is a time in the reader's zone, UTC when none is given.
func (r Reader) local(t time.Time) time.Time {
	if r.Zone == nil {
		return t.UTC()
	}
	return t.In(r.Zone)
}

// SameDay says whether two times are on one day where the reader is.
func (r Reader) SameDay(a, b time.Time) bool {
	a, b = r.local(a), r.local(b)
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}
