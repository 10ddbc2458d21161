package orders

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"b2b.example/kit/kittest"
)

// mixture is a bit of everything: order 1 is placed, 2 confirmed, 3 canceled, 4 canceled after it was confirmed, 5 has a
// note; 6 was confirmed and canceled, and both undone, in turn; product 1 was adjusted, 2 edited and archived.
func (w *world) mixture() {
	w.t.Helper()
	w.stock("BOLT-8", 250, 100)
	w.stock("NUT-8", 99, 100)
	w.order(keyed(kittest.Case{Path: "/orders", Body: orderOf(item(1, 3), item(2, 4)), Status: 201}, "place"))
	for range 4 {
		w.place(item(2, 1), item(1, 2))
	}
	w.confirm(2)
	w.cancel(3)
	w.confirm(4)
	w.cancel(4)
	w.order(kittest.Case{Method: "PATCH", Path: "/orders/5", Body: `{"note":"x"}`, Header: headers("If-Match", "*"), Status: 200})
	w.place(item(1, 1))
	w.confirm(6)
	w.undo(6)
	w.cancel(6)
	w.undo(6)
	w.Do(w.t, kittest.Case{Path: "/products/1/stock-adjustments", As: w.manager, Body: `{"delta":-5,"note":"lost"}`, Status: 200})
	w.editProduct(2, `{"name":"Renamed","stock":50,"archived":true}`)
}

// damage breaks one invariant, and mends it again.
type damage struct {
	found      string // the invariant: what and which one
	hurt, mend string
	untold     bool // what is shown is no longer what the events tell, which is found too
}

// damages are one of each, in the mixture.
func damages() []damage {
	event := "INSERT INTO events (entity_type, entity_id, entity_version, action, actor, actor_name, channel, request_id, changes, created_at) "
	return []damage{
		{"a product's stock is the sum of its movements: product 1",
			"UPDATE stock_movements SET delta = delta + 1 WHERE id = 1", "UPDATE stock_movements SET delta = delta - 1 WHERE id = 1", false},
		{"a product's stock is what its last movement left: product 2",
			"UPDATE stock_movements SET stock_after = stock_after + 1 WHERE product_id = 2 AND note = '' AND reason = 'ADJUSTMENT'",
			"UPDATE stock_movements SET stock_after = stock_after - 1 WHERE product_id = 2 AND note = '' AND reason = 'ADJUSTMENT'", false},
		{"no movement left a stock below zero: product 2",
			"UPDATE stock_movements SET stock_after = -1 WHERE id = 2", "UPDATE stock_movements SET stock_after = 100 WHERE id = 2", false},
		{"an order's total is the sum of its lines: order 1",
			"UPDATE orders SET total_cents = total_cents + 1 WHERE id = 1", "UPDATE orders SET total_cents = total_cents - 1 WHERE id = 1", true},
		{"an order's total is the sum of its lines: order 1",
			"UPDATE orders SET units = units + 1 WHERE id = 1", "UPDATE orders SET units = units - 1 WHERE id = 1", true},
		{"a line is quantity times price: order 2",
			"UPDATE order_items SET unit_price_cents = unit_price_cents + 1 WHERE order_id = 2 AND line = 1",
			"UPDATE order_items SET unit_price_cents = unit_price_cents - 1 WHERE order_id = 2 AND line = 1", true},
		{"an order's movements match its lines: order 1",
			"UPDATE stock_movements SET order_id = NULL WHERE order_id = 1 AND product_id = 1",
			"UPDATE stock_movements SET order_id = 1 WHERE order_id IS NULL AND reason = 'ORDER'", false},
		{"an order's movements match its lines: order 3",
			"UPDATE stock_movements SET order_id = NULL WHERE order_id = 3 AND product_id = 1 AND reason = 'CANCEL'",
			"UPDATE stock_movements SET order_id = 3 WHERE order_id IS NULL AND reason = 'CANCEL'", false},
		{"a movement of an order is of one of its lines: order 99",
			"INSERT INTO stock_movements (product_id, order_id, delta, stock_after, reason, note, created_at) " +
				"SELECT id, 99, 0, stock, 'ORDER', 'odd', created_at FROM products WHERE id = 1",
			"DELETE FROM stock_movements WHERE note = 'odd'", false},
		{"each change in orders has its event: order 5",
			"UPDATE orders SET version = version + 1 WHERE id = 5", "UPDATE orders SET version = version - 1 WHERE id = 5", false},
		{"each change in orders has its event: order 99",
			event + "SELECT 'order', 99, 1, 'created', '', '', 'API', '', '{}', created_at FROM orders WHERE id = 1",
			"DELETE FROM events WHERE entity_id = 99", false},
		{"each change in products has its event: product 1",
			"UPDATE products SET version = version + 1 WHERE id = 1", "UPDATE products SET version = version - 1 WHERE id = 1", false},
		{"an order's status was reached by allowed moves, each once: order 2",
			"UPDATE orders SET status = 'CREATED' WHERE id = 2", "UPDATE orders SET status = 'CONFIRMED' WHERE id = 2", true},
		{"an order's status was reached by allowed moves, each once: order 4",
			"UPDATE events SET action = 'updated' WHERE entity_type = 'order' AND entity_id = 4 AND action = 'confirmed'",
			"UPDATE events SET action = 'confirmed' WHERE entity_type = 'order' AND entity_id = 4 AND action = 'updated'", false},
		{"an order's status was reached by allowed moves, each once: order 3",
			"UPDATE orders SET canceled_at = NULL WHERE id = 3", "UPDATE orders SET canceled_at = updated_at WHERE id = 3", true},
		{"an undoing takes back the move right before it, of the one who made it: order 6",
			"UPDATE events SET actor = 'operator:9' WHERE action = 'cancellation_undone'",
			"UPDATE events SET actor = 'operator:2' WHERE action = 'cancellation_undone'", false},
		{"a key has one effect at most: order 5",
			"UPDATE events SET idempotency_caller = 'x', idempotency_key = 'x' WHERE entity_type = 'order' AND entity_id = 5",
			"UPDATE events SET idempotency_caller = NULL, idempotency_key = NULL WHERE entity_type = 'order' AND entity_id = 5", false},
		{"an effect under a client's key has the key's row: order 1",
			"UPDATE idempotency_keys SET target_id = 7 WHERE `key` = 'place'", "UPDATE idempotency_keys SET target_id = 1 WHERE `key` = 'place'", false},
		{"the events of orders retell what they are: order 5",
			"UPDATE orders SET note = 'by hand' WHERE id = 5", "UPDATE orders SET note = 'x' WHERE id = 5", false},
		{"the events of products retell what they are: product 2",
			"UPDATE products SET price_cents = price_cents + 1 WHERE id = 2", "UPDATE products SET price_cents = price_cents - 1 WHERE id = 2", false},
		{"what is searched in products is what is shown: product 1",
			"UPDATE products SET sku_key = 'x' WHERE id = 1", "UPDATE products SET sku_key = 'bolt-8' WHERE id = 1", false},
		{"what is searched in orders is what is shown: order 1",
			"UPDATE orders SET customer_name_key = UPPER(customer_name_key) WHERE id = 1",
			"UPDATE orders SET customer_name_key = LOWER(customer_name_key) WHERE id = 1", false},
	}
}

// TestCheckFindsWhatIsBroken: of a mixture of everything it finds nothing wrong; of each damage, just that.
func TestCheckFindsWhatIsBroken(t *testing.T) {
	each(t, func(w *world) {
		w.mixture()
		w.checkInvariants()
		for _, one := range damages() {
			w.exec(one.hurt)
			found := []string{one.found}
			if one.untold {
				found = append(found, "the events of orders retell what they are"+one.found[strings.LastIndex(one.found, ":"):])
			}
			require.ElementsMatch(w.t, found, w.findings())
			w.exec(one.mend)
			require.Empty(w.t, w.findings(), "mended: %s", one.found)
		}
	})
}
