package crud

import (
	"encoding/base64"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"gorm.io/gorm"

	"b2b.example/kit/fault"
)

// The bounds of a list's limit.
const (
	defaultLimit = 20
	maxLimit     = 100
)

// ListRequest is one page of a list, as its URL asks for it.
type ListRequest struct {
	Params url.Values // filters, search, sort: what a cursor carries
	Limit  int
	At     *Cursor // nil: from the list's beginning
}

// ParseList reads the parameters of a list: cursor, limit, and those that it knows. Others, repeated ones and values
// that are no text are refused, never ignored. Beside a cursor, only what it carries may be said again.
func ParseList(params url.Values, known ...string) (ListRequest, error) {
	r := ListRequest{Params: maps.Clone(params), Limit: defaultLimit}
	r.Params.Del("cursor")
	r.Params.Del("limit")
	if err := r.readLimit(params); err != nil {
		return r, err
	}
	if err := r.readCursor(params); err != nil {
		return r, err
	}
	for _, name := range slices.Sorted(maps.Keys(r.Params)) {
		switch {
		case !slices.Contains(known, name):
			return r, wrong("PARAMETER_UNKNOWN", name)
		case len(r.Params[name]) > 1:
			return r, wrong("PARAMETER_REPEATED", name)
		case !utf8.ValidString(r.Params.Get(name)) || strings.ContainsRune(r.Params.Get(name), 0):
			return r, InvalidParam(name)
		}
	}
	return r, nil
}

func (r *ListRequest) readLimit(params url.Values) (err error) {
	if !params.Has("limit") {
		return nil
	}
	r.Limit, err = strconv.Atoi(params.Get("limit"))
	if err != nil || r.Limit < 1 || r.Limit > maxLimit || strconv.Itoa(r.Limit) != params.Get("limit") {
		return InvalidParam("limit")
	}
	return nil
}

func (r *ListRequest) readCursor(params url.Values) error {
	if !params.Has("cursor") {
		return nil
	}
	at, err := parseCursor(params.Get("cursor"))
	if err != nil {
		return err
	}
	carried, err := url.ParseQuery(at.List)
	if err != nil || carried.Encode() != at.List {
		return InvalidCursor()
	}
	for name := range r.Params {
		if !slices.Equal(r.Params[name], carried[name]) {
			return InvalidCursor()
		}
	}
	r.At, r.Params = &at, carried
	return nil
}

// QueryOf gives the parameters of a request's URL.
func QueryOf(c *fiber.Ctx) (url.Values, error) {
	params, err := url.ParseQuery(string(c.Request().URI().QueryString()))
	if err != nil {
		return nil, fault.New(fault.Malformed, "PARAMETER_INVALID").Because(err)
	}
	return params, nil
}

// InvalidParam refuses a parameter's value.
func InvalidParam(name string) error { return wrong("PARAMETER_INVALID", name) }

// InvalidCursor refuses a cursor that this list has not made.
func InvalidCursor() error { return fault.New(fault.Malformed, "CURSOR_INVALID") }

// Cursor is a place in a list: at the row with this id, and this value in the column that the list is sorted by. It
// carries the list's filters, search and sort, so that what comes next is of the same list.
type Cursor struct {
	List  string // parameters, as url.Values encodes them
	Value string
	ID    int64
	Back  bool // towards the list's beginning
}

// String is the cursor as clients see it: opaque.
func (c Cursor) String() string {
	parts := []string{c.List, c.Value, strconv.FormatInt(c.ID, 10), strconv.FormatBool(c.Back)}
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(parts, "\x00")))
}

// parseCursor takes back what String made, and nothing else.
func parseCursor(s string) (Cursor, error) {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	parts := strings.Split(string(raw), "\x00")
	if err != nil || len(parts) != 4 || !utf8.Valid(raw) {
		return Cursor{}, InvalidCursor()
	}
	id, err := strconv.ParseInt(parts[2], 10, 64)
	c := Cursor{List: parts[0], Value: parts[1], ID: id, Back: parts[3] == "true"}
	if err != nil || c.String() != s {
		return Cursor{}, InvalidCursor()
	}
	return c, nil
}

// Order is what a list is sorted by: one column, and the id among equals.
type Order struct {
	Column string
	Desc   bool
}

// After narrows a query to the rows after a place, or before it when it goes back. The condition is written so that
// both engines seek in an index on (column, id); a comparison of row values would be scanned.
func (o Order) After(q *gorm.DB, value any, id int64, back bool) *gorm.DB {
	than := " >"
	if o.Desc != back {
		than = " <"
	}
	q = q.Where(o.Column+than+"= ? AND ("+o.Column+than+" ? OR id"+than+" ?)", value, value, id)
	return o.Sorted(q, back)
}

// Sorted is a query in this order, from its beginning or from its end.
func (o Order) Sorted(q *gorm.DB, back bool) *gorm.DB {
	direction := " ASC"
	if o.Desc != back {
		direction = " DESC"
	}
	return q.Order(o.Column + direction + ", id" + direction)
}

// Page is one page of a list, with the cursors of those beside it; "" where there is none.
type Page[T any] struct {
	Rows       []T
	Next, Prev string
	Limit      int
}

// PageOf makes a page of the up to limit+1 rows that were read from a place on (nil: from the list's beginning). edge
// gives the place of a row.
func PageOf[T any](rows []T, limit int, at *Cursor, edge func(row *T, back bool) Cursor) Page[T] {
	more, back := len(rows) > limit, at != nil && at.Back
	rows = rows[:min(len(rows), limit)]
	if back {
		slices.Reverse(rows)
	}
	page := Page[T]{Rows: rows, Limit: limit}
	if len(rows) > 0 && (more || back) {
		page.Next = edge(&rows[len(rows)-1], false).String()
	}
	if len(rows) > 0 && at != nil && (more || !back) {
		page.Prev = edge(&rows[0], true).String()
	}
	return page
}

// Link is the page's Link header (RFC 8288): where its neighbours are.
func (p Page[T]) Link(path string) string {
	var links []string
	for _, to := range [][2]string{{p.Next, "next"}, {p.Prev, "prev"}} {
		if to[0] != "" {
			links = append(links, "<"+path+"?cursor="+to[0]+"&limit="+strconv.Itoa(p.Limit)+`>; rel="`+to[1]+`"`)
		}
	}
	return strings.Join(links, ", ")
}

// JSON is the page as a list answers it; row adds one row.
func (p Page[T]) JSON(row func(b []byte, row *T) []byte) []byte {
	b := []byte(`{"data":[`)
	for i := range p.Rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = row(b, &p.Rows[i])
	}
	b = appendOrNull(append(b, `],"next_cursor":`...), p.Next)
	b = appendOrNull(append(b, `,"prev_cursor":`...), p.Prev)
	return append(b, '}')
}

func appendOrNull(b []byte, s string) []byte {
	if s == "" {
		return append(b, "null"...)
	}
	return appendQuoted(b, s)
}
