package crud

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"

	"b2b.example/crud/exports"
	"b2b.example/crud/lists"
	"b2b.example/db"
)

// csvBatch is how many rows are read at a time for a file.
const csvBatch = 500

// ColumnOf is what a file calls a field: an amount stands there in whole units, so it is not called one of cents.
func ColumnOf(look Look) string {
	if look.Kind == KindMoney {
		return strings.TrimSuffix(look.Name, "_cents")
	}
	return look.Name
}

// File is the whole of a list, by the parameters of its URL, wherever in it a cursor stands.
func (t *Table[T]) File(_ context.Context, params url.Values) (exports.Writer, error) {
	q, err := t.query(params)
	if err != nil {
		return nil, err
	}
	q.At = nil
	return func(ctx context.Context, w io.Writer, language string) error { return t.writeFile(ctx, q, w, language) }, nil
}

func (t *Table[T]) writeFile(ctx context.Context, q *query, w io.Writer, language string) error {
	columns := []string{"id"}
	for _, look := range t.Looks() {
		if !look.Flag && !look.Secret {
			columns = append(columns, ColumnOf(look))
		}
	}
	file, err := exports.New(w, language, append(columns, "version", "created_at", "updated_at"))
	if err != nil {
		return err
	}
	var row T // all rows go through one, whose fields are bound once
	fields := t.FieldsOf(&row)
	err = t.each(ctx, q, func(read *T) error {
		row = *read
		return file.Row(cells(file, base(&row), fields))
	})
	if err != nil {
		return err
	}
	return file.End()
}

// each reads all rows of a list, page after page.
func (t *Table[T]) each(ctx context.Context, q *query, do func(row *T) error) error {
	q.Limit = csvBatch
	if err := q.ready(t.d.Read(ctx)); err != nil {
		return err
	}
	for {
		var rows []T
		if err := q.apply(t.rows(t.d.Read(ctx)).Select(t.columns)).Find(&rows).Error; err != nil {
			return fmt.Errorf("list %s: %w", t.Plural, err)
		}
		for i := range rows[:min(len(rows), csvBatch)] {
			if err := do(&rows[i]); err != nil {
				return err
			}
		}
		if len(rows) <= csvBatch {
			return nil
		}
		at := t.edge(q)(&rows[csvBatch-1], false)
		q.At = &at
		if !q.by.value.parse(at.Value) {
			return lists.InvalidCursor()
		}
	}
}

func cells(file *exports.File, entity *db.Entity, fields []*Field) []string {
	cells := make([]string, 0, len(fields)+4)
	cells = append(cells, strconv.FormatInt(entity.ID, 10))
	for _, field := range fields {
		switch look := field.Look(); {
		case look.Secret:
		case look.Kind == KindMoney:
			cells = append(cells, file.Money(field.value.get().(int64)))
		default:
			cells = append(cells, field.Text())
		}
	}
	return append(cells, strconv.FormatInt(entity.Version, 10), entity.CreatedAt.UTC().Format(TimeFormat), entity.UpdatedAt.UTC().Format(TimeFormat))
}
