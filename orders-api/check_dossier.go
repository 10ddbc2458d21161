package orders

import (
	"cmp"
	"database/sql"
	"errors"
	"maps"
	"slices"

	"b2b.example/db"
)

// dossier is all that the database has of an order, or what is left of one that is not there.
type dossier struct {
	id        int64
	order     *Order // nil: it is not there
	lines     []Item
	movements []Movement
	events    []*db.EventRow
	runs      []bulkOrder
}

// dossiers are those of a slice of orders, by their ids. They are read once.
func dossiers(s *db.Slice) ([]*dossier, error) {
	if all, known := s.Memo.([]*dossier); known {
		return all, nil
	}
	r := dossierReader{Slice: s, byID: map[int64]*dossier{}}
	if err := errors.Join(r.orders(), r.lines(), r.movements(), r.events(), r.runs()); err != nil {
		return nil, err
	}
	all := slices.SortedFunc(maps.Values(r.byID), func(a, b *dossier) int { return cmp.Compare(a.id, b.id) })
	s.Memo = all
	return all, nil
}

type dossierReader struct {
	*db.Slice
	byID map[int64]*dossier
}

// of is the dossier of an order.
func (r *dossierReader) of(id int64) *dossier {
	d := r.byID[id]
	if d == nil {
		d = &dossier{id: id}
		r.byID[id] = d
	}
	return d
}

func (r *dossierReader) orders() error {
	query := r.Table("orders").Where("id BETWEEN ? AND ?", r.First, r.Last).Select("id", "customer_id", "customer_name",
		"customer_email", "customer_phone", "customer_tax_id", "reference", "status", "units", "total_cents", "note", "cancel_reason",
		"cancel_note", "version", db.TimeText("confirmed_at"), db.TimeText("canceled_at"), db.TimeText("created_at"), db.TimeText("updated_at"))
	return db.EachRow(query, func(row *sql.Rows) error {
		o := &Order{}
		var confirmed, canceled, created, updated db.Moment
		err := row.Scan(&o.ID, &o.CustomerID, &o.CustomerName, &o.CustomerEmail, &o.CustomerPhone, &o.CustomerTaxID, &o.Reference,
			&o.Status, &o.Units, &o.TotalCents, &o.Note, &o.CancelReason, &o.CancelNote, &o.Version, &confirmed, &canceled, &created, &updated)
		o.ConfirmedAt, o.CanceledAt, o.CreatedAt, o.UpdatedAt = confirmed.OrNil(), canceled.OrNil(), created.Time, updated.Time
		r.of(o.ID).order = o
		return err
	})
}

// lines are the order's items too, without the members that no event tells.
func (r *dossierReader) lines() error {
	query := r.Table("order_items").Where("order_id BETWEEN ? AND ?", r.First, r.Last).Order("order_id, line").
		Select("order_id", "product_id", "sku", "name", "qty", "unit_price_cents", "subtotal_cents")
	return db.EachRow(query, func(row *sql.Rows) error {
		var id int64
		var line Item
		err := row.Scan(&id, &line.ProductID, &line.SKU, &line.Name, &line.Qty, &line.UnitPriceCents, &line.SubtotalCents)
		d := r.of(id)
		d.lines = append(d.lines, line)
		if d.order != nil {
			d.order.Items = d.lines
		}
		return err
	})
}

func (r *dossierReader) movements() error {
	query := r.Table("stock_movements").Where("order_id BETWEEN ? AND ?", r.First, r.Last).Select("id", "order_id", "product_id", "delta")
	return db.EachRow(query, func(row *sql.Rows) error {
		var id int64
		var m Movement
		err := row.Scan(&m.ID, &id, &m.ProductID, &m.Delta)
		d := r.of(id)
		d.movements = append(d.movements, m)
		return err
	})
}

func (r *dossierReader) events() error {
	return r.Events("order", func(e *db.EventRow) error {
		d := r.of(e.EntityID)
		d.events = append(d.events, e)
		return nil
	})
}

func (r *dossierReader) runs() error {
	query := r.Table("bulk_run_orders").Where("order_id BETWEEN ? AND ?", r.First, r.Last).Select("order_id", "run_id", "outcome")
	return db.EachRow(query, func(row *sql.Rows) error {
		var run bulkOrder
		err := row.Scan(&run.OrderID, &run.RunID, &run.Outcome)
		d := r.of(run.OrderID)
		d.runs = append(d.runs, run)
		return err
	})
}
