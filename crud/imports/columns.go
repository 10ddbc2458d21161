package imports

import (
	"bytes"
	"io"
	"slices"
	"strconv"
	"strings"

	"b2b.example/crud"
	"b2b.example/crud/exports"
	"b2b.example/kit/fault"
)

// bom stands before a file that a spreadsheet has written.
const bom = "\ufeff"

// mostHeader is how many bytes the line may have that names the columns.
const mostHeader = 16 << 10

// column is what one column of the file is for.
type column struct {
	name  string    // as the file has it
	look  crud.Look // of its field; none for the id and for what is not taken
	isID  bool
	units bool // an amount in whole units, not in cents
}

func (c *column) taken() bool { return c.look.Name != "" }

// layout is what the first line says of the file.
type layout struct {
	comma   byte
	columns []column
	length  int64 // bytes of the header
	lines   int64
}

// readLayout reads the first line of a file, and tells of every column that it cannot take. Only columns that nobody could
// set are passed over: a column that is ignored shows too late.
func readLayout(start []byte, looks []crud.Look) (*layout, error) {
	text := bytes.TrimPrefix(start, []byte(bom))
	if len(text) == 0 {
		return nil, fault.New(fault.Malformed, "BODY_REQUIRED")
	}
	l := &layout{comma: commaOf(text)}
	names := newRecords(func(int64) io.Reader { return bytes.NewReader(text) }, l.comma, 0, 1)
	first, err := names.next()
	refusal := fault.New(fault.Invalid, "VALIDATION_FAILED")
	if err != nil || first.fault != "" || names.at > mostHeader {
		return nil, refusal.On("", "HEADER_UNREADABLE")
	}
	l.length, l.lines = int64(len(start)-len(text))+names.at, names.line-1
	for _, name := range first.cells {
		c, known := columnOf(name, looks)
		switch {
		case !known:
			refusal = refusal.On(name, "COLUMN_UNKNOWN")
		case slices.ContainsFunc(l.columns, c.same):
			refusal = refusal.On(name, "COLUMN_REPEATED")
		}
		l.columns = append(l.columns, c)
	}
	if len(refusal.Fields) == 0 && !slices.ContainsFunc(l.columns, func(c column) bool { return c.taken() }) {
		refusal = refusal.On("", "HEADER_UNREADABLE")
	}
	if len(refusal.Fields) > 0 {
		return nil, refusal
	}
	return l, nil
}

// same says whether two columns are for the same.
func (c *column) same(other column) bool {
	if c.taken() {
		return c.look.Name == other.look.Name
	}
	return c.name == other.name
}

// commaOf is what most often divides the first line.
func commaOf(text []byte) byte {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	best, most := byte(','), bytes.Count(line, []byte(","))
	for _, comma := range []byte(";\t") {
		if n := bytes.Count(line, []byte{comma}); n > most {
			best, most = comma, n
		}
	}
	return best
}

// passedOver are columns that exports have and nobody sets.
var passedOver = []string{"version", "created_at", "updated_at"}

// columnOf finds what a column is for, by the names that an export gives.
func columnOf(header string, looks []crud.Look) (column, bool) {
	c := column{name: exports.Unguarded(header)}
	name := strings.ToLower(strings.TrimSpace(c.name))
	if name == "id" {
		c.isID = true
		return c, true
	}
	if slices.Contains(passedOver, name) {
		return c, true
	}
	for _, look := range looks {
		c.units = look.Kind == crud.KindMoney && name == strings.TrimSuffix(look.Name, "_cents")
		if look.Secret || look.Flag || name != look.Name && !c.units {
			continue
		}
		if !look.ReadOnly {
			c.look = look
		}
		return c, true
	}
	return c, false
}

// value is a cell as an address would have it: amounts in cents, yes and no as "true" and "false".
func (c *column) value(cell string) string {
	cell = exports.Unguarded(cell)
	switch c.look.Kind {
	case crud.KindText, crud.KindEmail, crud.KindSecret:
		return cell
	case crud.KindMoney:
		if c.units {
			return cents(strings.TrimSpace(cell))
		}
	case crud.KindBool:
		cell = yesOrNo(cell)
	default:
	}
	return strings.TrimSpace(cell)
}

// cents makes whole cents of an amount in units: "12", "12.5", "12.50" or "12,50". One that could be read in two ways, such
// as "1,234", is no amount.
func cents(amount string) string {
	if amount == "" {
		return ""
	}
	units, sign := strings.CutPrefix(amount, "-")
	rest := "00"
	if i := strings.IndexAny(units, ".,"); i >= 0 {
		units, rest = units[:i], units[i+1:]
	}
	if len(rest) == 1 {
		rest += "0"
	}
	whole, err := strconv.ParseUint(units, 10, 53)
	part, wrong := strconv.ParseUint(rest, 10, 53)
	if err != nil || wrong != nil || len(rest) != 2 {
		return "?" // no number
	}
	n := int64(whole*100 + part)
	if sign {
		n = -n
	}
	return strconv.FormatInt(n, 10)
}

// yesOrNo reads what spreadsheets make of true and false.
func yesOrNo(cell string) string {
	switch strings.ToLower(strings.TrimSpace(cell)) {
	case "true", "verdadero", "yes", "sí", "si", "1":
		return "true"
	case "false", "falso", "no", "0":
		return "false"
	}
	return cell
}
