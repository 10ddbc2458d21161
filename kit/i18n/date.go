package i18n

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// calendar is what a language calls days and months, and in which order.
type calendar struct {
	weekdays     [7]string
	months       [12]string
	short        [12]string
	day          string // weekday, number, month
	today        string
	underAMinute string
	zone         string // city
}

var calendars = map[string]calendar{
	English: {
		weekdays: [...]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		months: [...]string{"January", "February", "March", "April", "May", "June",
			"July", "August", "September", "October", "November", "December"},
		short:        [...]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
		day:          "%s, %d %s",
		today:        "Today",
		underAMinute: "under 1 min",
		zone:         "%s time",
	},
	Spanish: {
		weekdays: [...]string{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"},
		months: [...]string{"enero", "febrero", "marzo", "abril", "mayo", "junio",
			"julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},
		short:        [...]string{"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"},
		day:          "%s, %d de %s",
		today:        "Hoy",
		underAMinute: "menos de 1 min",
		zone:         "hora de %s",
	},
}

// cities are those whose own name, or whose name in Spanish, is not the one in the database of time zones. (All of
// Ecuador's mainland keeps the time of Guayaquil and calls it that of Quito.)
var cities = map[string]map[string]string{
	English: {"Guayaquil": "Quito", "Asuncion": "Asunción"},
	Spanish: {
		"Guayaquil": "Quito", "Asuncion": "Asunción", "Bogota": "Bogotá", "Panama": "Panamá", "Mexico City": "Ciudad de México",
		"New York": "Nueva York", "London": "Londres", "Paris": "París",
	},
}

// calendarOf is a language's calendar; English for one that is not there.
func calendarOf(lang string) calendar {
	if c, found := calendars[lang]; found {
		return c
	}
	return calendars[English]
}

// When says when something was or will be, to the minute and in the time zone of now: "Today 10:41", "20 Nov 18:20", and
// with its year when that is another: "20 Nov 2024 18:20".
func When(lang string, at, now time.Time) string {
	at = at.In(now.Location())
	date := Date(lang, at, now)
	if at.Year() == now.Year() && at.YearDay() == now.YearDay() {
		date = calendarOf(lang).today
	}
	return date + " " + Clock(at)
}

// Date is a day: "20 Nov", and with its year when that is another than now's: "20 Nov 2024".
func Date(lang string, at, now time.Time) string {
	if at.Year() != now.Year() {
		return ShortDate(lang, at) + " " + strconv.Itoa(at.Year())
	}
	return ShortDate(lang, at)
}

// ShortDate is a day of a year that is known: "20 Nov".
func ShortDate(lang string, at time.Time) string {
	return fmt.Sprintf("%d %s", at.Day(), calendarOf(lang).short[at.Month()-1])
}

// Day names a day: "Friday, 21 November", "viernes, 21 de noviembre".
func Day(lang string, at time.Time) string {
	c := calendarOf(lang)
	return fmt.Sprintf(c.day, c.weekdays[at.Weekday()], at.Day(), c.months[at.Month()-1])
}

// Clock is the time of day to the minute: "10:32".
func Clock(at time.Time) string { return at.Format("15:04") }

// ClockSeconds is the time of day to the second: "10:32:08".
func ClockSeconds(at time.Time) string { return at.Format("15:04:05") }

// Duration says how long something is in its two largest units, and never more than it is: "2 d 23 h", "1 h 12 min",
// "45 min".
func Duration(lang string, d time.Duration) string {
	days, hours, minutes := int64(d/(24*time.Hour)), int64(d/time.Hour)%24, int64(d/time.Minute)%60
	switch {
	case d <= 0:
		return "0 min"
	case days > 0:
		return units(days, "d", hours, "h")
	case hours > 0:
		return units(hours, "h", minutes, "min")
	case minutes > 0:
		return units(minutes, "min", 0, "")
	}
	return calendarOf(lang).underAMinute
}

// units writes a number of a large unit, and of a small one where there are any.
func units(large int64, unit string, small int64, smallUnit string) string {
	if small == 0 {
		return fmt.Sprintf("%d %s", large, unit)
	}
	return fmt.Sprintf("%d %s %d %s", large, unit, small, smallUnit)
}

// Zone names the time zone that a time is told in: "Quito time (UTC−5)", "hora de Quito (UTC−5)". One that has no city to
// be named after is its difference alone.
func Zone(lang string, at time.Time) string {
	name, difference := at.Location().String(), difference(at)
	region, city, found := cutLast(name, "/")
	if !found || region == "Etc" {
		return difference
	}
	city = strings.ReplaceAll(city, "_", " ")
	if own, has := cities[lang][city]; has {
		city = own
	}
	return fmt.Sprintf(calendarOf(lang).zone, city) + " (" + difference + ")"
}

// difference is how far the clock of a time is from UTC: "UTC−5", "UTC+5:30", and "UTC" for UTC itself.
func difference(at time.Time) string {
	_, seconds := at.Zone()
	if seconds == 0 {
		return "UTC"
	}
	sign := "+"
	if seconds < 0 {
		sign, seconds = "\u2212", -seconds
	}
	text := fmt.Sprintf("UTC%s%d", sign, seconds/3600)
	if minutes := seconds / 60 % 60; minutes != 0 {
		text += fmt.Sprintf(":%02d", minutes)
	}
	return text
}

// cutLast cuts a text at the last separator in it.
func cutLast(text, separator string) (before, after string, found bool) {
	at := strings.LastIndex(text, separator)
	if at < 0 {
		return text, "", false
	}
	return text[:at], text[at+len(separator):], true
}
