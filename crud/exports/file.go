// Package exports writes lists as files for spreadsheets.
package exports

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/gofiber/fiber/v2"

	"b2b.example/kit"
	"b2b.example/kit/i18n"
)

// Type is what a whole list as a file is.
const Type = "text/csv"

// Writer writes a whole list as a file, in a reader's language.
type Writer func(ctx context.Context, w io.Writer, language string) error

// Wanted says whether a list is asked for as a file.
func Wanted(c *fiber.Ctx) bool {
	c.Vary(fiber.HeaderAccept)
	return c.Accepts(fiber.MIMEApplicationJSON, Type) == Type
}

// Answer is the answer that is a file.
func Answer(c *fiber.Ctx, name string, now time.Time, write Writer) *kit.Answer {
	language := kit.Language(c)
	return &kit.Answer{
		ContentType: Type + "; charset=utf-8", File: name + "-" + now.Format(time.DateOnly) + ".csv",
		Stream: func(ctx context.Context, w io.Writer) error { return write(ctx, w, language) },
	}
}

// File is a table that is written row by row, in the reader's language. Spreadsheets in Spanish take a
// semicolon between cells, because the comma divides their decimals.
type File struct {
	w              io.Writer
	held           []byte // what is not written yet
	comma, decimal byte
}

// bom tells spreadsheets that a file is UTF-8.
const bom = "\ufeff"

// New begins a file with the names of its columns.
func New(w io.Writer, language string, columns []string) *File {
	f := &File{w: w, held: []byte(bom), comma: ',', decimal: '.'}
	if language == i18n.Spanish {
		f.comma, f.decimal = ';', ','
	}
	f.add(columns)
	return f
}

// mostHeld is how much is held back while rows are added one by one.
const mostHeld = 32 << 10

// Row adds a row of texts.
func (f *File) Row(cells []string) error {
	f.add(cells)
	if len(f.held) < mostHeld {
		return nil
	}
	return f.End()
}

// End writes what is still held back.
func (f *File) End() error {
	_, err := f.w.Write(f.held)
	f.held = f.held[:0]
	if err != nil {
		return fmt.Errorf("write a file: %w", err)
	}
	return nil
}

// Money is cents as a cell.
func (f *File) Money(cents int64) string { return string(appendMoney(nil, cents, f.decimal)) }

func (f *File) add(cells []string) {
	for _, cell := range cells {
		f.text([]byte(cell))
	}
	f.endRow()
}

// endRow ends a row, whose cells have a comma behind each.
func (f *File) endRow() { f.held = append(f.held[:len(f.held)-1], "\r\n"...) }
