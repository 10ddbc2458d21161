package orders

import (
	"context"
	"net/url"
	"time"

	"gorm.io/gorm"

	"b2b.example/crud"
	"b2b.example/crud/exports"
	"b2b.example/crud/lists"
	"b2b.example/db"
)

// fileColumns are those of a list of orders as a file; amounts are in whole units.
var fileColumns = []exports.Column{
	{Name: "id", SQL: "id", Kind: exports.Number},
	{Name: "status", SQL: "status"},
	{Name: "customer_id", SQL: "customer_id", Kind: exports.Number},
	{Name: "customer_name", SQL: "customer_name"},
	{Name: "customer_email", SQL: "customer_email"},
	{Name: "customer_phone", SQL: "customer_phone"},
	{Name: "customer_tax_id", SQL: "customer_tax_id"},
	{Name: "reference", SQL: "reference"},
	{Name: "units", SQL: "units", Kind: exports.Number},
	{Name: "total", SQL: "total_cents", Kind: exports.Money},
	{Name: "note", SQL: "note"},
	{Name: "cancel_reason", SQL: "cancel_reason"},
	{Name: "cancel_note", SQL: "cancel_note"},
	{Name: "created_at", SQL: "created_at", Kind: exports.Time},
	{Name: "confirmed_at", SQL: "confirmed_at", Kind: exports.Time},
	{Name: "canceled_at", SQL: "canceled_at", Kind: exports.Time},
	{Name: "version", SQL: "version", Kind: exports.Number},
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
func (l *list) file(d *db.DB) exports.Writer { return l.fileOf(d, "orders", fileColumns) }

// fileOf is the whole of a list of the rows of a table.
func (l *list) fileOf(d *db.DB, table string, columns []exports.Column) exports.Writer {
	by := exports.Column{SQL: l.order.Column, Kind: exports.Time}
	if by.SQL == "total_cents" {
		by.Kind = exports.Number
	}
	return exports.List{Columns: columns, By: by, From: func(ctx context.Context, at *lists.Cursor) (*gorm.DB, error) {
		l.At = at
		query, err := l.narrow(d.Read(ctx))
		if err != nil {
			return nil, err
		}
		return l.at(query.Table(table))
	}}.Write
}

func fileTime(at *time.Time) string {
	if at == nil {
		return ""
	}
	return at.UTC().Format(crud.TimeFormat)
}
