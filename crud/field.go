package crud

import (
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"b2b.example/db"
	"b2b.example/kit/fault"
)

// Field is one field of an entity: where its value is, its rules, and what lists may do with it.
type Field struct {
	naming
	kind  Kind
	value value
	rules []rule
	given bool // in an Input: the request has a value for it, or its default stands

	required, search, filter, sort, unique, readOnly, onlyNew, secret, retires bool

	min, max int64 // of a number, or of a text's length in characters
	choices  []string
	initial  any                          // nil = the type's zero
	to       Outlined                     // of a reference: to what
	fold     func(string) string          // how the copy is made that is searched, sorted by and held unique
	seal     func(string) (string, error) // what is stored of a secret
}

// rule is a condition of a text; it gives the code of the fault.
type rule struct {
	code  string
	holds func(string) bool
}

// Text is a line of text, compared exactly as it was typed.
func Text(p *string) *Field { return &Field{kind: KindText, value: text{p}, max: 255} }

// Email is an e-mail address, kept as typed; two that differ in case only are the same.
func Email(p *string) *Field {
	f := Text(p).Len(0, 190).rule("NOT_AN_EMAIL", isEmail)
	f.kind, f.fold = KindEmail, db.MailKey
	return f
}

// Choice is one of a few words.
func Choice(p *string, choices ...string) *Field {
	f := Text(p)
	f.kind, f.choices = KindChoice, choices
	return f
}

// Secret is a text that can be set and never be seen: what is stored is what seal makes of it, once for each request,
// outside its transaction.
func Secret(p *string, seal func(string) (string, error)) *Field {
	f := Text(p)
	f.kind, f.secret, f.seal = KindSecret, true, seal
	return f
}

// Int is a whole number.
func Int(p *int64) *Field { return (&Field{kind: KindInt, value: number{p}}).Between(-1<<53, 1<<53) }

// Money is an amount in whole cents, of at most 10^15.
func Money(p *int64) *Field { return Int(p).Between(0, 1e15).of(KindMoney) }

// Ref is the id of another entity, or none. Its kind is given as &Suppliers, or as Itself: one whose rows are never removed
// from the same database. What is set is held to be there, and not to be deleted; it may be deleted afterwards.
func Ref(p *int64, to Outlined) *Field {
	return (&Field{kind: KindRef, value: link{p}, to: to}).Between(1, 1<<53)
}

// Bool is yes or no.
func Bool(p *bool) *Field { return &Field{kind: KindBool, value: flag{p}} }

// Time is a moment, to the microsecond, or none.
func Time(p **time.Time) *Field { return &Field{kind: KindTime, value: moment{p}} }

func (f *Field) of(kind Kind) *Field { f.kind = kind; return f }

// Required refuses a request that gives no value, or a blank one.
func (f *Field) Required() *Field { f.required = true; return f }

// Len bounds a text's length in characters, a secret's in bytes. An optional one may be empty whatever the least is.
func (f *Field) Len(least, most int64) *Field { return f.Between(least, most) }

// Between bounds a number, both ends included.
func (f *Field) Between(least, most int64) *Field { f.min, f.max = least, most; return f }

// Printable refuses control characters, and blanks at either end: nobody can see the difference that they make.
func (f *Field) Printable() *Field {
	return f.rule("NOT_PRINTABLE", isPrintable).rule("BLANKS_AROUND", func(s string) bool { return strings.TrimSpace(s) == s })
}

// Not refuses the texts that are in a list, with a code.
func (f *Field) Not(code string, listed func(string) bool) *Field {
	return f.rule(code, func(s string) bool { return !listed(s) })
}

// Search lets a list be searched by how this text begins, whatever its accents and case.
func (f *Field) Search() *Field {
	f.search = true
	if f.fold == nil {
		f.fold = db.Fold
	}
	return f
}

// Filter lets a list be narrowed to one value of this field.
func (f *Field) Filter() *Field { f.filter = true; return f }

// Sort lets a list be sorted by this field. There must be an index for it.
func (f *Field) Sort() *Field { f.sort = true; return f }

// Unique says that no two have the same, and which field to name when they would: the table has a unique index.
func (f *Field) Unique() *Field { f.unique = true; return f }

// Retires says that one with a yes here is no longer in use: lists show it muted, and many are retired and taken back at once.
func (f *Field) Retires() *Field { f.retires = true; return f }

// Default is the value of a request that gives none.
func (f *Field) Default(v any) *Field {
	f.initial = v
	return f
}

// ReadOnly shows a field that no request may set.
func (f *Field) ReadOnly() *Field { f.readOnly = true; return f }

// OnlyNew says that an imported file gives this field to new rows only: what it has become since then, the file cannot know.
func (f *Field) OnlyNew() *Field { f.onlyNew = true; return f }

func (f *Field) rule(code string, holds func(string) bool) *Field {
	f.rules = append(f.rules, rule{code, holds})
	return f
}

// clear gives the field its default.
func (f *Field) clear() {
	if !f.value.set(f.initial) {
		panic("crud: a default of another type than its field")
	}
}

// read takes a value from JSON. False: it is of another type.
func (f *Field) read(raw jsontext.Value) bool {
	s := string(raw)
	if raw.Kind() == jsontext.KindString {
		unquoted, err := jsontext.AppendUnquote(nil, raw)
		if err != nil {
			return false
		}
		s = string(unquoted)
	}
	return f.value.quoted() == (raw.Kind() == jsontext.KindString) && f.value.parse(s)
}

// append adds the value as JSON.
func (f *Field) append(b []byte) []byte {
	s, some := f.value.text()
	switch {
	case !some:
		return append(b, "null"...)
	case f.value.quoted():
		return appendQuoted(b, s)
	}
	return append(b, s...)
}

// appendQuoted adds a JSON string. What is no UTF-8 becomes U+FFFD, which the error says and nobody needs to know.
func appendQuoted(b []byte, s string) []byte {
	b, _ = jsontext.AppendQuote(b, s)
	return b
}

// shown is the value as an event tells it.
func (f *Field) shown() any {
	if s, some := f.value.text(); some && f.value.quoted() {
		return s
	}
	return f.value.get()
}

// copied is the folded copy of a text, as the key column has it.
func (f *Field) copied() string {
	s, _ := f.value.text()
	return f.fold(s)
}

// check adds the faults of the value that was given, or of its default when none was present.
func (f *Field) check(present bool, errs *Errors) {
	s, _ := f.value.text()
	_, isText := f.value.(text)
	switch {
	case f.required && (!present || isText && strings.TrimSpace(s) == ""):
		errs.Add(f.name, "REQUIRED")
	case isText && s != "":
		f.checkText(s, errs)
	default:
		if n, ok := f.value.get().(int64); ok {
			errs.between(f, n, "TOO_SMALL", "TOO_LARGE")
		}
	}
}

func (f *Field) checkText(s string, errs *Errors) {
	length := utf8.RuneCountInString(s)
	if f.secret {
		length = len(s)
	}
	errs.between(f, int64(length), "TOO_SHORT", "TOO_LONG")
	if f.choices != nil && !slices.Contains(f.choices, s) {
		errs.AddWith(f.name, "NOT_A_CHOICE", fault.Args{"choices": strings.Join(f.choices, ", ")})
	}
	for _, r := range f.rules {
		if !r.holds(s) {
			errs.Add(f.name, r.code)
		}
	}
}

func isPrintable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) })
}

// isEmail takes a bare address with a dotted domain, and nothing around it.
func isEmail(s string) bool {
	address, err := mail.ParseAddress(s)
	if err != nil || address.Name != "" || address.Address != s {
		return false
	}
	return strings.Contains(s[strings.LastIndexByte(s, '@'):], ".")
}
