package crud

import (
	"fmt"

	"gorm.io/gorm"

	"b2b.example/crud/writes"
	"b2b.example/db"
	"b2b.example/kit/fault"
)

// Change edits one row inside a transaction: the row is locked, its version and the rules between its fields are checked,
// and it is written with its event. It gives the row before and after; where the edit changes nothing they are the same
// pointer, and nothing is written. What else the change brings with it (Resource.Changed) is left to the caller.
func (t *Table[T]) Change(
	tx *db.Tx, id int64, match writes.Match, action string, edit func(*T, *Errors),
) (before, after *T, err error) {
	before, err = t.lock(tx, id, match)
	if err != nil {
		return nil, nil, err
	}
	p, err := t.propose(before, edit)
	if err != nil {
		return nil, nil, err
	}
	if p.After == before {
		return before, before, nil
	}
	return before, p.After, t.apply(tx, p, action)
}

// decide is an edit of a row, and the rules between its fields. It touches nothing else, and tells every fault at once.
func (d *Description[T]) decide(row form[T], edit func(*T, *Errors)) error {
	errs := new(Errors)
	edit(row.row, errs)
	if d.Check != nil {
		d.Check(row.row, errs)
	}
	return errs.Err()
}

// lock takes a living row for the rest of the transaction. That there is none comes before anything about its version.
func (t *Table[T]) lock(tx *db.Tx, id int64, match writes.Match) (*T, error) {
	row, err := t.take(t.alive(tx.Clauses(db.Lock())), id)
	if err != nil {
		return nil, err
	}
	return row, match.Refusal(base(row).Version, func() []byte { return t.bind(row).json(nil) })
}

// insert writes a new row and its event.
func (t *Table[T]) insert(tx *db.Tx, row form[T]) error {
	entity := base(row.row)
	entity.Version, entity.CreatedAt, entity.UpdatedAt = 1, tx.Now, tx.Now
	values := row.values()
	values["created_at"] = entity.CreatedAt
	if err := t.rows(tx.DB).Create(values).Error; err != nil {
		return t.refused("create", err)
	}
	entity.ID = values["@id"].(int64) // where GORM leaves the id of a row that it was given as a map
	return t.record(tx, row.row, "created", row.changes(nil))
}

// remove deletes a locked row, and records it.
func (t *Table[T]) remove(tx *db.Tx, row form[T]) error {
	grow(tx, row.row)
	var err error
	if t.Deletion == Soft {
		values := row.values()
		values["deleted_at"] = tx.Now
		for _, field := range row.fields {
			if field.unique {
				values[field.key] = nil
			}
		}
		_, err = t.write(tx.DB, row.row, values)
	} else {
		err = t.rows(tx.DB).Where("id = ?", base(row.row).ID).Delete(new(T)).Error
	}
	if err != nil {
		return t.refused("delete", err)
	}
	return t.record(tx, row.row, "deleted", db.Changes{})
}

// restore brings a locked row back, and says whether it had been deleted at all.
func (t *Table[T]) restore(tx *db.Tx, row form[T]) (bool, error) {
	grow(tx, row.row)
	values := row.values()
	values["deleted_at"] = nil
	written, err := t.write(tx.Where("deleted_at IS NOT NULL"), row.row, values)
	if err != nil || written == 0 {
		return false, err
	}
	return true, t.record(tx, row.row, "restored", db.Changes{})
}

// grow gives a row its next version.
func grow[T any](tx *db.Tx, row *T) {
	entity := base(row)
	entity.Version, entity.UpdatedAt = entity.Version+1, tx.Now
}

// write updates a row where it meets the query's conditions; it gives 0 where it does not. Always all columns: so the
// statement is one, and stays prepared.
func (t *Table[T]) write(q *gorm.DB, row *T, values map[string]any) (int64, error) {
	done := t.rows(q).Where("id = ?", base(row).ID).Updates(values)
	return done.RowsAffected, t.refused("update", done.Error)
}

// refused tells which field of a row is taken, when the database refused it for that.
func (t *Table[T]) refused(what string, err error) error {
	column, duplicate := db.Duplicate(err)
	for _, n := range t.names {
		if duplicate && (n.column == column || n.key == column) {
			return fault.New(fault.Conflict, "DUPLICATE").On(n.name, "TAKEN").Because(err)
		}
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", what, t.Name, err)
	}
	return nil
}

func (t *Table[T]) record(tx *db.Tx, row *T, action string, changes db.Changes) error {
	entity := base(row)
	return tx.Record(db.Event{
		EntityType: t.Name, EntityID: entity.ID, EntityVersion: entity.Version, Action: action, Changes: changes,
	})
}

// values are what is written of a row: its columns, and the folded copies that no model has.
func (f form[T]) values() map[string]any {
	entity := base(f.row)
	values := map[string]any{"version": entity.Version, "updated_at": entity.UpdatedAt}
	for _, field := range f.fields {
		values[field.column] = field.value.get()
		if field.key != "" {
			values[field.key] = field.copied()
		}
	}
	return values
}

// changes are the fields in which a row differs from what it was; all of them where it was not. Secrets are named, and
// never shown.
func (f form[T]) changes(before []*Field) db.Changes {
	changes := db.Changes{}
	for i, field := range f.fields {
		change := db.Change{New: field.shown()}
		if before != nil {
			if before[i].value.get() == field.value.get() {
				continue
			}
			change.Old = before[i].shown()
		}
		if field.secret {
			change = db.Change{Secret: true}
		}
		changes[field.name] = change
	}
	return changes
}
