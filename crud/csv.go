package crud

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"b2b.example/crud/lists"
	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/kit/i18n"
)

// csvType is what a whole list as a file is.
const csvType = "text/csv"

// csvBatch is how many rows are read at a time for a file.
const csvBatch = 500

// File is a table that is written row by row, in the reader's language. Spreadsheets in Spanish take a
// semicolon between cells, because the comma divides their decimals.
type File struct {
	w       *csv.Writer
	decimal string
}

// bom tells spreadsheets that a file is UTF-8.
const bom = "\ufeff"

// NewFile begins a file with the names of its columns.
func NewFile(w io.Writer, language string, columns []string) (*File, error) {
	if _, err := io.WriteString(w, bom); err != nil {
		return nil, fmt.Errorf("write a file: %w", err)
	}
	f := &File{w: csv.NewWriter(w), decimal: "."}
	f.w.UseCRLF = true
	if language == i18n.Spanish {
		f.w.Comma, f.decimal = ';', ","
	}
	return f, f.Row(columns)
}

// Row adds a row. A cell of text that a spreadsheet would take for a formula gets an apostrophe before it.
func (f *File) Row(cells []string) error {
	for i := range cells {
		cells[i] = guarded(cells[i])
	}
	if err := f.w.Write(cells); err != nil {
		return fmt.Errorf("write a file: %w", err)
	}
	return nil
}

// End writes what is still held back.
func (f *File) End() error {
	f.w.Flush()
	if err := f.w.Error(); err != nil {
		return fmt.Errorf("write a file: %w", err)
	}
	return nil
}

// guarded makes of a cell what a spreadsheet shows and does not calculate. A number is one whatever its sign.
func guarded(cell string) string {
	if cell == "" || strings.IndexByte(formulaStarts, cell[0]) < 0 || isPlainNumber(cell) {
		return cell
	}
	return "'" + cell
}

// Unguarded takes off the apostrophe that stands before a cell so that a spreadsheet does not calculate it.
func Unguarded(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && strings.IndexByte(formulaStarts, cell[1]) >= 0 {
		return cell[1:]
	}
	return cell
}

// formulaStarts are what a spreadsheet would take a cell for a formula for, and the guard itself.
const formulaStarts = "=+-@\t\r'"

func isPlainNumber(cell string) bool {
	_, err := strconv.ParseFloat(strings.Replace(cell, ",", ".", 1), 64)
	return err == nil && !strings.ContainsAny(cell, "xXnNiIpPeE_+")
}

// Money is cents as a cell.
func (f *File) Money(cents int64) string {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	return fmt.Sprintf("%s%d%s%02d", sign, cents/100, f.decimal, cents%100)
}

// WantsFile says whether a list is asked for as a file.
func WantsFile(c *fiber.Ctx) bool {
	c.Vary(fiber.HeaderAccept)
	return c.Accepts(fiber.MIMEApplicationJSON, csvType) == csvType
}

// FileWriter writes a whole list as a file, in a reader's language.
type FileWriter func(ctx context.Context, w io.Writer, language string) error

// FileAnswer is the answer that is a file.
func FileAnswer(c *fiber.Ctx, name string, now time.Time, write FileWriter) *kit.Answer {
	language := kit.Language(c)
	return &kit.Answer{
		ContentType: csvType + "; charset=utf-8", File: name + "-" + now.Format(time.DateOnly) + ".csv",
		Stream: func(ctx context.Context, w io.Writer) error { return write(ctx, w, language) },
	}
}

// ColumnOf is what a file calls a field: an amount stands there in whole units, so it is not called one of cents.
func ColumnOf(look Look) string {
	if look.Kind == KindMoney {
		return strings.TrimSuffix(look.Name, "_cents")
	}
	return look.Name
}

// File is the whole of a list, by the parameters of its URL, wherever in it a cursor stands.
func (t *Table[T]) File(_ context.Context, params url.Values) (FileWriter, error) {
	q, err := t.query(params)
	if err != nil {
		return nil, err
	}
	q.At = nil
	return func(ctx context.Context, w io.Writer, language string) error { return t.writeFile(ctx, q, w, language) }, nil
}

func (t *Table[T]) writeFile(ctx context.Context, q *query, w io.Writer, language string) error {
	columns := []string{"id"}
	for _, look := range t.Looks() {
		if !look.Flag && !look.Secret {
			columns = append(columns, ColumnOf(look))
		}
	}
	file, err := NewFile(w, language, append(columns, "version", "created_at", "updated_at"))
	if err != nil {
		return err
	}
	var row T // all rows go through one, whose fields are bound once
	fields := t.FieldsOf(&row)
	err = t.each(ctx, q, func(read *T) error {
		row = *read
		return file.Row(cells(file, base(&row), fields))
	})
	if err != nil {
		return err
	}
	return file.End()
}

// each reads all rows of a list, page after page.
func (t *Table[T]) each(ctx context.Context, q *query, do func(row *T) error) error {
	q.Limit = csvBatch
	if err := q.ready(t.d.Read(ctx)); err != nil {
		return err
	}
	for {
		var rows []T
		if err := q.apply(t.rows(t.d.Read(ctx)).Select(t.columns)).Find(&rows).Error; err != nil {
			return fmt.Errorf("list %s: %w", t.Plural, err)
		}
		for i := range rows[:min(len(rows), csvBatch)] {
			if err := do(&rows[i]); err != nil {
				return err
			}
		}
		if len(rows) <= csvBatch {
			return nil
		}
		at := t.edge(q)(&rows[csvBatch-1], false)
		q.At = &at
		if !q.by.value.parse(at.Value) {
			return lists.InvalidCursor()
		}
	}
}

func cells(file *File, entity *db.Entity, fields []*Field) []string {
	cells := make([]string, 0, len(fields)+4)
	cells = append(cells, strconv.FormatInt(entity.ID, 10))
	for _, field := range fields {
		switch look := field.Look(); {
		case look.Secret:
		case look.Kind == KindMoney:
			cells = append(cells, file.Money(field.value.get().(int64)))
		default:
			cells = append(cells, field.Text())
		}
	}
	return append(cells, strconv.FormatInt(entity.Version, 10), entity.CreatedAt.UTC().Format(TimeFormat), entity.UpdatedAt.UTC().Format(TimeFormat))
}
