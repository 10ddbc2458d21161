package orders

import (
	"context"
	"slices"

	"b2b.example/crud/check"
	"b2b.example/db"
	"b2b.example/entities"
)

// Invariants are what is true of this service's tables at any time, whatever was retried, killed or unplugged.
func Invariants() []db.Invariant {
	return slices.Concat(
		stockInvariants(), check.Invariants(entities.Products, "stock"), orderInvariants(), keyInvariants(), bulkInvariants(),
		[]db.Invariant{db.VersionsHaveEvents("view", "order_views"), db.CopiesMatch("order", "orders",
			db.Copy{Column: "customer_name", Key: "customer_name_key", Fold: db.Fold},
			db.Copy{Column: "customer_email", Key: "customer_email_key", Fold: db.MailKey},
			db.Copy{Column: "reference", Key: "reference_key", Fold: db.Fold},
		)},
	)
}

// stockInvariants: every piece that is on a shelf, or is not, can be explained.
func stockInvariants() []db.Invariant {
	counts := "What is sold is not what is there. Count the product and set its stock to that: then its movements explain it again."
	return []db.Invariant{
		{
			Name: "a product's stock is the sum of its movements", Over: "products", Means: counts,
			Query: `
			SELECT 'product', p.id, CONCAT('its stock is ', p.stock, ', and its movements add up to ', COALESCE(m.total, 0))
			FROM products p LEFT JOIN (SELECT product_id, SUM(delta) AS total FROM stock_movements
				WHERE product_id BETWEEN @first AND @last GROUP BY product_id) m ON m.product_id = p.id
			WHERE p.id BETWEEN @first AND @last AND p.stock <> COALESCE(m.total, 0)`,
		},
		{
			Name: "a product's stock is what its last movement left", Over: "products", Means: counts,
			Query: `
			SELECT 'product', p.id, CONCAT('its stock is ', p.stock, ', and its last movement left ', m.stock_after)
			FROM products p JOIN (SELECT product_id, MAX(id) AS last FROM stock_movements
				WHERE product_id BETWEEN @first AND @last GROUP BY product_id) l ON l.product_id = p.id
			JOIN stock_movements m ON m.id = l.last WHERE p.id BETWEEN @first AND @last AND m.stock_after <> p.stock`,
		},
		{
			Name: "no product's stock is below zero", Over: "products",
			Means: "More was sold than there was. The orders of the newest movements cannot all be delivered.",
			Query: `
			SELECT 'product', id, CONCAT('its stock is ', stock) FROM products WHERE id BETWEEN @first AND @last AND stock < 0`,
		},
		{
			Name: "no movement left a stock below zero", Over: "stock_movements",
			Means: "More was sold than there was, at the time of that movement.",
			Query: `
			SELECT 'product', product_id, CONCAT('movement ', id, ' left ', stock_after)
			FROM stock_movements WHERE id BETWEEN @first AND @last AND stock_after < 0`,
		},
	}
}

// keyInvariants: whatever was asked for twice under one key was done once.
func keyInvariants() []db.Invariant {
	twice := "Something was done twice for one request: look whether both are wanted, and cancel or correct one of them."
	return []db.Invariant{
		{
			Name: "a key has one effect at most", Means: twice,
			Query: `
			SELECT MIN(entity_type), MIN(entity_id), CONCAT('a key of its events has had ', COUNT(*), ' effects') FROM events
			WHERE idempotency_key IS NOT NULL GROUP BY idempotency_caller, idempotency_key HAVING COUNT(*) > 1 LIMIT 1000`,
		},
		{
			Name: "an effect under a client's key has the key's row", Over: "events", Means: twice,
			Query: `
			SELECT e.entity_type, e.entity_id, CONCAT('the key of event ', e.id, ' belongs to ', k.target_type, ' ', k.target_id)
			FROM events e JOIN idempotency_keys k ON k.caller = e.idempotency_caller AND k.` + "`key`" + ` = e.idempotency_key
			WHERE e.id BETWEEN @first AND @last AND (k.target_type <> e.entity_type OR k.target_id <> e.entity_id)`,
		},
	}
}

// bulkInvariants: a bulk run did what it says, each order once, and left none out.
func bulkInvariants() []db.Invariant {
	return []db.Invariant{
		db.VersionsHaveEvents("bulk_run", "bulk_runs"),
		{
			Name: "a bulk run has the orders that it counts, and none waits once it has ended", Over: "bulk_runs",
			Means: "Orders of the run were lost, or never tried. Choose them in the list once more, and run it again.",
			Query: `
			SELECT 'bulk_run', r.id, CONCAT('it counts ', r.orders, ' orders, has ', COUNT(b.order_id), ', and ',
				COALESCE(SUM(CASE WHEN b.outcome = 'PENDING' THEN 1 ELSE 0 END), 0), ' of them wait')
			FROM bulk_runs r LEFT JOIN bulk_run_orders b ON b.run_id = r.id WHERE r.id BETWEEN @first AND @last
			GROUP BY r.id, r.orders, r.ended_at, r.done_orders, r.skipped_orders, r.failed_orders
			HAVING COUNT(b.order_id) <> r.orders OR (r.ended_at IS NOT NULL AND (
				SUM(CASE WHEN b.outcome = 'PENDING' THEN 1 ELSE 0 END) > 0 OR r.done_orders + r.skipped_orders + r.failed_orders <> r.orders))`,
		},
	}
}

// Evidence is what the database has of an entity of this service.
func Evidence() db.Evidence {
	return db.Evidence{
		"product": {
			"SELECT 'products' AS `table`, products.* FROM products WHERE id = ?", db.EventsOf("product"),
			"SELECT 'stock_movements' AS `table`, stock_movements.* FROM stock_movements WHERE product_id = ? ORDER BY id DESC LIMIT 20",
		},
		"order": {
			"SELECT 'orders' AS `table`, orders.* FROM orders WHERE id = ?",
			"SELECT 'order_items' AS `table`, order_items.* FROM order_items WHERE order_id = ? ORDER BY line",
			"SELECT 'stock_movements' AS `table`, stock_movements.* FROM stock_movements WHERE order_id = ? ORDER BY id",
			"SELECT 'bulk_run_orders' AS `table`, bulk_run_orders.* FROM bulk_run_orders WHERE order_id = ? ORDER BY run_id DESC LIMIT 20",
			db.EventsOf("order"),
		},
		"bulk_run": {
			"SELECT 'bulk_runs' AS `table`, bulk_runs.* FROM bulk_runs WHERE id = ?", db.EventsOf("bulk_run"),
			"SELECT 'bulk_run_orders' AS `table`, bulk_run_orders.* FROM bulk_run_orders WHERE run_id = ? ORDER BY order_id LIMIT 20",
		},
	}
}

// Check verifies the invariants.
func Check(ctx context.Context, d *db.DB, report func(db.Finding)) error {
	return db.Check{Invariants: Invariants(), Evidence: Evidence(), Report: report}.Run(ctx, d)
}
