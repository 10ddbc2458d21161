package crud

import (
	"context"
	"fmt"

	"b2b.example/db"
)

// sliceSize is how many rows are checked at a time.
const sliceSize = 1000

// copied is a text with its folded copy; that of a deleted row is NULL.
type copied struct {
	ID       int64
	Original string
	Copy     *string
}

// CheckCopies reports the rows whose folded copies, which are searched and held unique, are not those of their texts. SQL
// by itself cannot tell. It reads slice by slice, beside a live service too.
func (t *Table[T]) CheckCopies(ctx context.Context, report func(db.Finding)) error {
	for _, f := range t.bind(new(T)).fields {
		if f.key == "" {
			continue
		}
		for last, full := int64(0), true; full; {
			rows, err := t.copies(ctx, f, last)
			if err != nil {
				return fmt.Errorf("check %s: %w", t.Plural, err)
			}
			for _, row := range rows {
				last = row.ID
				if row.Copy != nil && *row.Copy != f.fold(row.Original) {
					report(db.Finding{Invariant: "what is searched is what is shown", Entity: t.Name, ID: row.ID, Found: f.key + " is not that of its " + f.name})
				}
			}
			full = len(rows) == sliceSize
		}
	}
	return nil
}

// copies reads the slice of a field's texts and copies after an id.
func (t *Table[T]) copies(ctx context.Context, f *Field, after int64) (rows []copied, err error) {
	err = t.rows(t.d.Read(ctx)).Select("id", f.column+" AS original", f.key+" AS copy").
		Where("id > ?", after).Order("id").Limit(sliceSize).Find(&rows).Error
	return rows, err
}
