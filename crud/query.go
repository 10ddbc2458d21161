package crud

import (
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
)

// newestFirst is the order of a list that does not ask for another.
const newestFirst = "-created_at"

// query is what a list's parameters come to.
type query struct {
	ListRequest
	where []condition
	order Order
	by    *Field // what it is sorted by
}

type condition struct {
	sql  string
	args []any
}

// query reads a list's parameters.
func (d *Description[T]) query(params url.Values) (*query, error) {
	fields := d.listed()
	known := []string{"sort"}
	for _, f := range fields {
		if f.search {
			known = append(known, "search")
		}
		if f.filter {
			known = append(known, f.name)
		}
	}
	request, err := ParseList(params, known...)
	if err != nil {
		return nil, err
	}
	q := &query{ListRequest: request}
	if err := q.filter(fields); err != nil {
		return nil, err
	}
	q.search(fields)
	return q, q.sort(fields)
}

// listed are the fields of a scratch row that lists can use: those of the description, its flags, and when it was made.
func (d *Description[T]) listed() []*Field {
	fields := d.bind(new(T)).fields
	for _, name := range d.Flags {
		fields = append(fields, &Field{naming: naming{name: name, column: name}, kind: KindBool, value: flag{new(bool)}, filter: true})
	}
	created := naming{name: "created_at", column: "created_at"}
	return append(fields, &Field{naming: created, kind: KindTime, value: moment{new(*time.Time)}, sort: true})
}

func (q *query) filter(fields []*Field) error {
	for _, f := range fields {
		if !f.filter || !q.Params.Has(f.name) {
			continue
		}
		wanted := q.Params.Get(f.name)
		if !f.value.parse(wanted) || f.choices != nil && !slices.Contains(f.choices, wanted) {
			return InvalidParam(f.name)
		}
		q.where = append(q.where, condition{f.column + " = ?", []any{f.value.get()}})
	}
	return nil
}

// search narrows the list to the rows in which a searchable text begins with the words, whatever their accents and case.
func (q *query) search(fields []*Field) {
	var either []string
	var args []any
	for _, f := range fields {
		if !f.search {
			continue
		}
		if prefix := f.fold(q.Params.Get("search")); prefix != "" {
			either = append(either, f.key+" >= ? AND "+f.key+" < ?")
			args = append(args, prefix, prefix+string(utf8.MaxRune))
		}
	}
	if either != nil {
		q.where = append(q.where, condition{"(" + strings.Join(either, " OR ") + ")", args})
	}
}

func (q *query) sort(fields []*Field) error {
	wanted := newestFirst
	if q.Params.Has("sort") {
		wanted = q.Params.Get("sort")
	}
	name, desc := strings.CutPrefix(wanted, "-")
	i := slices.IndexFunc(fields, func(f *Field) bool { return f.sort && f.name == name })
	if i < 0 {
		return InvalidParam("sort")
	}
	q.by = fields[i]
	q.order = Order{Column: q.by.sorted(), Desc: desc}
	if q.At != nil && !q.by.value.parse(q.At.Value) {
		return InvalidCursor()
	}
	return nil
}

// sorted is the column to sort by: the folded copy where there is one, for people do not sort by case.
func (f *Field) sorted() string {
	if f.key != "" {
		return f.key
	}
	return f.column
}

// apply narrows and sorts a database query, to one row more than the page has.
func (q *query) apply(rows *gorm.DB) *gorm.DB {
	for _, c := range q.where {
		rows = rows.Where(c.sql, c.args...)
	}
	if q.At == nil {
		rows = q.order.Sorted(rows, false)
	} else {
		rows = q.order.After(rows, q.by.value.get(), q.At.ID, q.At.Back)
	}
	return rows.Limit(q.Limit + 1)
}

// edge gives the places of the list's rows.
func (d *Description[T]) edge(q *query) func(row *T, back bool) Cursor {
	return func(row *T, back bool) Cursor {
		at := Cursor{List: q.Params.Encode(), ID: base(row).ID, Back: back}
		by := d.bind(row).byName(q.by.name)
		switch {
		case by == nil:
			at.Value = base(row).CreatedAt.UTC().Format(TimeFormat)
		case by.key != "":
			at.Value = by.copied()
		default:
			at.Value, _ = by.value.text()
		}
		return at
	}
}
