// Package write works out what a database lacks for an entity, and writes it as a migration for each engine.
package write

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"b2b.example/crud"
	"b2b.example/db"
)

// Main writes the next migrations of a resource into the folder that the arguments name, and says which.
func Main[T any](r crud.Resource[T]) {
	if err := write(context.Background(), r, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "migration:", err)
		os.Exit(1)
	}
}

func write[T any](ctx context.Context, r crud.Resource[T], folder string) error {
	number, err := next()
	if err != nil {
		return err
	}
	for _, dialect := range []db.Dialect{db.SQLite, db.MySQL} {
		var change Change
		err := withScratch(ctx, dialect, folder, func(d *db.DB) (err error) {
			change, err = Lacking(ctx, d, r)
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", dialect, err)
		}
		if len(change.Up) == 0 {
			fmt.Println("nothing to do: the migrations so far have all of it")
			return nil
		}
		name := filepath.Join(folder, string(dialect), fmt.Sprintf("%05d_%s.sql", number, change.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil { //nolint:gosec // the folder is that of the one who runs this
			return err
		}
		if err := os.WriteFile(name, []byte(change.File()), 0o600); err != nil { //nolint:gosec // the folder is that of the one who runs this
			return err
		}
		fmt.Println("wrote " + name)
	}
	return nil
}

// next is the number after all that there are, those of the examples too: each of them is one with the product's own.
func next() (int, error) {
	last := 0
	for _, pattern := range []string{"db/migrations/*/*.sql", "examples/*/migrations/*/*.sql"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			return 0, err
		}
		for _, file := range files {
			digits, _, _ := strings.Cut(filepath.Base(file), "_")
			number, err := strconv.Atoi(digits)
			if err != nil {
				return 0, fmt.Errorf("%s has no number: %w", file, err)
			}
			last = max(last, number)
		}
	}
	return last + 1, nil
}

// Change is what a database lacks for an entity.
type Change struct {
	Name     string   // of the file, after its number
	Up, Down []string // statements
}

// File is the change as a migration.
func (c Change) File() string {
	return "-- +goose Up\n" + strings.Join(c.Up, ";\n") + ";\n\n-- +goose Down\n" + strings.Join(c.Down, ";\n") + ";\n"
}

// Lacking asks GORM's migrator what it sends to a migrated database: for a table that is not there its making, else what
// it lacks of columns and indexes. It is done to that database, so that what is written has worked once.
func Lacking[T any](ctx context.Context, d *db.DB, r crud.Resource[T]) (Change, error) {
	described := crud.NewTable(d, r).Describe()
	var change Change
	err := d.Tx(ctx, func(tx *db.Tx) (err error) {
		s := &scratch{Tx: tx, dialect: d.Dialect(), table: described.Table(), columns: described.Columns()}
		change, err = s.lacking()
		return err
	})
	return change, err
}

// lacking makes what there is not.
func (s *scratch) lacking() (Change, error) {
	model := s.model(false)
	if !s.migrator().HasTable(s.table) {
		err := s.migrator().CreateTable(model)
		return Change{Name: s.table, Up: s.sent(), Down: []string{"DROP TABLE " + s.table}}, err
	}
	there, err := s.there()
	if err != nil {
		return Change{}, err
	}
	change := Change{Name: s.table}
	model = s.model(true)
	var added, indexes []string
	for _, c := range s.columns {
		wanted := s.indexesOf(c)
		if slices.Contains(there.columns, c.Name) {
			wanted = slices.DeleteFunc(wanted, there.serves)
		} else if err := s.migrator().AddColumn(model, c.Name); err != nil {
			return change, err
		} else {
			added = append(added, c.Name)
		}
		for _, one := range wanted {
			if err := s.migrator().CreateIndex(model, one.name); err != nil {
				return change, err
			}
			indexes = append(indexes, one.name)
		}
		if len(wanted) > 0 || slices.Contains(added, c.Name) {
			change.Name += "_" + c.Name
		}
	}
	change.Up, change.Down = s.sent(), s.dropped(added, indexes)
	return change, nil
}
