package web_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/web"
	"b2b.example/web/webtest"
)

func TestReader(t *testing.T) {
	en, es := webtest.Reader("en", ""), webtest.Reader("es", "")
	for _, one := range []struct {
		name     string
		say      func(r web.Reader) string
		inEn, es string
	}{
		{"text", func(r web.Reader) string { return r.T("page.new_order.create") }, "Create order", "Crear pedido"},
		{"one", func(r web.Reader) string { return r.T("page.new_order.left", "count", 1) }, "1 left", "queda 1"},
		{"many", func(r web.Reader) string { return r.T("page.new_order.left", "count", int64(12480)) }, "12,480 left", "quedan 12.480"},
		{"none", func(r web.Reader) string { return r.T("page.new_order.left", "count", 0) }, "0 left", "quedan 0"},
		{"a name without its value", func(r web.Reader) string { return r.T("page.new_order.create", "odd") }, "Create order", "Crear pedido"},
		{"no text", func(r web.Reader) string { return r.T("page.no.such", "count", 1) }, "page.no.such", "page.no.such"},
		{"money", func(r web.Reader) string { return r.Money(184250) }, "1,842.50", "1.842,50"},
		{"money alone", func(r web.Reader) string { return r.MoneySigned(184250) }, "$1,842.50", "$1.842,50"},
		{"number", func(r web.Reader) string { return r.Number(12480) }, "12,480", "12.480"},
		{"count", func(r web.Reader) string { return r.Count(web.Count{N: 23}) }, "23", "23"},
		{"more than that", func(r web.Reader) string { return r.Count(web.Count{N: 1000, Over: true}) }, "1,000+", "1.000+"},
		{"when", func(r web.Reader) string { return r.When(r.Now) }, "Today 10:43", "Hoy 10:43"},
		{"day", func(r web.Reader) string { return r.Day(r.Now) }, "Friday, 21 November", "viernes, 21 de noviembre"},
		{"clock", func(r web.Reader) string { return r.Clock(r.Now) }, "10:43", "10:43"},
		{"seconds", func(r web.Reader) string { return r.ClockSeconds(r.Now) }, "10:43:20", "10:43:20"},
		{"until", func(r web.Reader) string { return r.Until(72 * time.Minute) }, "1 h 12 min", "1 h 12 min"},
		{"zone", func(r web.Reader) string { return r.ZoneName() }, "Quito time (UTC\u22125)", "hora de Quito (UTC\u22125)"},
		{"for machines", func(r web.Reader) string { return r.ISO(r.Now) }, "2025-11-21T10:43:20-05:00", "2025-11-21T10:43:20-05:00"},
	} {
		t.Run(one.name, func(t *testing.T) {
			require.Equal(t, one.inEn, one.say(en))
			require.Equal(t, one.es, one.say(es))
		})
	}
}

// Without a zone, times are told in UTC.
func TestReaderWithoutZone(t *testing.T) {
	r := web.Reader{Language: "en", Now: webtest.Now}
	require.Equal(t, "Today 15:43", r.When(r.Now))
	require.Equal(t, "UTC", r.ZoneName())
}
