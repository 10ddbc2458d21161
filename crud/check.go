package crud

import (
	"context"

	"b2b.example/db"
)

// CheckCopies reports the rows whose folded copies, which are searched and held unique, are not those of their texts.
func (t *Table[T]) CheckCopies(ctx context.Context, report func(db.Finding)) error {
	var copies []db.Copy
	for _, f := range t.bind(new(T)).fields {
		if f.key != "" {
			copies = append(copies, db.Copy{Entity: t.Name, Table: t.table, Column: f.column, Key: f.key, Fold: f.fold})
		}
	}
	return t.d.CheckCopies(ctx, copies, report)
}
