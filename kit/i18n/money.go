package i18n

import (
	"strconv"

	"github.com/bojanz/currency"
)

// The product's amounts are whole cents, a hundredth of the currency each, whatever the currency: so they are always
// written with two decimals, also where a currency has none or three of its own.
const centDigits = 2

// locales are where the forms of numbers come from: English as the United States write it, Spanish as Ecuador does, with
// "1.842,50" and the sign before the amount.
var locales = map[string]currency.Locale{English: currency.NewLocale("en"), Spanish: currency.NewLocale("es-EC")}

var (
	plain  = formatters(centDigits, currency.DisplayNone)
	signed = formatters(centDigits, currency.DisplaySymbol)
	whole  = formatters(0, currency.DisplayNone)
)

// formatters makes one formatter for each language. They are only read after that.
func formatters(digits uint8, display currency.Display) map[string]*currency.Formatter {
	all := make(map[string]*currency.Formatter, len(locales))
	for lang, locale := range locales {
		f := currency.NewFormatter(locale)
		f.MinDigits, f.MaxDigits, f.CurrencyDisplay = digits, digits, display
		all[lang] = f
	}
	return all
}

// Money writes cents as an amount without its currency: "1,842.50", "1.842,50".
func Money(lang string, cents int64) string { return format(plain, lang, amount(cents)) }

// MoneySigned writes cents as an amount that stands alone: "$1,842.50", "$1.842,50". A currency that is not known stands
// behind its amount, by its code.
func MoneySigned(lang, code string, cents int64) string {
	inCode, err := currency.NewAmount(amount(cents).Number(), code)
	if err != nil {
		return Money(lang, cents) + "\u00a0" + code
	}
	return format(signed, lang, inCode)
}

// IsCurrency says whether a code is a currency's (ISO 4217).
func IsCurrency(code string) bool { return currency.IsValid(code) }

// Number writes a whole number with its digits in groups: "12,480", "12.480".
func Number(lang string, n int64) string {
	number, err := currency.NewAmount(strconv.FormatInt(n, 10), "USD")
	if err != nil {
		return strconv.FormatInt(n, 10)
	}
	return format(whole, lang, number)
}

// amount is cents with the point where it belongs: that of the dollar, which has two decimals.
func amount(cents int64) currency.Amount {
	dollars, err := currency.NewAmountFromInt64(cents, "USD")
	if err != nil {
		panic(err) // the dollar is no longer a currency
	}
	return dollars
}

// format writes an amount in a language; English for one that is not there.
func format(by map[string]*currency.Formatter, lang string, amount currency.Amount) string {
	f := by[lang]
	if f == nil {
		f = by[English]
	}
	return f.Format(amount)
}
