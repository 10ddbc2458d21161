package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"b2b.example/db"
	"b2b.example/orders-api"
)

// rowsAtOnce is how many rows one INSERT or UPDATE takes: SQLite prepares a statement at each use, so longer ones, which
// save nothing more, only cost.
const rowsAtOnce = 64

// movementRow and eventRow are rows of which nobody wants the id back: to fetch the ids costs as much as a third of the
// work.
type movementRow struct {
	ProductID  int64
	OrderID    *int64
	Delta      int64
	StockAfter int64
	Reason     string
	Note       string
	CreatedAt  time.Time `gorm:"autoCreateTime:false"`
}

// TableName is part of GORM's conventions.
func (movementRow) TableName() string { return "stock_movements" }

type eventRow struct {
	EntityType    string
	EntityID      int64
	EntityVersion int64
	Action        string
	Actor         string
	ActorName     string
	Channel       string
	RequestID     string
	Changes       string
	CreatedAt     time.Time `gorm:"autoCreateTime:false"`
}

// TableName is part of GORM's conventions.
func (eventRow) TableName() string { return "events" }

// requestID is what the events of made-up business name as their request.
const requestID = "made-up"

// ledger writes down what has happened, deed by deed in the order of their times, as the services would have: each move
// has its event, each change of a stock its movement, and what is missing on a shelf is delivered first.
type ledger struct {
	products  map[int64]*productRow // locked
	movements []movementRow
	entries   []entry
}

// entry is an event to be. An order that it tells of has its id only once it is inserted.
type entry struct {
	deed
	entity  string
	of      *int64
	version int64
	changes db.Changes
}

// write puts stories into the database, all or none. Products are locked in the order of their ids, before anything is
// inserted.
func write(tx *db.Tx, stories []*story) error {
	l := &ledger{}
	if err := l.lock(tx, stories); err != nil {
		return err
	}
	l.replay(stories)
	if err := l.updateProducts(tx); err != nil {
		return err
	}
	return l.insert(tx, stories)
}

func (l *ledger) lock(tx *db.Tx, stories []*story) error {
	l.products = map[int64]*productRow{}
	for _, s := range stories {
		for _, item := range s.order.Items {
			l.products[item.ProductID] = nil
		}
	}
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(l.products)), rowsAtOnce) {
		var rows []*productRow
		if err := tx.Clauses(db.Lock()).Where("id IN ?", db.Padded(ids)).Order("id").Find(&rows).Error; err != nil {
			return fmt.Errorf("lock products: %w", err)
		}
		for _, row := range rows {
			l.products[row.ID] = row
		}
	}
	return nil
}

// replay runs through all deeds of all orders, oldest first.
func (l *ledger) replay(stories []*story) {
	type moment struct {
		deed
		order *orders.Order
	}
	var moments []moment
	for _, s := range stories {
		for _, d := range s.deeds {
			moments = append(moments, moment{d, s.order})
		}
	}
	slices.SortStableFunc(moments, func(a, b moment) int { return a.at.Compare(b.at) })
	for _, m := range moments {
		l.move(m.order, m.deed)
	}
}

// move lets one deed happen to an order.
func (l *ledger) move(o *orders.Order, d deed) {
	o.Version, o.UpdatedAt = o.Version+1, d.at
	e := entry{deed: d, entity: "order", of: &o.ID, version: o.Version}
	switch d.action {
	case "created":
		e.changes = l.place(o, d)
	case "confirmed":
		e.changes = db.Changes{"status": {Old: o.Status, New: orders.Confirmed}, "confirmed_at": {New: d.at}}
		o.Status, o.ConfirmedAt = orders.Confirmed, &d.at
	case "canceled":
		e.changes = l.cancel(o, d)
	}
	l.entries = append(l.entries, e)
}

func (l *ledger) place(o *orders.Order, d deed) db.Changes {
	o.Status, o.CreatedAt = orders.Created, d.at
	for _, item := range o.Items {
		l.restock(item, d.at)
		l.shift(movementRow{ProductID: item.ProductID, OrderID: &o.ID, Delta: -item.Qty, Reason: "ORDER", CreatedAt: d.at})
	}
	return db.Changes{
		"customer_id": {New: o.CustomerID}, "customer_name": {New: o.CustomerName}, "customer_email": {New: o.CustomerEmail},
		"customer_phone": {New: o.CustomerPhone}, "customer_tax_id": {New: o.CustomerTaxID}, "reference": {New: o.Reference},
		"status": {New: o.Status}, "units": {New: o.Units}, "total_cents": {New: o.TotalCents}, "note": {New: o.Note},
		"items": {New: o.Items},
	}
}

func (l *ledger) cancel(o *orders.Order, d deed) db.Changes {
	for _, item := range o.Items {
		l.shift(movementRow{ProductID: item.ProductID, OrderID: &o.ID, Delta: item.Qty, Reason: "CANCEL", CreatedAt: d.at})
	}
	changes := db.Changes{
		"status": {Old: o.Status, New: orders.Canceled}, "canceled_at": {New: d.at},
		"cancel_reason": {New: d.reason},
	}
	o.Status, o.CanceledAt, o.CancelReason = orders.Canceled, &d.at, &d.reason
	return changes
}

// restock has a delivery arrive where less is on the shelf than an order asks for. Unlike a sale it is an edit of the
// product, with a version and an event.
func (l *ledger) restock(item orders.Item, at time.Time) {
	p := l.products[item.ProductID]
	if p.Stock >= item.Qty {
		return
	}
	before := p.Stock
	l.shift(movementRow{
		ProductID: p.ID, Delta: delivery(p.PriceCents, item.Qty), Reason: "ADJUSTMENT", Note: "Entrada de almacén / goods received", CreatedAt: at,
	})
	p.Version, p.UpdatedAt = p.Version+1, at
	l.entries = append(l.entries, entry{
		deed: deed{action: "stock_adjusted", at: at, by: warehouse}, entity: "product", of: &p.ID, version: p.Version,
		changes: db.Changes{"stock": {Old: before, New: p.Stock}},
	})
}

// delivery is how many packs arrive at a time: enough for some weeks of what sells, and for the order that waits.
func delivery(cents, asked int64) int64 {
	if cents > 50_000 {
		return 20 + asked
	}
	return (240 + asked) / 12 * 12
}

// shift changes a product's stock by a movement.
func (l *ledger) shift(m movementRow) {
	p := l.products[m.ProductID]
	p.Stock += m.Delta
	m.StockAfter = p.Stock
	l.movements = append(l.movements, m)
}

// updateProducts writes the locked products' stock, and the versions of those that had a delivery.
func (l *ledger) updateProducts(tx *db.Tx) error {
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(l.products)), rowsAtOnce) {
		var stock, version, updated []any
		for _, id := range ids {
			p := l.products[id]
			stock, version, updated = append(stock, id, p.Stock), append(version, id, p.Version), append(updated, id, p.UpdatedAt)
		}
		cases := " = CASE id" + strings.Repeat(" WHEN ? THEN ?", len(ids)) + " END"
		args := append(slices.Concat(stock, version, updated), ids)
		result := tx.Exec("UPDATE products SET stock"+cases+", version"+cases+", updated_at"+cases+" WHERE id IN ?", args...)
		if result.Error != nil || result.RowsAffected != int64(len(ids)) {
			return fmt.Errorf("update products: %d of %d: %w", result.RowsAffected, len(ids), result.Error)
		}
	}
	return nil
}

// insert writes the orders, and then what tells of them by their ids.
func (l *ledger) insert(tx *db.Tx, stories []*story) error {
	placed := make([]*orders.Order, len(stories))
	for i, s := range stories {
		placed[i] = s.order
	}
	if err := insert(tx, placed); err != nil {
		return fmt.Errorf("insert orders: %w", err)
	}
	var items []orders.Item
	for _, o := range placed {
		for _, item := range o.Items {
			item.OrderID = o.ID
			items = append(items, item)
		}
	}
	if err := insert(tx, items); err != nil {
		return fmt.Errorf("insert items: %w", err)
	}
	if err := insert(tx, l.movements); err != nil {
		return fmt.Errorf("insert movements: %w", err)
	}
	return record(tx, l.entries)
}

// record writes events that bear the times of their deeds.
func record(tx *db.Tx, entries []entry) error {
	rows := make([]eventRow, len(entries))
	for i, e := range entries {
		changes, err := json.Marshal(e.changes)
		if err != nil {
			return fmt.Errorf("event of a made-up %s: %w", e.entity, err)
		}
		rows[i] = eventRow{
			EntityType: e.entity, EntityID: *e.of, EntityVersion: e.version, Action: e.action, Actor: e.by.id, ActorName: e.by.name,
			Channel: e.by.channel, RequestID: requestID, Changes: string(changes), CreatedAt: e.at,
		}
	}
	if err := insert(tx, rows); err != nil {
		return fmt.Errorf("insert events: %w", err)
	}
	return nil
}

// insert writes rows some at a time, and gives each its id.
func insert[T any](tx *db.Tx, rows []T) error {
	for chunk := range slices.Chunk(rows, rowsAtOnce) {
		if err := tx.Create(&chunk).Error; err != nil {
			return err
		}
	}
	return nil
}
