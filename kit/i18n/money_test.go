package i18n_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"b2b.example/kit/i18n"
)

func TestMoney(t *testing.T) {
	for _, one := range []struct {
		cents  int64
		en, es string
	}{
		{0, "0.00", "0,00"},
		{5, "0.05", "0,05"},
		{99999, "999.99", "999,99"},
		{184250, "1,842.50", "1.842,50"},
		{124990000, "1,249,900.00", "1.249.900,00"},
		{100_000_000_000_000_000, "1,000,000,000,000,000.00", "1.000.000.000.000.000,00"},
		{-5, "-0.05", "-0,05"},
		{-184250, "-1,842.50", "-1.842,50"},
		{math.MaxInt64, "92,233,720,368,547,758.07", "92.233.720.368.547.758,07"},
		{math.MinInt64, "-92,233,720,368,547,758.08", "-92.233.720.368.547.758,08"},
	} {
		require.Equal(t, one.en, i18n.Money("en", one.cents))
		require.Equal(t, one.es, i18n.Money("es", one.cents))
	}
	require.Equal(t, "1,842.50", i18n.Money("fr", 184250), "another language is English")
}

// A currency's own number of decimals changes nothing: an amount is cents, so 184250 is 1,842.50 of any of them.
func TestMoneySigned(t *testing.T) {
	for _, one := range []struct {
		code   string
		cents  int64
		en, es string
	}{
		{"USD", 184250, "$1,842.50", "$1.842,50"},
		{"USD", 0, "$0.00", "$0,00"},
		{"USD", -184250, "-$1,842.50", "$-1.842,50"},
		{"EUR", 184250, "€1,842.50", "€1.842,50"},
		{"JPY", 184250, "¥1,842.50", "¥1.842,50"},
		{"CLP", 184250, "CLP\u00a01,842.50", "CLP\u00a01.842,50"},
		{"KWD", 184250, "KWD\u00a01,842.50", "KWD\u00a01.842,50"},
		{"???", 184250, "1,842.50\u00a0???", "1.842,50\u00a0???"},
	} {
		t.Run(one.code, func(t *testing.T) {
			require.Equal(t, one.en, i18n.MoneySigned("en", one.code, one.cents))
			require.Equal(t, one.es, i18n.MoneySigned("es", one.code, one.cents))
		})
	}
}

func TestNumber(t *testing.T) {
	for n, want := range map[int64][2]string{
		0: {"0", "0"}, 7: {"7", "7"}, 999: {"999", "999"}, 1042: {"1,042", "1.042"}, -12480: {"-12,480", "-12.480"},
		math.MaxInt64: {"9,223,372,036,854,775,807", "9.223.372.036.854.775.807"},
	} {
		require.Equal(t, want, [2]string{i18n.Number("en", n), i18n.Number("es", n)})
	}
}
