package crud

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"b2b.example/crud/lists"
	"b2b.example/db"
	"b2b.example/kit"
)

// query is what a list's parameters come to.
type query struct {
	lists.Request
	table  string
	where  []lists.Condition
	places []lists.Place
	order  lists.Order
	by     *Field // what it is sorted by
}

// query reads a list's parameters.
func (d *Description[T]) query(params url.Values) (*query, error) {
	fields := d.listed()
	known := []string{"sort", "ids"}
	if d.Deletion == Soft {
		known = append(known, "deleted")
	}
	for _, f := range fields {
		if f.search {
			known = append(known, "search")
		}
		if f.filter {
			known = append(known, f.name)
		}
	}
	request, err := lists.Parse(params, known...)
	if err != nil {
		return nil, err
	}
	q := &query{Request: request, table: d.table}
	if fields, err = q.living(d.Deletion, fields); err != nil {
		return nil, err
	}
	if err := q.only(); err != nil {
		return nil, err
	}
	if err := q.filter(fields); err != nil {
		return nil, err
	}
	q.search(fields)
	return q, q.sort(fields)
}

// deletedAt is what a list of deleted rows is sorted by.
const deletedAt = "deleted_at"

// isLiving is written so that no engine takes the index on deleted_at for it: that is for the few that are deleted, and
// leads through nearly all rows of a table here, in the wrong order.
var isLiving = lists.Unindexed(deletedAt) + " IS NULL"

// living narrows the list to the rows that are not deleted; or, where it is asked for those that are, to these. Then they
// come in the order of their deletion, and there is nothing else to narrow them by.
func (q *query) living(deletion Deletion, fields []*Field) ([]*Field, error) {
	wanted := q.Params.Get("deleted")
	switch {
	case deletion != Soft:
		return fields, nil
	case q.Params.Has("deleted") && wanted != "true" && wanted != "false":
		return nil, lists.InvalidParam("deleted")
	case wanted != "true":
		q.where = append(q.where, lists.Condition{SQL: isLiving})
		return fields, nil
	}
	for name := range q.Params {
		if name != "deleted" && name != "ids" && name != "sort" {
			return nil, lists.InvalidParam(name)
		}
	}
	q.where = append(q.where, lists.Condition{SQL: "deleted_at IS NOT NULL"})
	return []*Field{{naming: naming{name: deletedAt, column: deletedAt}, kind: KindTime, value: moment{new(*time.Time)}, sort: true}}, nil
}

// only narrows the list to some ids: as many as a page has.
func (q *query) only() error {
	if !q.Params.Has("ids") {
		return nil
	}
	var ids []int64
	for text := range strings.SplitSeq(q.Params.Get("ids"), ",") {
		id, ok := kit.ParseID(text)
		if !ok || len(ids) == lists.MaxLimit {
			return lists.InvalidParam("ids")
		}
		ids = append(ids, id)
	}
	q.where = append(q.where, lists.Condition{SQL: "id IN ?", Args: []any{db.Padded(ids)}})
	return nil
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
			return lists.InvalidParam(f.name)
		}
		q.where = append(q.where, lists.Condition{SQL: f.column + " = ?", Args: []any{f.value.get()}})
	}
	return nil
}

// search looks for the rows in which a searchable text begins with the words, whatever their accents and case.
func (q *query) search(fields []*Field) {
	for _, f := range fields {
		if !f.search {
			continue
		}
		if prefix := f.fold(q.Params.Get("search")); prefix != "" {
			q.places = append(q.places, lists.Beginning(q.table, f.key, prefix))
		}
	}
}

func (q *query) sort(fields []*Field) error {
	wanted := "-" + fields[len(fields)-1].name // of those that every row has: when it was made, or deleted
	if q.Params.Has("sort") {
		wanted = q.Params.Get("sort")
	}
	name, desc := strings.CutPrefix(wanted, "-")
	i := slices.IndexFunc(fields, func(f *Field) bool { return f.sort && f.name == name })
	if i < 0 {
		return lists.InvalidParam("sort")
	}
	q.by = fields[i]
	q.order = lists.Order{Column: q.by.sorted(), Desc: desc}
	if q.At != nil && !q.by.value.parse(q.At.Value) {
		return lists.InvalidCursor()
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

// ready finds what is searched for, if anything is. It comes before the query is applied; of a list that is a file, all is
// read.
func (q *query) ready(read *gorm.DB, isFile bool) error {
	if q.places == nil {
		return nil
	}
	var page lists.Paged
	if !isFile {
		page = paged{q, read}
	}
	order, found, err := lists.Find(read, q.order, q.places, page)
	q.order, q.where, q.places = order, append(q.where, found), nil
	return err
}

// paged is a query's page, before what is searched for has been found.
type paged struct {
	*query
	read *gorm.DB
}

// soonRows are how many rows of a list are tried for a page that could also be looked up.
const soonRows = 1000

// SoonFull is part of lists.Paged.
func (p paged) SoonFull(has lists.Condition) (bool, error) {
	next := p.read.Table("(?) AS next", p.from(p.read.Table(p.table)).Limit(soonRows))
	var full []int64
	err := p.narrowed(next).Where(has.SQL, has.Args...).Limit(p.Limit+1).Pluck("id", &full).Error
	return len(full) > p.Limit, err
}

// Next is part of lists.Paged.
func (p paged) Next(within lists.Condition) *gorm.DB {
	return p.apply(p.read.Table(p.table)).Where(within.SQL, within.Args...).Select("id")
}

// apply narrows and sorts a database query, to one row more than the page has.
func (q *query) apply(rows *gorm.DB) *gorm.DB { return q.from(q.narrowed(rows)).Limit(q.Limit + 1) }

func (q *query) narrowed(rows *gorm.DB) *gorm.DB {
	for _, c := range q.where {
		rows = rows.Where(c.SQL, c.Args...)
	}
	return rows
}

// from sorts a database query, from the page's place on.
func (q *query) from(rows *gorm.DB) *gorm.DB {
	if q.At == nil {
		return q.order.Sorted(rows, false)
	}
	return q.order.After(rows, q.by.value.get(), q.At.ID, q.At.Back)
}

// edge gives the places of the list's rows.
func (d *Description[T]) edge(q *query) func(row *T, back bool) lists.Cursor {
	return func(row *T, back bool) lists.Cursor {
		at := lists.Cursor{List: q.Params.Encode(), ID: base(row).ID, Back: back}
		by := d.bind(row).byName(q.by.name)
		switch {
		case q.by.name == deletedAt: // that was its last change
			at.Value = base(row).UpdatedAt.UTC().Format(TimeFormat)
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
