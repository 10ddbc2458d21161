package crud

import (
	"fmt"
	"strings"

	"b2b.example/db"
)

// Invariants are what is true of every described entity's table at any time. Elsewhere are the fields that change without
// an event, and can be explained in another way.
func Invariants[T any](r Resource[T], elsewhere ...string) []db.Invariant {
	d := Describe(r)
	invariants := []db.Invariant{db.VersionsHaveEvents(d.Name, d.table), d.retold(elsewhere)}
	var copies []db.Copy
	for _, f := range d.bind(new(T)).fields {
		if f.key != "" {
			copies = append(copies, db.Copy{Column: f.column, Key: f.key, Fold: f.fold})
		}
	}
	if len(copies) > 0 {
		invariants = append(invariants, db.CopiesMatch(d.Name, d.table, copies...))
	}
	return invariants
}

// retold is true of a table whose rows are what their events tell.
func (d *Description[T]) retold(elsewhere []string) db.Invariant {
	return db.Invariant{
		Name: "the events of " + d.Plural + " retell what they are", Over: d.table,
		Means: "The row was changed without a trace, or its timeline tells what did not happen. The older of the two can be found in a back-up.",
		Compare: func(s *db.Slice) error {
			present, err := d.within(s)
			if err != nil {
				return err
			}
			return s.Replays(d.Name, nil, func(p *db.Past) error {
				now, there := present[p.ID]
				if !there || p.Gaps || p.Version != base(now.row).Version {
					return nil // what has no row, or not just its events, is found by counting them
				}
				differ, err := d.differences(p, now, elsewhere)
				if len(differ) > 0 {
					s.Found(d.Name, p.ID, "its events tell another "+strings.Join(differ, ", "))
				}
				return err
			})
		},
	}
}

// there is a row with its being deleted.
type there[T any] struct {
	row     *T
	deleted bool
}

// within reads the rows of a slice, by their ids.
func (d *Description[T]) within(s *db.Slice) (map[int64]there[T], error) {
	var rows []*T
	if err := s.Table(d.table).Select(d.columns).Where("id BETWEEN ? AND ?", s.First, s.Last).Find(&rows).Error; err != nil {
		return nil, err
	}
	present := make(map[int64]there[T], len(rows))
	for _, row := range rows {
		present[base(row).ID] = there[T]{row: row}
	}
	if d.Deletion != Soft {
		return present, nil
	}
	var deleted []int64
	err := s.Table(d.table).Where("id BETWEEN ? AND ? AND deleted_at IS NOT NULL", s.First, s.Last).Pluck("id", &deleted).Error
	for _, id := range deleted {
		present[id] = there[T]{row: present[id].row, deleted: true}
	}
	return present, err
}

// differences are the members of a row that its past tells otherwise.
func (d *Description[T]) differences(p *db.Past, now there[T], elsewhere []string) ([]string, error) {
	then, err := d.rebuild(p)
	if err != nil {
		return nil, err
	}
	was, is := d.bind(then), d.bind(now.row)
	for _, name := range elsewhere {
		was.byName(name).value.set(is.byName(name).value.get())
	}
	differ, err := db.Differences(was.json(nil), is.json(nil))
	if p.Deleted != now.deleted {
		differ = append(differ, "deleted_at")
	}
	return differ, err
}

// rebuild makes an entity as its past tells it.
func (d *Description[T]) rebuild(p *db.Past) (*T, error) {
	f := d.fresh()
	*base(f.row) = p.Entity
	for _, field := range f.fields {
		raw, told := p.Fields[field.name]
		switch {
		case !told:
		case len(raw) == 0 || string(raw) == "null":
			field.value.set(nil)
		case !field.read(raw):
			return nil, fmt.Errorf("%s %d: an event tells no %s of its %s", d.Name, p.ID, field.kind, field.name)
		}
	}
	return f.row, nil
}
