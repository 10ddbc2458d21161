package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"b2b.example/db"
	"b2b.example/orders-api"
)

// caller is the one operator that there is.
const caller = "operator:1"

// askForCustomer is the question that placing an order puts to customers-api.
func (b *bench) askForCustomer(ctx context.Context) error {
	_, token, _ := strings.Cut(serviceToken, ":")
	return b.get(ctx, fmt.Sprintf("%s/internal/customers/%d", b.customers.url, b.customer), token)
}

// inTx runs statements in a transaction.
func (b *bench) inTx(ctx context.Context, statements func(tx *sql.Tx) error) error {
	tx, err := b.bare.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if err := statements(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// placeBare places an order with nine round trips to the database, after the same question to customers-api.
func (b *bench) placeBare(ctx context.Context, ids []int64) error {
	if err := b.askForCustomer(ctx); err != nil {
		return err
	}
	return b.inTx(ctx, func(tx *sql.Tx) error { return b.placeIn(ctx, tx, ids) })
}

// confirmBare confirms an order with six.
func (b *bench) confirmBare(ctx context.Context, order int64) error {
	return b.inTx(ctx, func(tx *sql.Tx) error { return b.confirmIn(ctx, tx, order) })
}

func (b *bench) confirmIn(ctx context.Context, tx *sql.Tx, order int64) error {
	var version int64
	lock, err := b.prepared(ctx, "SELECT version FROM orders WHERE id = ? AND status = 'CREATED' FOR UPDATE")
	if err != nil {
		return err
	}
	if err := tx.StmtContext(ctx, lock).QueryRowContext(ctx, order).Scan(&version); err != nil {
		return err
	}
	now, key, next := time.Now().UTC().Truncate(time.Microsecond), uuid.NewString(), version+1
	changes, err := json.Marshal(db.Changes{
		"status": {Old: orders.Created, New: orders.Confirmed}, "confirmed_at": {New: now},
	})
	if err != nil {
		return err
	}
	body := fmt.Sprintf(`{"id":%d,"status":"CONFIRMED"}`, order)
	return b.execAll(ctx, tx, []statement{
		{"UPDATE orders SET status = 'CONFIRMED', confirmed_at = ?, version = ?, updated_at = ? WHERE id = ?", []any{now, next, now, order}},
		{insertEvents(1), []any{"order", order, next, "confirmed", caller, "Bench", "API", key, caller, key, string(changes), now}},
		{insertKeys(1), []any{caller, key, make([]byte, 32), 200, "{}", body, "order", order, false, now, now}},
	})
}

// The one indexed SELECT of each of what is only read.

func (b *bench) findKey(ctx context.Context) error {
	return b.read(ctx, "SELECT * FROM idempotency_keys WHERE caller = ? AND `key` = ?", caller, onceKey)
}

func (b *bench) findOrder(ctx context.Context) error {
	return b.read(ctx, "SELECT * FROM orders WHERE id = ?", b.once)
}

func (b *bench) findOrders(ctx context.Context) error {
	return b.read(ctx, "SELECT * FROM orders ORDER BY created_at DESC, id DESC LIMIT 20")
}

// read reads every column of the rows that a query finds; none is an error.
func (b *bench) read(ctx context.Context, query string, args ...any) error {
	statement, err := b.prepared(ctx, query)
	if err != nil {
		return err
	}
	rows, err := statement.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values, places := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		places[i] = &values[i]
	}
	found := 0
	for ; rows.Next(); found++ {
		if err := rows.Scan(places...); err != nil {
			return err
		}
	}
	if found == 0 && rows.Err() == nil {
		return sql.ErrNoRows
	}
	return rows.Err()
}

// lockedProduct is what the bare loop reads of a product.
type lockedProduct struct {
	id, price, stock int64
	sku, name        string
	archived         bool
}

func (b *bench) placeIn(ctx context.Context, tx *sql.Tx, products []int64) error {
	found, err := b.lock(ctx, tx, products)
	if err != nil {
		return err
	}
	now, total, key := time.Now().UTC().Truncate(time.Microsecond), int64(0), uuid.NewString()
	var cases, ids []any
	for _, p := range found {
		total += 2 * p.price
		cases, ids = append(cases, p.id, -2), append(ids, p.id)
	}
	update := "UPDATE products SET stock = stock + CASE id" + strings.Repeat(" WHEN ? THEN ?", len(ids)) + " END WHERE id IN " + marks(len(ids))
	if _, err := b.exec(ctx, tx, update, append(cases, ids...)...); err != nil {
		return err
	}
	result, err := b.exec(ctx, tx, insertOrders(1), b.customer, "ACME", "acme", "ops@acme.example", "ops@acme.example", "", "", "", "",
		"CREATED", 2*len(found), total, "", "", 1, now, now)
	if err != nil {
		return err
	}
	order, err := result.LastInsertId()
	if err != nil {
		return err
	}
	var items, movements []any
	var lines []orders.Item
	for i, p := range found {
		items = append(items, order, p.id, i+1, p.sku, p.name, 2, p.price, 2*p.price)
		lines = append(lines, orders.Item{ProductID: p.id, SKU: p.sku, Name: p.name, Qty: 2, UnitPriceCents: p.price, SubtotalCents: 2 * p.price})
		movements = append(movements, p.id, order, -2, p.stock-2, "ORDER", "", now)
	}
	changes, err := json.Marshal(told(map[string]any{
		"customer_id": b.customer, "customer_name": "ACME", "customer_email": "ops@acme.example", "customer_phone": "", "customer_tax_id": "",
		"reference": "", "status": "CREATED", "units": 2 * len(found), "total_cents": total, "note": "", "items": lines,
	}))
	if err != nil {
		return err
	}
	body := fmt.Sprintf(`{"id":%d,"status":"CREATED","total_cents":%d,"units":%d}`, order, total, 2*len(found))
	return b.execAll(ctx, tx, []statement{
		{insertItems(len(found)), items},
		{insertMovements(len(found)), movements},
		{insertEvents(1), []any{"order", order, 1, "created", caller, "Bench", "API", key, caller, key, string(changes), now}},
		{insertKeys(1), []any{caller, key, make([]byte, 32), 201, "{}", body, "order", order, false, now, now}},
	})
}

// marks are the placeholders of a list.
func marks(n int) string { return "(?" + strings.Repeat(", ?", n-1) + ")" }

// lock reads and locks products in the order of their ids.
func (b *bench) lock(ctx context.Context, tx *sql.Tx, ids []int64) ([]lockedProduct, error) {
	query := "SELECT id, sku, name, price_cents, stock, archived FROM products WHERE id IN " + marks(len(ids)) + " ORDER BY id FOR UPDATE"
	statement, err := b.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	rows, err := tx.StmtContext(ctx, statement).QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var found []lockedProduct
	for rows.Next() {
		var p lockedProduct
		if err := rows.Scan(&p.id, &p.sku, &p.name, &p.price, &p.stock, &p.archived); err != nil {
			return nil, err
		}
		found = append(found, p)
	}
	return found, rows.Err()
}

// inserter makes the INSERT of some rows into a table.
func inserter(table, columns string) func(rows int) string {
	row := marks(strings.Count(columns, ",") + 1)
	return func(rows int) string {
		return "INSERT INTO " + table + " (" + columns + ") VALUES " + strings.TrimSuffix(strings.Repeat(row+", ", rows), ", ")
	}
}

var (
	insertProducts = inserter("products",
		"id, sku, sku_key, name, name_key, price_cents, stock, low_stock_at, archived, version, created_at, updated_at")
	insertMovements = inserter("stock_movements", "product_id, order_id, delta, stock_after, reason, note, created_at")
	insertOrders    = inserter("orders", "customer_id, customer_name, customer_name_key, customer_email, customer_email_key, customer_phone, "+
		"customer_tax_id, reference, reference_key, status, units, total_cents, note, cancel_note, version, created_at, updated_at")
	insertItems  = inserter("order_items", "order_id, product_id, line, sku, name, qty, unit_price_cents, subtotal_cents")
	insertEvents = inserter("events", "entity_type, entity_id, entity_version, action, actor, actor_name, channel, request_id, "+
		"idempotency_caller, idempotency_key, changes, created_at")
	insertKeys = inserter("idempotency_keys", "caller, `key`, request_hash, status_code, response_headers, response_body, "+
		"target_type, target_id, server_made, answered_at, created_at")
)

// statement is one to be sent, with its values.
type statement struct {
	sql  string
	args []any
}

func (b *bench) execAll(ctx context.Context, tx *sql.Tx, statements []statement) error {
	for _, s := range statements {
		if _, err := b.exec(ctx, tx, s.sql, s.args...); err != nil {
			return err
		}
	}
	return nil
}

// exec runs a statement that stays prepared on the pool.
func (b *bench) exec(ctx context.Context, tx *sql.Tx, query string, args ...any) (sql.Result, error) {
	statement, err := b.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	return tx.StmtContext(ctx, statement).ExecContext(ctx, args...)
}

// prepared needs a connection of its own for a statement's first time.
func (b *bench) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if statement := b.cache[query]; statement != nil {
		return statement, nil
	}
	statement, err := b.bare.PrepareContext(ctx, query)
	if err == nil {
		b.cache[query] = statement
	}
	return statement, err
}
