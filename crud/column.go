package crud

import "b2b.example/db"

// Column is what a table has for an entity, for whoever makes the table.
type Column struct {
	Name    string
	Kind    Kind
	Most    int64 // characters of a text; 0: as many as there are
	Default any   // of rows that were there before the column; nil: the type's zero
	Null    bool
	Unique  bool // no two rows have the same
	Ordered bool // lists are sorted by it, or searched by how it begins: an index on (it, id) serves them
	Filter  bool // lists are narrowed to one value of it: an index on (it, created_at, id) serves them
}

// foldedMost is how many characters the folded copy of one character may have.
const foldedMost = 3

// Table is the name of the table.
func (d *Description[T]) Table() string { return d.table }

// Columns are those of the fields with their folded copies, and deleted_at where rows stay. What every entity has, and
// flags, which the table works out, are not among them.
func (d *Description[T]) Columns() []Column {
	var columns []Column
	for _, f := range d.fresh().fields {
		c := Column{Name: f.column, Kind: f.kind, Default: f.value.get(), Null: f.value.get() == nil, Filter: f.filter}
		if f.value.quoted() && f.kind != KindTime {
			c.Most = f.max
		}
		c.Unique, c.Ordered = f.unique, f.sort
		if f.key == "" {
			columns = append(columns, c)
			continue
		}
		folded := Column{Name: f.key, Kind: f.kind, Most: foldedMost * c.Most, Default: f.copied(), Ordered: f.sort || f.search}
		c.Ordered = false
		// Addresses that differ in case are the same; of a deleted row it is the copy that is set free.
		if f.unique && (f.kind == KindEmail || d.Deletion == Soft) {
			c.Unique, folded.Unique, folded.Null, folded.Ordered = false, true, d.Deletion == Soft, f.sort
		}
		columns = append(columns, c, folded)
	}
	if d.Deletion == Soft {
		columns = append(columns, Column{Name: "deleted_at", Kind: KindTime, Null: true, Ordered: true})
	}
	return columns
}

// Copies are the folded copies among them.
func (d *Description[T]) Copies() []db.Copy {
	var copies []db.Copy
	for _, f := range d.fresh().fields {
		if f.key != "" {
			copies = append(copies, db.Copy{Column: f.column, Key: f.key, Fold: f.fold})
		}
	}
	return copies
}
