// Package exports writes lists as files for spreadsheets.
package exports

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"b2b.example/kit"
	"b2b.example/kit/i18n"
)

// Type is what a whole list as a file is.
const Type = "text/csv"

// File is a table that is written row by row, in the reader's language. Spreadsheets in Spanish take a
// semicolon between cells, because the comma divides their decimals.
type File struct {
	w       *csv.Writer
	decimal string
}

// bom tells spreadsheets that a file is UTF-8.
const bom = "\ufeff"

// New begins a file with the names of its columns.
func New(w io.Writer, language string, columns []string) (*File, error) {
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

// Wanted says whether a list is asked for as a file.
func Wanted(c *fiber.Ctx) bool {
	c.Vary(fiber.HeaderAccept)
	return c.Accepts(fiber.MIMEApplicationJSON, Type) == Type
}

// Writer writes a whole list as a file, in a reader's language.
type Writer func(ctx context.Context, w io.Writer, language string) error

// Answer is the answer that is a file.
func Answer(c *fiber.Ctx, name string, now time.Time, write Writer) *kit.Answer {
	language := kit.Language(c)
	return &kit.Answer{
		ContentType: Type + "; charset=utf-8", File: name + "-" + now.Format(time.DateOnly) + ".csv",
		Stream: func(ctx context.Context, w io.Writer) error { return write(ctx, w, language) },
	}
}
