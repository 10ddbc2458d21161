package main

import (
	"fmt"
	"time"

	"b2b.example/db"
	"b2b.example/entities"
)

// warehouse is who takes in deliveries, and sets up what there is.
var warehouse = actor{"system:b2b", "b2b", "SYSTEM"}

// openCustomers makes up customers first..first+n, who have been customers for longer than any order, and writes them.
func openCustomers(tx *db.Tx, m *market, first, n int64, by actor) error {
	rows := make([]*customerRow, n)
	entries := make([]entry, n)
	for i := range rows {
		p := nameCustomer(m.r, first+int64(i))
		key := db.MailKey(p.email)
		rows[i] = &customerRow{
			Customer: entities.Customer{Entity: opening(m.now, i), Name: p.name, Email: p.email, Phone: p.phone, TaxID: p.taxID},
			NameKey:  db.Fold(p.name), EmailKey: &key, spanish: p.spanish,
		}
		entries[i] = entry{
			deed: deed{action: "created", at: rows[i].CreatedAt, by: by}, entity: "customer", of: &rows[i].ID, version: 1,
			changes: db.Changes{"name": {New: p.name}, "email": {New: p.email}, "phone": {New: p.phone}, "tax_id": {New: p.taxID}},
		}
	}
	if err := insert(tx, rows); err != nil {
		return fmt.Errorf("insert customers: %w", err)
	}
	m.customers = append(m.customers, rows...)
	return record(tx, entries)
}

// openProducts makes up products first..first+n with their first stock, and writes them.
func openProducts(tx *db.Tx, m *market, first, n int64, by actor) error {
	rows := make([]*productRow, n)
	movements := make([]movementRow, n)
	entries := make([]entry, n)
	for i := range rows {
		a := nameProduct(m.r, first+int64(i))
		stock := delivery(a.cents, 0)
		rows[i] = &productRow{
			Product: entities.Product{Entity: opening(m.now, i), SKU: a.sku, Name: a.name, PriceCents: a.cents, Stock: stock, LowStockAt: stock / 8},
			SKUKey:  db.Fold(a.sku), NameKey: db.Fold(a.name),
		}
		entries[i] = entry{
			deed: deed{action: "created", at: rows[i].CreatedAt, by: by}, entity: "product", of: &rows[i].ID, version: 1,
			changes: db.Changes{
				"sku": {New: a.sku}, "name": {New: a.name}, "price_cents": {New: a.cents}, "stock": {New: stock},
				"low_stock_at": {New: rows[i].LowStockAt}, "archived": {New: false},
			},
		}
	}
	if err := insert(tx, rows); err != nil {
		return fmt.Errorf("insert products: %w", err)
	}
	for i, row := range rows {
		movements[i] = movementRow{ProductID: row.ID, Delta: row.Stock, StockAfter: row.Stock, Reason: "INITIAL", CreatedAt: row.CreatedAt}
	}
	if err := insert(tx, movements); err != nil {
		return fmt.Errorf("insert movements: %w", err)
	}
	m.products = append(m.products, rows...)
	return record(tx, entries)
}

// opening is the base of the i-th row of those that are there before any order is.
func opening(now time.Time, i int) db.Entity {
	at := now.Add(-span - 24*time.Hour).Truncate(time.Second).Add(time.Duration(i) * time.Millisecond)
	return db.Entity{Version: 1, CreatedAt: at, UpdatedAt: at}
}
