package crud

import (
	"fmt"
	"slices"

	"b2b.example/db"
)

// Key is a value that no two rows have, as it is compared.
type Key struct{ Field, Value string }

// uniqueBy is the column by which a field is held unique: addresses that differ in case are the same, and of a deleted
// row it is the copy that is set free.
func (d *Description[T]) uniqueBy(f *Field) string {
	if f.kind == KindEmail || d.Deletion == Soft {
		return f.key
	}
	return f.column
}

// keys are the unique values of some fields; an empty one is none.
func (d *Description[T]) keys(fields []*Field) []Key {
	var keys []Key
	for _, f := range fields {
		if !f.unique || f.Text() == "" {
			continue
		}
		key := Key{f.name, f.Text()}
		if d.uniqueBy(f) == f.key {
			key.Value = f.copied()
		}
		keys = append(keys, key)
	}
	return keys
}

// Keys are the values of a row that no other has.
func (d *Description[T]) Keys(row *T) []Key { return d.keys(d.bind(row).fields) }

// KeysOf are the values of an input that no two rows have.
func (d *Description[T]) KeysOf(in *Input[T]) []Key {
	return d.keys(slices.DeleteFunc(slices.Clone(in.fields), func(f *Field) bool { return !f.given }))
}

// Owners gives the ids of the living rows that have unique values, in one read for each field.
func (t *Table[T]) Owners(tx *db.Tx, keys []Key) (map[Key]int64, error) {
	owners := map[Key]int64{}
	for _, f := range t.fresh().fields {
		values := valuesOf(f.name, keys)
		if len(values) == 0 {
			continue
		}
		var found []struct {
			ID    int64
			Value string
		}
		column := t.uniqueBy(f)
		q := t.alive(tx.DB).Select("id", column+" AS value").Where(column+" IN ?", db.Padded(values))
		if err := q.Find(&found).Error; err != nil {
			return nil, fmt.Errorf("owners of %s: %w", f.name, err)
		}
		for _, one := range found {
			owners[Key{f.name, one.Value}] = one.ID
		}
	}
	return owners, nil
}

func valuesOf(field string, keys []Key) []string {
	var values []string
	for _, key := range keys {
		if key.Field == field {
			values = append(values, key.Value)
		}
	}
	return values
}

// Some gives the living rows that have these ids, in the order in which rows are locked; locked for the rest of the
// transaction if they are to be changed.
func (t *Table[T]) Some(tx *db.Tx, ids []int64, lock bool) ([]*T, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	q := t.alive(tx.DB)
	if lock {
		q = q.Clauses(db.Lock())
	}
	var rows []*T
	if err := q.Select(t.columns).Where("id IN ?", db.Padded(ids)).Order("id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("some %s: %w", t.Plural, err)
	}
	return rows, nil
}

// Proposal is what would become of a row.
type Proposal[T any] struct {
	Before, After *T // Before is nil for a new row; where nothing changes both are the same pointer
	Changes       db.Changes
}

// Propose decides what an input makes of a row, or of none, and writes nothing. The faults of the input refuse it.
func (t *Table[T]) Propose(tx *db.Tx, before *T, in *Input[T]) (*Proposal[T], error) {
	return t.propose(before, t.edit(tx, in))
}

func (d *Description[T]) propose(before *T, edit func(*T, *Errors)) (*Proposal[T], error) {
	next := d.fresh()
	var was []*Field
	if before != nil {
		*next.row, was = *before, d.bind(before).fields
	}
	if err := d.decide(next, edit); err != nil {
		return nil, err
	}
	p := &Proposal[T]{Before: before, After: next.row, Changes: next.changes(was)}
	if before != nil && len(p.Changes) == 0 {
		p.After = before
	}
	return p, nil
}

// Apply writes what was proposed, with its event and what else it brings with it. A row that is changed has been locked.
func (t *Table[T]) Apply(tx *db.Tx, p *Proposal[T]) error {
	if p.Before == p.After {
		return nil
	}
	var err error
	if p.Before == nil {
		err = t.insert(tx, t.bind(p.After))
	} else {
		err = t.apply(tx, p, "updated")
	}
	if err != nil {
		return err
	}
	return t.also(tx, p.Before, p.After)
}

// apply writes a change of a locked row, and its event.
func (t *Table[T]) apply(tx *db.Tx, p *Proposal[T], action string) error {
	grow(tx, p.After)
	if _, err := t.write(tx.DB, p.After, t.bind(p.After).values()); err != nil {
		return err
	}
	return t.record(tx, p.After, action, p.Changes)
}
