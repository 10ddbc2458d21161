// Package check is what is true of every described entity's table at any time.
package check

import (
	"slices"
	"strings"

	"b2b.example/crud"
	"b2b.example/db"
)

// Invariants are those of a resource's table. Elsewhere are the fields that change without an event, and can be explained
// in another way.
func Invariants[T any](r crud.Resource[T], elsewhere ...string) []db.Invariant {
	d := crud.Describe(r)
	invariants := []db.Invariant{db.VersionsHaveEvents(d.Name, d.Table()), retold(d, elsewhere)}
	if copies := d.Copies(); len(copies) > 0 {
		invariants = append(invariants, db.CopiesMatch(d.Name, d.Table(), copies...))
	}
	return invariants
}

// retold is true of a table whose rows are what their events tell.
func retold[T any](d *crud.Description[T], elsewhere []string) db.Invariant {
	return db.Invariant{
		Name: "the events of " + d.Plural + " retell what they are", Over: d.Table(),
		Means: "The row was changed without a trace, or its timeline tells what did not happen. The older of the two can be found in a back-up.",
		Compare: func(s *db.Slice) error {
			present, err := within(d, s)
			if err != nil {
				return err
			}
			return s.Replays(d.Name, func(p *db.Past) error {
				now, there := present[p.ID]
				if !there || p.Gaps || p.Version != d.Version(now.row) {
					return nil // what has no row, or not just its events, is found by counting them
				}
				differ, err := differences(d, p, now, elsewhere)
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
func within[T any](d *crud.Description[T], s *db.Slice) (map[int64]there[T], error) {
	var rows []*T
	if err := s.Table(d.Table()).Where("id BETWEEN ? AND ?", s.First, s.Last).Find(&rows).Error; err != nil {
		return nil, err
	}
	present := make(map[int64]there[T], len(rows))
	for _, row := range rows {
		present[d.ID(row)] = there[T]{row: row}
	}
	if d.Deletion != crud.Soft {
		return present, nil
	}
	var deleted []int64
	err := s.Table(d.Table()).Where("id BETWEEN ? AND ? AND deleted_at IS NOT NULL", s.First, s.Last).Pluck("id", &deleted).Error
	for _, id := range deleted {
		present[id] = there[T]{row: present[id].row, deleted: true}
	}
	return present, err
}

// differences are the members of a row that its past tells otherwise.
func differences[T any](d *crud.Description[T], p *db.Past, now there[T], elsewhere []string) ([]string, error) {
	then, err := d.Rebuild(p)
	if err != nil {
		return nil, err
	}
	differ, err := db.Differences(d.Answer(then).Body, d.Answer(now.row).Body)
	differ = slices.DeleteFunc(differ, func(name string) bool { return slices.Contains(elsewhere, name) })
	if p.Deleted != now.deleted {
		differ = append(differ, "deleted_at")
	}
	return differ, err
}
