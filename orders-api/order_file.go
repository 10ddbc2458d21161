package orders

import (
	"context"
	"io"
	"net/url"
	"strconv"
	"time"

	"b2b.example/crud"
	"b2b.example/crud/exports"
	"b2b.example/crud/lists"
	"b2b.example/db"
)

// fileBatch is how many rows are read at a time for a file.
const fileBatch = 500

// fileColumns are those of a list of orders as a file; amounts are in whole units.
var fileColumns = []string{
	"id", "status", "customer_id", "customer_name", "customer_email", "customer_phone", "customer_tax_id", "reference", "units", "total",
	"note", "cancel_reason", "cancel_note", "created_at", "confirmed_at", "canceled_at", "version",
}

// file is the whole of a list of orders, by the parameters of its URL, wherever in it a cursor stands.
func file(d *db.DB, params url.Values) (exports.Writer, error) {
	l, err := parseList(params)
	if err != nil {
		return nil, err
	}
	return l.file(d), nil
}

// file is the whole of the list of orders.
func (l *list) file(d *db.DB) exports.Writer { return fileOf(d, l, fileColumns, l.edge, fileRow) }

// fileOf is the whole of a list as a file, read page after page; cells are those of a row.
func fileOf[T any](
	d *db.DB, l *list, columns []string, edge func(row *T, back bool) lists.Cursor, cells func(file *exports.File, row *T) []string,
) exports.Writer {
	l.At, l.Limit = nil, fileBatch
	return func(ctx context.Context, w io.Writer, language string) error {
		file, err := exports.New(w, language, columns)
		if err != nil {
			return err
		}
		for {
			page, err := readPage(ctx, d, l, edge)
			if err != nil {
				return err
			}
			for i := range page.Rows {
				if err := file.Row(cells(file, &page.Rows[i])); err != nil {
					return err
				}
			}
			if page.Next == "" {
				return file.End()
			}
			at := edge(&page.Rows[len(page.Rows)-1], false)
			l.At = &at
		}
	}
}

func fileRow(file *exports.File, o *Order) []string {
	return []string{
		strconv.FormatInt(o.ID, 10), string(o.Status), strconv.FormatInt(o.CustomerID, 10), o.CustomerName, o.CustomerEmail, o.CustomerPhone,
		o.CustomerTaxID, o.Reference, strconv.FormatInt(o.Units, 10), file.Money(o.TotalCents), o.Note, textOf(o.CancelReason), o.CancelNote,
		fileTime(&o.CreatedAt), fileTime(o.ConfirmedAt), fileTime(o.CanceledAt), strconv.FormatInt(o.Version, 10),
	}
}

func fileTime(at *time.Time) string {
	if at == nil {
		return ""
	}
	return at.UTC().Format(crud.TimeFormat)
}
