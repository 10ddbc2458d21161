package crud

import (
	"fmt"

	"b2b.example/db"
)

// Itself is what a field refers to that names another entity of its own kind.
var Itself Outlined = itself{}

type itself struct{}

func (itself) Outline() Outline { return Outline{} }

// refersTo is what a field refers to; nil for one that refers to nothing.
func refersTo[T any](r Resource[T], f *Field) *Outline {
	if f.to == nil {
		return nil
	}
	of := f.to.Outline()
	if f.to == Itself {
		of = r.Outline()
	}
	if of.Deletion == Hard || f.sort {
		panic(fmt.Sprintf("crud: %s: its %s is sorted by, or refers to rows that are removed", r.Name, f.name))
	}
	return &of
}

// edit is the input's edit of a row in a transaction: what it refers to anew has to be there, and stays until the
// transaction ends.
func (t *Table[T]) edit(tx *db.Tx, in *Input[T]) func(*T, *Errors) {
	apply := t.Description.edit(in)
	return func(row *T, errs *Errors) {
		before := *row
		apply(row, errs)
		for i, was := range t.bind(&before).fields {
			f := in.fields[i]
			id, some := f.value.get().(int64)
			if f.target != nil && f.given && some && id >= f.min && id <= f.max && id != was.value.get() {
				errs.refers(tx, f)
			}
		}
	}
}

// refers tells of a reference to nothing that there is.
func (e *Errors) refers(tx *db.Tx, f *Field) {
	q := tx.Table(f.target.table).Clauses(db.Share()).Where("id = ?", f.value.get())
	if f.target.Deletion == Soft {
		q = q.Where("deleted_at IS NULL")
	}
	var found []int64
	switch err := q.Pluck("id", &found).Error; {
	case err != nil:
		e.broken = fmt.Errorf("look for what %s refers to: %w", f.name, err)
	case len(found) == 0:
		e.Add(f.name, "REFERENCE_NOT_FOUND")
	}
}
