package crud

import (
	"strconv"
	"strings"
	"time"
)

// value is where one field of one row is kept, and how its type is read and shown.
type value interface {
	pointer() any
	get() any                    // comparable, as the database takes it; nil is NULL
	set(v any) bool              // nil sets the type's zero; false: v is of another type
	text() (s string, some bool) // as a parameter or a cursor has it; some is false for NULL
	parse(s string) bool         // the way back, strictly
	quoted() bool                // in JSON
}

type (
	text   struct{ p *string }
	number struct{ p *int64 }
	flag   struct{ p *bool }
	moment struct{ p **time.Time }
	link   struct{ p *int64 } // an id; 0 is none, and NULL in the database
)

// Moment is a time as every database knows it, if it does: to the microsecond, in a year of four digits.
func Moment(at time.Time) (time.Time, bool) {
	at = at.UTC().Truncate(time.Microsecond)
	return at, at.Year() >= 1000 && at.Year() <= 9999
}

// TimeFormat is RFC 3339 with all of the microseconds that are stored.
const TimeFormat = "2006-01-02T15:04:05.000000Z07:00"

func (t text) pointer() any         { return t.p }
func (t text) get() any             { return *t.p }
func (t text) set(v any) bool       { return assign(t.p, v) }
func (t text) text() (string, bool) { return *t.p, true }
func (t text) parse(s string) bool  { *t.p = s; return true }
func (t text) quoted() bool         { return true }

func (n number) pointer() any         { return n.p }
func (n number) get() any             { return *n.p }
func (n number) set(v any) bool       { return assign(n.p, v) }
func (n number) text() (string, bool) { return strconv.FormatInt(*n.p, 10), true }
func (n number) quoted() bool         { return false }

// parse takes plain digits only: no sign but a minus, no fraction, no exponent, no leading zeros.
func (n number) parse(s string) bool {
	i, err := strconv.ParseInt(s, 10, 64)
	if err != nil || strconv.FormatInt(i, 10) != s {
		return false
	}
	*n.p = i
	return true
}

func (f flag) pointer() any         { return f.p }
func (f flag) get() any             { return *f.p }
func (f flag) set(v any) bool       { return assign(f.p, v) }
func (f flag) text() (string, bool) { return strconv.FormatBool(*f.p), true }
func (f flag) quoted() bool         { return false }

func (f flag) parse(s string) bool {
	*f.p = s == "true"
	return *f.p || s == "false"
}

func (m moment) pointer() any { return m.p }
func (m moment) quoted() bool { return true }

func (m moment) get() any {
	if *m.p == nil {
		return nil
	}
	return (*m.p).UTC()
}

func (m moment) set(v any) bool {
	*m.p = nil
	if v == nil {
		return true
	}
	t, ok := v.(time.Time)
	*m.p = &t
	return ok
}

func (m moment) text() (string, bool) {
	if *m.p == nil {
		return "", false
	}
	return (*m.p).UTC().Format(TimeFormat), true
}

func (m moment) parse(s string) bool {
	t, err := time.Parse(time.RFC3339, s)
	at, known := Moment(t)
	return err == nil && known && m.set(at)
}

func (l link) pointer() any   { return l.p }
func (l link) set(v any) bool { return assign(l.p, v) }
func (l link) quoted() bool   { return false }

func (l link) get() any {
	if *l.p == 0 {
		return nil
	}
	return *l.p
}

func (l link) text() (string, bool) {
	s, _ := number(l).text()
	return strings.TrimPrefix(s, "0"), *l.p != 0
}

func (l link) parse(s string) bool { return s != "0" && number(l).parse(s) }

// assign sets a value of the same type; nil sets the zero.
func assign[V any](p *V, v any) bool {
	if v == nil {
		var zero V
		*p = zero
		return true
	}
	typed, ok := v.(V)
	if ok {
		*p = typed
	}
	return ok
}
