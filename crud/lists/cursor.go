package lists

import (
	"encoding/base64"
	"strconv"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"
)

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

// ParseCursor takes back what String made, and nothing else.
func ParseCursor(s string) (Cursor, error) {
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
