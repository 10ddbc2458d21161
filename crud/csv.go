package crud

import (
	"context"
	"net/url"
	"strings"

	"gorm.io/gorm"

	"b2b.example/crud/exports"
	"b2b.example/crud/lists"
)

// ColumnOf is what a file calls a field: an amount stands there in whole units, so it is not called one of cents.
func ColumnOf(look Look) string {
	if look.Kind == KindMoney {
		return strings.TrimSuffix(look.Name, "_cents")
	}
	return look.Name
}

// File is the whole of a list, by the parameters of its URL, wherever in it a cursor stands.
func (t *Table[T]) File(_ context.Context, params url.Values) (exports.Writer, error) {
	q, err := t.query(params)
	if err != nil {
		return nil, err
	}
	list := exports.List{Columns: t.fileColumns(), By: exports.Column{SQL: q.order.Column, Kind: shownAs(q.by.kind)}}
	list.From = func(ctx context.Context, at *lists.Cursor) (*gorm.DB, error) {
		read := t.d.Read(ctx)
		if err := q.ready(read, true); err != nil {
			return nil, err
		}
		if q.At = at; at != nil && !q.by.value.parse(at.Value) {
			return nil, lists.InvalidCursor()
		}
		return q.apply(t.rows(read)), nil
	}
	return list.Write, nil
}

// fileColumns are those of all fields that may be seen, among those that every entity has.
func (d *Description[T]) fileColumns() []exports.Column {
	columns := []exports.Column{{Name: "id", SQL: "id", Kind: exports.Number}}
	for _, f := range d.bind(new(T)).fields {
		if !f.secret {
			columns = append(columns, exports.Column{Name: ColumnOf(f.Look()), SQL: f.column, Kind: shownAs(f.kind)})
		}
	}
	return append(columns,
		exports.Column{Name: "version", SQL: "version", Kind: exports.Number},
		exports.Column{Name: "created_at", SQL: "created_at", Kind: exports.Time},
		exports.Column{Name: "updated_at", SQL: "updated_at", Kind: exports.Time},
	)
}

// shownAs is how a file shows a kind of field.
func shownAs(kind Kind) exports.Kind {
	switch kind {
	case KindInt, KindRef:
		return exports.Number
	case KindMoney:
		return exports.Money
	case KindBool:
		return exports.YesNo
	case KindTime:
		return exports.Time
	case KindText, KindEmail, KindChoice, KindSecret:
	}
	return exports.Text
}
