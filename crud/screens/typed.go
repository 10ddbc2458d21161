package screens

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"b2b.example/crud"
	"b2b.example/kit/i18n"
	"b2b.example/web"
)

// shown is a field's value as people read it. Values come and go as an address has them.
func (r about) shown(reader web.Reader, look crud.Look, value string) web.Cell {
	cell := web.Cell{Text: value, Kind: "text"}
	if value == "" {
		return cell
	}
	switch look.Kind {
	case crud.KindInt:
		cell.Kind, cell.Text = "number", reader.Number(whole(value))
	case crud.KindMoney:
		cell.Kind, cell.Text = "number", reader.Money(whole(value))
	case crud.KindBool:
		cell.Kind, cell.Text = "no", reader.T("page.no")
		if value == "true" {
			cell.Kind, cell.Text = "yes", reader.T("page.yes")
		}
	case crud.KindTime:
		if at, err := time.Parse(time.RFC3339, value); err == nil {
			cell.Kind, cell.Text = "time", reader.When(at)
		}
	case crud.KindChoice:
		cell.Kind, cell.Text = "badge", word(reader, "choice."+r.Name+"."+look.Name+"."+value, value)
	case crud.KindRef:
		cell.Text = "#" + value
		if title, known := r.named[look.To][value]; known {
			cell.Text, cell.URL = title, Home+"/"+r.kind(look.To).Outline().Plural+"/"+value
		}
	case crud.KindText, crud.KindEmail, crud.KindSecret:
	}
	return cell
}

func whole(value string) int64 {
	n, _ := strconv.ParseInt(value, 10, 64) // it comes from a number
	return n
}

// localTime is a time as the input for one has it, without its zone.
const localTime = "2006-01-02T15:04"

// typed is a value as people type it in a form.
func typed(reader web.Reader, kind crud.Kind, value string) string {
	if value == "" {
		return ""
	}
	switch kind { //nolint:exhaustive // the others are typed as they are
	case crud.KindMoney:
		cents := whole(value)
		text := strconv.FormatInt(cents/100, 10) + "." + leading(cents%100)
		return strings.ReplaceAll(text, ".", decimal(reader))
	case crud.KindTime:
		if at, err := time.Parse(time.RFC3339, value); err == nil {
			return at.In(zone(reader)).Format(localTime)
		}
	}
	return value
}

// TypeMoney writes cents as people type them.
func TypeMoney(reader web.Reader, cents int64) string {
	return typed(reader, crud.KindMoney, strconv.FormatInt(cents, 10))
}

// ReadMoney takes an amount that was typed, and gives its cents; false for what is none.
func ReadMoney(reader web.Reader, text string) (int64, bool) {
	digits, ok := digitsOf(reader, crud.KindMoney, text)
	cents, err := strconv.ParseInt(digits, 10, 64)
	return cents, ok && err == nil && cents >= 0
}

func leading(cents int64) string {
	if cents < 10 {
		return "0" + strconv.FormatInt(cents, 10)
	}
	return strconv.FormatInt(cents, 10)
}

func decimal(reader web.Reader) string {
	if reader.Language == i18n.Spanish {
		return ","
	}
	return "."
}

func zone(reader web.Reader) *time.Location {
	if reader.Zone == nil {
		return time.UTC
	}
	return reader.Zone
}

// Numbers as people write them: digits in groups of three or in none. A sign that groups in one language divides in the
// other, so what fits neither form is refused rather than guessed.
var (
	numberEnglish = regexp.MustCompile(`^(\d+|\d{1,3}(?:[, ]\d{3})+)(?:\.(\d{1,2}))?$`)
	numberSpanish = regexp.MustCompile(`^(\d+|\d{1,3}(?:[. ]\d{3})+)(?:,(\d{1,2}))?$`)
)

// read takes what was typed and gives the value. What cannot be read is given back as it is: the field's rules refuse it.
func read(reader web.Reader, kind crud.Kind, text string) string {
	text = strings.TrimSpace(text)
	switch kind { //nolint:exhaustive // the others are typed as they are
	case crud.KindMoney, crud.KindInt:
		return readNumber(reader, kind, text)
	case crud.KindTime:
		if at, err := time.ParseInLocation(localTime, text, zone(reader)); err == nil {
			return at.UTC().Format(time.RFC3339)
		}
	}
	return text
}

func readNumber(reader web.Reader, kind crud.Kind, text string) string {
	if digits, ok := digitsOf(reader, kind, text); ok {
		return digits
	}
	return text
}

// digitsOf is a number that was typed as the API writes it, money in cents; false for what is none.
func digitsOf(reader web.Reader, kind crud.Kind, text string) (string, bool) {
	form := numberEnglish
	if reader.Language == i18n.Spanish {
		form = numberSpanish
	}
	plain := strings.TrimSpace(strings.TrimPrefix(strings.ReplaceAll(text, "\u00a0", " "), "$"))
	sign := ""
	if strings.HasPrefix(plain, "-") {
		sign, plain = "-", plain[1:]
	}
	parts := form.FindStringSubmatch(plain)
	if parts == nil || kind == crud.KindInt && parts[2] != "" {
		return "", false
	}
	digits := strings.NewReplacer(",", "", ".", "", " ", "").Replace(parts[1])
	if kind == crud.KindMoney {
		digits += (parts[2] + "00")[:2]
	}
	digits = strings.TrimLeft(digits, "0")
	if digits == "" {
		return "0", true
	}
	return sign + digits, true
}
