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
		stockInvariants(), sumInvariants(), check.Invariants(entities.Products, "stock"), historyInvariants(), keyInvariants(), bulkInvariants(),
		[]db.Invariant{db.CopiesMatch("order", "orders",
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
		{
			Name: "an order's movements match its lines", Over: "orders",
			Means: "The order has taken another stock than it sells, or has not given it back exactly once. Adjust the product by the difference.",
			Query: `
			SELECT 'order', i.order_id, CONCAT('it is ', o.status, ' and has ', i.qty, ' of product ', i.product_id,
				', whose movements for it add up to ', COALESCE(m.total, 0))
			FROM order_items i JOIN orders o ON o.id = i.order_id
			LEFT JOIN (SELECT order_id, product_id, SUM(delta) AS total FROM stock_movements WHERE order_id BETWEEN @first AND @last
				GROUP BY order_id, product_id) m ON m.order_id = i.order_id AND m.product_id = i.product_id
			WHERE i.order_id BETWEEN @first AND @last
				AND COALESCE(m.total, 1) <> CASE WHEN o.status = 'CANCELED' THEN 0 ELSE -i.qty END`,
		},
		{
			Name: "a movement of an order is of one of its lines", Over: "orders",
			Means: "A product's stock was moved for an order that does not sell it, or that is not there.",
			Query: `
			SELECT 'order', m.order_id, CONCAT('movement ', m.id, ' is of product ', m.product_id, ', and it has no such line')
			FROM stock_movements m LEFT JOIN order_items i ON i.order_id = m.order_id AND i.product_id = m.product_id
			WHERE m.order_id BETWEEN @first AND @last AND i.order_id IS NULL`,
		},
	}
}

// sumInvariants: an order costs what its lines cost.
func sumInvariants() []db.Invariant {
	return []db.Invariant{
		{
			Name: "an order's total is the sum of its lines", Over: "orders",
			Means: "The customer would pay another sum than the lines say. The order's first event has both as they were placed.",
			Query: `
			SELECT 'order', o.id, CONCAT('it has ', o.units, ' units for ', o.total_cents, ', and its lines ',
				COALESCE(SUM(i.qty), 0), ' for ', COALESCE(SUM(i.subtotal_cents), 0))
			FROM orders o LEFT JOIN order_items i ON i.order_id = o.id
			WHERE o.id BETWEEN @first AND @last GROUP BY o.id, o.units, o.total_cents
			HAVING o.total_cents <> COALESCE(SUM(i.subtotal_cents), -1) OR o.units <> COALESCE(SUM(i.qty), -1)`,
		},
		{
			Name: "a line is quantity times price", Over: "orders",
			Means: "The line says another sum than it should. The order's first event has it as it was placed.",
			Query: `
			SELECT 'order', order_id, CONCAT(qty, ' of product ', product_id, ' at ', unit_price_cents, ' is not ', subtotal_cents)
			FROM order_items WHERE order_id BETWEEN @first AND @last AND (subtotal_cents <> qty * unit_price_cents OR qty < 1)`,
		},
	}
}

// historyInvariants: every order is what its events tell, and each move was one that there is.
func historyInvariants() []db.Invariant {
	return []db.Invariant{
		db.VersionsHaveEvents("order", "orders"), db.VersionsHaveEvents("view", "order_views"),
		{
			Name: "an order's status was reached by allowed moves, each once", Over: "orders",
			Means: "The order came to its status in a way that does not exist, or twice. Its timeline tells who did what.",
			Query: `
			SELECT 'order', o.id, CONCAT('its events do not lead to ', o.status)
			FROM orders o LEFT JOIN (
				SELECT m.entity_id, SUM(m.action = 'created') AS placed, SUM(m.action = 'confirmed') AS confirmed,
					SUM(m.action = 'canceled') AS canceled,
					MAX(CASE WHEN m.action = 'confirmed' THEN m.entity_version END) AS confirmed_in,
					MAX(CASE WHEN m.action = 'canceled' THEN m.entity_version END) AS canceled_in
				FROM events m LEFT JOIN events u ON u.entity_type = 'order' AND u.entity_id = m.entity_id
					AND u.entity_version = m.entity_version + 1 AND u.action IN ('confirmation_undone', 'cancellation_undone')
				WHERE m.entity_type = 'order' AND m.entity_id BETWEEN @first AND @last AND u.id IS NULL GROUP BY m.entity_id
			) e ON e.entity_id = o.id
			WHERE o.id BETWEEN @first AND @last AND (COALESCE(e.placed, 0) <> 1
				OR COALESCE(e.confirmed, 0) <> (o.confirmed_at IS NOT NULL)
				OR COALESCE(e.canceled, 0) <> (o.status = 'CANCELED')
				OR (o.status = 'CONFIRMED' AND o.confirmed_at IS NULL)
				OR (o.status = 'CREATED' AND o.confirmed_at IS NOT NULL)
				OR (o.status = 'CANCELED') <> (o.canceled_at IS NOT NULL)
				OR e.canceled_in < e.confirmed_in)`,
		},
		{
			Name: "an undoing takes back the move right before it, of the one who made it", Over: "orders",
			Means: "What somebody else did, or nothing at all, was taken back. The order's timeline tells who did what.",
			Query: `
			SELECT 'order', u.entity_id, CONCAT(u.actor, ' undid what was not there to be undone')
			FROM events u LEFT JOIN events m ON m.entity_type = 'order' AND m.entity_id = u.entity_id
				AND m.entity_version = u.entity_version - 1 AND m.actor = u.actor
				AND m.action = CASE u.action WHEN 'confirmation_undone' THEN 'confirmed' ELSE 'canceled' END
			WHERE u.entity_type = 'order' AND u.entity_id BETWEEN @first AND @last
				AND u.action IN ('confirmation_undone', 'cancellation_undone') AND m.id IS NULL`,
		},
		{
			Name: "the events of orders retell what they are", Over: "orders", Compare: retold,
			Means: "The order was changed without a trace, or its timeline tells what did not happen.",
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
			Name: "what a bulk run did has its event, and nothing else has", Over: "orders",
			Means: "The run's page tells of an order what did not happen, or not what did. The order's timeline tells what did.",
			Query: `
			SELECT 'bulk_run', b.run_id, CONCAT('order ', b.order_id, ' is ', b.outcome, ', and has ', COUNT(e.id), ' events of it')
			FROM bulk_run_orders b LEFT JOIN events e ON e.entity_type = 'order' AND e.entity_id = b.order_id
				AND e.idempotency_caller = 'system:bulk-run' AND e.idempotency_key = CONCAT('bulk-run:', b.run_id, ':order:', b.order_id)
			WHERE b.order_id BETWEEN @first AND @last
			GROUP BY b.run_id, b.order_id, b.outcome HAVING COUNT(e.id) <> CASE WHEN b.outcome = 'DONE' THEN 1 ELSE 0 END`,
		},
		{
			Name: "an event of a bulk run is of one of its orders", Over: "orders",
			Means: "An order was moved by a run that does not have it. Look whether it was meant, and undo or cancel it.",
			Query: `
			SELECT 'order', e.entity_id, CONCAT('event ', e.id, ' has the key ', e.idempotency_key, ', and that run does not have it')
			FROM events e LEFT JOIN bulk_run_orders b ON b.order_id = e.entity_id
				AND e.idempotency_key = CONCAT('bulk-run:', b.run_id, ':order:', b.order_id)
			WHERE e.entity_type = 'order' AND e.entity_id BETWEEN @first AND @last
				AND e.idempotency_caller = 'system:bulk-run' AND b.run_id IS NULL`,
		},
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
