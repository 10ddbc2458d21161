package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"b2b.example/customers-api"
	"b2b.example/db"
	"b2b.example/db/dbtest"
	"b2b.example/orders-api"
)

// violations break each invariant once, on rows of their own: the statements by the invariant's name, and what check
// must then point at.
var violations = map[string]struct {
	statements []string
	entity     string
}{
	"each change in bulk_runs has its event": {[]string{bulkRun(1, 0)}, "bulk_run 1"},
	"each change in order_views has its event": {[]string{
		"INSERT INTO order_views (id, owner_id, name, query, shared, version, created_at, updated_at) " +
			"VALUES (1, 1, 'By hand', '', FALSE, 1, '2026-11-24 10:00:00', '2026-11-24 10:00:00')"}, "view 1"},
	"a bulk run has the orders that it counts, and none waits once it has ended": {[]string{bulkRun(3, 2)}, "bulk_run 3"},
	"what a bulk run did has its event, and nothing else has": {[]string{
		"INSERT INTO bulk_run_orders (run_id, order_id, outcome, code, args, done_at) VALUES (2, 13, 'DONE', '', '{}', '2026-11-24 10:00:00')"}, "order 13"},
	"an event of a bulk run is of one of its orders": {[]string{
		"UPDATE events SET idempotency_caller = 'system:bulk-run', idempotency_key = 'bulk-run:9:order:14' " +
			"WHERE entity_type = 'order' AND entity_id = 14 AND entity_version = 1"}, "order 14"},
	"each change in customers has its event": {[]string{"UPDATE customers SET version = version + 1 WHERE id = 1"}, "customer 1"},
	"each change in operators has its event": {[]string{"DELETE FROM events WHERE entity_type = 'operator' AND entity_id = 3"}, "operator 3"},
	"a deleted customer frees its e-mail address, and no other does": {
		[]string{"UPDATE customers SET email_key = NULL WHERE id = 2"}, "customer 2"},
	"a session belongs to an operator who may log in": {
		[]string{"INSERT INTO sessions (id, operator_id, created_at, last_used_at) VALUES (1, 99, '2026-11-24 10:00:00', '2026-11-24 10:00:00')"}, "session 1"},
	"a password is stored as its hash":     {[]string{"UPDATE operators SET password_hash = 'demo1234' WHERE id = 2"}, "operator 2"},
	"an operator has a role that there is": {[]string{"UPDATE operators SET role = 'king' WHERE id = 1"}, "operator 1"},
	"a product's stock is the sum of its movements": {
		[]string{"UPDATE stock_movements SET delta = delta + 1 WHERE product_id = 1 AND reason = 'INITIAL'"}, "product 1"},
	"a product's stock is what its last movement left": {
		[]string{"UPDATE stock_movements SET stock_after = stock_after + 1 WHERE product_id = 2"}, "product 2"},
	"no product's stock is below zero": {
		[]string{"UPDATE products SET stock = -5 WHERE id = 5"}, "product 5"},
	"no movement left a stock below zero":      {[]string{"UPDATE stock_movements SET stock_after = -1 WHERE product_id = 3 AND reason = 'INITIAL'"}, "product 3"},
	"an order's total is the sum of its lines": {[]string{"UPDATE orders SET total_cents = total_cents + 1 WHERE id = 1"}, "order 1"},
	"a line is quantity times price": {
		[]string{"UPDATE order_items SET unit_price_cents = unit_price_cents + 1 WHERE order_id = 2"}, "order 2"},
	"an order's movements match its lines": {[]string{"UPDATE stock_movements SET delta = delta - 1 WHERE order_id = 3"}, "order 3"},
	"a movement of an order is of one of its lines": {
		[]string{"DELETE FROM order_items WHERE order_id = 4"}, "order 4"},
	"each change in orders has its event":   {[]string{"DELETE FROM events WHERE entity_type = 'order' AND entity_id = 5"}, "order 5"},
	"each change in products has its event": {[]string{"UPDATE products SET version = version + 1 WHERE id = 4"}, "product 4"},
	"an order's status was reached by allowed moves, each once": {
		[]string{"UPDATE orders SET status = 'CREATED', confirmed_at = NULL, canceled_at = NULL WHERE id = 6"}, "order 6"},
	"an undoing takes back the move right before it, of the one who made it": {[]string{
		"UPDATE events SET action = 'cancellation_undone' WHERE entity_type = 'order' AND entity_id = 12 AND entity_version = 1"}, "order 12"},
	"a key has one effect at most": {[]string{
		"UPDATE events SET idempotency_caller = 'service:b2b', idempotency_key = 'twice' WHERE entity_type = 'order' AND entity_id IN (7, 8)"}, "order 7"},
	"an effect under a client's key has the key's row": {[]string{
		"INSERT INTO idempotency_keys (caller, `key`, request_hash, status_code, target_type, target_id, server_made, created_at) " +
			"VALUES ('service:b2b', 'elsewhere', '', 201, 'order', 1, FALSE, '2026-11-24 10:00:00')",
		"UPDATE events SET idempotency_caller = 'service:b2b', idempotency_key = 'elsewhere' " +
			"WHERE entity_type = 'order' AND entity_id = 9 AND entity_version = 1"}, "order 9"},
	"the events of customers retell what they are":   {[]string{"UPDATE customers SET phone = 'by hand' WHERE id = 3"}, "customer 3"},
	"the events of operators retell what they are":   {[]string{"UPDATE operators SET name = 'by hand' WHERE id = 1"}, "operator 1"},
	"the events of products retell what they are":    {[]string{"UPDATE products SET price_cents = price_cents + 1 WHERE id = 6"}, "product 6"},
	"the events of orders retell what they are":      {[]string{"UPDATE orders SET note = 'by hand' WHERE id = 10"}, "order 10"},
	"what is searched in customers is what is shown": {[]string{"UPDATE customers SET name_key = 'by hand' WHERE id = 4"}, "customer 4"},
	"what is searched in operators is what is shown": {[]string{"UPDATE operators SET name_key = 'by hand' WHERE id = 3"}, "operator 3"},
	"what is searched in products is what is shown":  {[]string{"UPDATE products SET name_key = 'by hand' WHERE id = 7"}, "product 7"},
	"what is searched in orders is what is shown":    {[]string{"UPDATE orders SET customer_name_key = 'by hand' WHERE id = 11"}, "order 11"},
}

// bulkRun makes a run that counts so many orders, and has none.
func bulkRun(id, orders int) string {
	return fmt.Sprintf("INSERT INTO bulk_runs (id, action, cancel_note, actor, actor_name, channel, request_id, orders, done_orders, "+
		"skipped_orders, failed_orders, done_cents, version, created_at, updated_at) "+
		"VALUES (%d, 'confirm', '', 'operator:1', 'Ana', 'UI', 'by-hand', %d, 0, 0, 0, 0, 1, '2026-11-24 10:00:00', '2026-11-24 10:00:00')", id, orders)
}

// unchecked lets a connection write what the tables' own checks refuse.
var unchecked = map[db.Dialect]string{
	db.SQLite: "PRAGMA ignore_check_constraints = 1",
	db.MySQL:  "ALTER TABLE products DROP CONSTRAINT products_stock_not_negative",
}

func TestCheckFindsWhateverIsWrong(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, url string) {
		d := dbtest.Open(t, url, db.Options{})
		require.NoError(t, addDemo(context.Background(), d))
		status, printed := newPlace(t, url).does("", "check")
		require.Equal(t, 0, status, "nothing is wrong yet: %s", printed)
		require.NoError(t, d.Tx(context.Background(), func(tx *db.Tx) error {
			require.NoError(t, tx.Exec(unchecked[d.Dialect()]).Error)
			for name, violation := range violations {
				for _, statement := range violation.statements {
					result := tx.Exec(statement)
					require.NoError(t, result.Error, name)
					require.Positive(t, result.RowsAffected, name)
				}
			}
			return nil
		}))
		status, printed = newPlace(t, url).does("", "check")
		assert.Equal(t, 1, status, "something is wrong")
		lines := strings.Split(printed, "\n")
		for _, invariant := range slices.Concat(customers.Invariants(), orders.Invariants()) {
			violation, ok := violations[invariant.Name]
			if assert.True(t, ok, "nothing here breaks: %s", invariant.Name) {
				found := slices.IndexFunc(lines, func(line string) bool {
					return strings.HasPrefix(line, violation.entity+": ") && strings.HasSuffix(line, fmt.Sprintf("(%s)", invariant.Name))
				})
				assert.GreaterOrEqual(t, found, 0, "%s: %s\n%s", invariant.Name, violation.entity, printed)
			}
			assert.Contains(t, printed, "  what it means: "+invariant.Means+"\n")
		}
		assert.Contains(t, printed, `    table="orders" id=10 `, "its rows are shown")
		assert.Contains(t, printed, `note="by hand"`)
		assert.NotContains(t, printed, "argon2id$v", "no password's hash is")
	})
}

// A check of a database in use reports nothing that is merely happening: every slice is seen as it was at one moment.
func TestCheckOfALiveDatabaseIsClean(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, url string) {
		p := newPlace(t, url, "LOG_LEVEL=error")
		running := p.serve()
		p.deliver(1, 2)
		var placed atomic.Int64
		stop := p.business(&placed)
		for before := placed.Load(); placed.Load() < before+40; {
			status, printed := p.does("", "check")
			assert.Equal(t, 0, status, printed)
		}
		stop()
		running.stop()
		status, printed := p.does("", "check")
		assert.Equal(t, 0, status, printed)
	})
}

// business places, confirms and cancels orders of products 1 and 2 until it is stopped.
func (p *place) business(placed *atomic.Int64) (stop func()) {
	return p.businessOf(placed, &sync.Map{})
}

// businessOf is business that keeps the answers to its orders, by their keys.
func (p *place) businessOf(placed *atomic.Int64, answers *sync.Map) (stop func()) {
	var clients sync.WaitGroup
	var done atomic.Bool
	for n := range 4 {
		clients.Go(func() {
			for i := 0; !done.Load(); i++ {
				key := fmt.Sprintf("business-%d-%d", n, i)
				body, ok := p.deal(key, i%2 == 0)
				if !ok {
					return
				}
				answers.Store(key, body)
				placed.Add(1)
			}
		})
	}
	return func() {
		done.Store(true)
		clients.Wait()
	}
}

// deal places an order, confirms it, and cancels it if it shall; it gives the answer to its placing.
func (p *place) deal(key string, cancel bool) (body string, ok bool) {
	service := p.secrets().service
	made := p.call(1, http.MethodPost, "/orders", service, key, orderOf(key))
	var order struct{ ID int64 }
	if !assert.Equal(p.t, http.StatusCreated, made.status, made.body) || !assert.NoError(p.t, json.Unmarshal([]byte(made.body), &order)) {
		return "", false
	}
	path := fmt.Sprintf("/orders/%d/", order.ID)
	confirmed := p.call(1, http.MethodPost, path+"confirm", service, key+"-confirm", nil)
	ok = assert.Equal(p.t, http.StatusOK, confirmed.status, confirmed.body)
	if cancel {
		canceled := p.call(1, http.MethodPost, path+"cancel", service, key+"-cancel", map[string]any{"reason": "OTHER"})
		ok = ok && assert.Equal(p.t, http.StatusOK, canceled.status, canceled.body)
	}
	return made.body, ok
}
