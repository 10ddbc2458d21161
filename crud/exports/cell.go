package exports

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// value adds a cell of what the database gives for it; nothing of NULL.
func (f *File) value(kind Kind, raw []byte) {
	switch kind {
	case Text:
		f.text(raw)
		return
	case Money:
		if cents, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
			f.held = appendMoney(f.held, cents, f.decimal)
		}
	default:
		f.held = appendPlain(f.held, kind, raw)
	}
	f.held = append(f.held, f.comma)
}

// appendPlain adds a value as an address has it.
func appendPlain(b []byte, kind Kind, raw []byte) []byte {
	switch {
	case kind == YesNo:
		return strconv.AppendBool(b, string(raw) == "1")
	case kind == Time && len(raw) > 0:
		return appendTime(b, raw)
	}
	return append(b, raw...)
}

// appendTime adds a time with all of the microseconds that are stored. Every database has it in UTC, as 2006-01-02 and
// 15:04:05 with a blank between; behind that may be a fraction, and +00:00.
func appendTime(b, raw []byte) []byte {
	const date, clock = len("2006-01-02"), len("2006-01-02 15:04:05")
	b = append(append(append(b, raw[:date]...), 'T'), raw[date+1:clock]...)
	stored, _, _ := bytes.Cut(raw[clock:], []byte("+"))
	fraction := []byte(".000000")
	copy(fraction, stored)
	return append(append(b, fraction...), 'Z')
}

// appendMoney adds cents in whole units.
func appendMoney(b []byte, cents int64, decimal byte) []byte {
	if cents < 0 {
		b, cents = append(b, '-'), -cents
	}
	return append(strconv.AppendInt(b, cents/100, 10), decimal, byte('0'+cents/10%10), byte('0'+cents%10))
}

// text adds a cell of text. One that a spreadsheet would take for a formula gets an apostrophe before it.
func (f *File) text(cell []byte) {
	guard := isFormula(cell)
	isQuoted := f.needsQuotes(cell, guard)
	if isQuoted {
		f.held = append(f.held, '"')
	}
	if guard {
		f.held = append(f.held, '\'')
	}
	if isQuoted {
		f.held = append(appendQuoted(f.held, cell), '"')
	} else {
		f.held = append(f.held, cell...)
	}
	f.held = append(f.held, f.comma)
}

// needsQuotes says which cells have to be told from what is around them.
func (f *File) needsQuotes(cell []byte, guard bool) bool {
	if bytes.IndexByte(cell, f.comma) >= 0 || bytes.ContainsAny(cell, "\"\r\n") {
		return true
	}
	first, _ := utf8.DecodeRune(cell)
	return !guard && unicode.IsSpace(first) || string(cell) == `\.`
}

// appendQuoted adds what is between the quotes: with the line ends of the file.
func appendQuoted(b, cell []byte) []byte {
	for _, c := range cell {
		switch c {
		case '"':
			b = append(b, `""`...)
		case '\r':
		case '\n':
			b = append(b, "\r\n"...)
		default:
			b = append(b, c)
		}
	}
	return b
}

// formulaStarts are what a spreadsheet would take a cell for a formula for, and the guard itself.
const formulaStarts = "=+-@\t\r'"

// isFormula says what a spreadsheet would calculate instead of showing it. A number is one whatever its sign.
func isFormula(cell []byte) bool {
	return len(cell) > 0 && strings.IndexByte(formulaStarts, cell[0]) >= 0 && !isPlainNumber(string(cell))
}

// Unguarded takes off the apostrophe that stands before a cell so that a spreadsheet does not calculate it.
func Unguarded(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && strings.IndexByte(formulaStarts, cell[1]) >= 0 {
		return cell[1:]
	}
	return cell
}

func isPlainNumber(cell string) bool {
	_, err := strconv.ParseFloat(strings.Replace(cell, ",", ".", 1), 64)
	return err == nil && !strings.ContainsAny(cell, "xXnNiIpPeE_+")
}
