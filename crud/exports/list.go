package exports

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"slices"
	"strings"

	"gorm.io/gorm"

	"b2b.example/crud/lists"
	"b2b.example/db"
)

// Kind is how a column is shown.
type Kind uint8

// The kinds of columns.
const (
	Text   Kind = iota
	Number      // whole
	Money       // cents, shown in whole units
	YesNo
	Time
)

// Column is one of a file's.
type Column struct {
	Name string // in the file's first row
	SQL  string // what the database gives for it
	Kind Kind
}

// List is a list that is written as a file.
type List struct {
	Columns []Column
	By      Column // what it is sorted by
	// From is a query for its rows in their order, from the first one on or from a place; whose value is By as a cursor has it.
	From func(ctx context.Context, at *lists.Cursor) (*gorm.DB, error)
}

// pageRows is how many rows are read at a time. The rows of a page go from the database's answer into the file's memory, and
// only then to who reads the file: a reader that is slow holds no connection and no snapshot.
const pageRows = 2000

// Write is the Writer of the list.
func (l List) Write(ctx context.Context, w io.Writer, language string) error {
	file := New(w, language, l.names())
	var at *lists.Cursor
	for begun := false; !begun || at != nil; begun = true {
		var err error
		if at, err = l.writePage(ctx, file, at); err != nil {
			return err
		}
		if err := file.End(); err != nil {
			return err
		}
	}
	return nil
}

func (l List) names() (names []string) {
	for _, column := range l.Columns {
		names = append(names, column.Name)
	}
	return names
}

// selected are the columns, and behind them the place of a row.
func (l List) selected() string {
	var selected []string
	for _, column := range append(slices.Clip(l.Columns), l.By) {
		selected = append(selected, column.selected())
	}
	return strings.Join(append(selected, "id"), ", ")
}

// selected is what is asked of the database. Times are asked for as the texts that it would make of them: to read those as
// times, only to make texts of them again, is nearly a third of all the work on SQLite.
func (c Column) selected() string {
	if c.Kind == Time {
		return "COALESCE(" + c.SQL + ", '')"
	}
	return c.SQL
}

// writePage adds a page of rows to the file, and gives the place at which the next one begins; nil after the last.
func (l List) writePage(ctx context.Context, file *File, at *lists.Cursor) (*lists.Cursor, error) {
	query, err := l.From(ctx, at)
	if err != nil {
		return nil, err
	}
	values, id := make([]sql.RawBytes, len(l.Columns)+1), int64(0)
	into := []any{}
	for i := range values {
		into = append(into, &values[i])
	}
	into = append(into, &id)
	at = nil
	n := 0
	err = db.EachRow(query.Select(l.selected()).Limit(pageRows), func(row *sql.Rows) error {
		if err := row.Scan(into...); err != nil {
			return fmt.Errorf("read a file's row: %w", err)
		}
		for i, column := range l.Columns {
			file.value(column.Kind, values[i])
		}
		file.endRow()
		if n++; n == pageRows {
			at = &lists.Cursor{Value: string(appendPlain(nil, l.By.Kind, values[len(l.Columns)])), ID: id}
		}
		return nil
	})
	return at, err
}
