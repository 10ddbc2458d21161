package lists

import (
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

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
	b, _ = jsontext.AppendQuote(b, s) // a cursor has no character that could fail
	return b
}
