package orders

import (
	"context"

	"b2b.example/db"
)

// Invariants are what is true of this service's tables at any time, whatever was retried, killed or unplugged.
func Invariants() []db.Invariant {
	return []db.Invariant{
		{Name: "a product's stock is the sum of its movements", Query: `
			SELECT 'product', p.id, 'its stock is not the sum of its movements'
			FROM products p LEFT JOIN (SELECT product_id, SUM(delta) AS total FROM stock_movements GROUP BY product_id) m
			ON m.product_id = p.id WHERE p.stock <> COALESCE(m.total, 0)`},
		{Name: "a product's stock is what its last movement left", Query: `
			SELECT 'product', p.id, 'its stock is not what its last movement left'
			FROM products p
			JOIN (SELECT product_id, MAX(id) AS last FROM stock_movements GROUP BY product_id) l ON l.product_id = p.id
			JOIN stock_movements m ON m.id = l.last WHERE m.stock_after <> p.stock`},
		{Name: "stock is never below zero", Query: `
			SELECT 'product', product_id, 'a movement left its stock below zero' FROM stock_movements WHERE stock_after < 0
			UNION ALL SELECT 'product', id, 'its stock is below zero' FROM products WHERE stock < 0`},
		{Name: "an order's total is the sum of its lines", Query: `
			SELECT 'order', o.id, 'its total or its units are not the sum of its lines'
			FROM orders o LEFT JOIN
			(SELECT order_id, SUM(subtotal_cents) AS total, SUM(qty) AS units FROM order_items GROUP BY order_id) i
			ON i.order_id = o.id WHERE o.total_cents <> COALESCE(i.total, -1) OR o.units <> COALESCE(i.units, -1)`},
		{Name: "a line is quantity times price", Query: `
			SELECT 'order', order_id, 'a line is not quantity times price' FROM order_items
			WHERE subtotal_cents <> qty * unit_price_cents OR qty < 1`},
		{Name: "an order's movements match its lines", Query: `
			SELECT 'order', i.order_id, 'the movements of a product are not what its status asks for'
			FROM order_items i JOIN orders o ON o.id = i.order_id
			LEFT JOIN (SELECT order_id, product_id, SUM(delta) AS total FROM stock_movements WHERE order_id IS NOT NULL
				GROUP BY order_id, product_id) m ON m.order_id = i.order_id AND m.product_id = i.product_id
			WHERE COALESCE(m.total, 1) <> CASE WHEN o.status = 'CANCELED' THEN 0 ELSE -i.qty END`},
		{Name: "a movement of an order is of one of its lines", Query: `
			SELECT 'order', m.order_id, 'it moved a product that it has no line of'
			FROM stock_movements m LEFT JOIN order_items i ON i.order_id = m.order_id AND i.product_id = m.product_id
			WHERE m.order_id IS NOT NULL AND i.order_id IS NULL`},
		db.VersionsHaveEvents("order", "orders"),
		db.VersionsHaveEvents("product", "products"),
		{Name: "an order's status was reached by allowed moves, each once", Query: `
			SELECT 'order', o.id, 'its events do not lead to its status'
			FROM orders o LEFT JOIN (
				SELECT entity_id, SUM(action = 'created') AS placed, SUM(action = 'confirmed') AS confirmed,
					SUM(action = 'canceled') AS canceled,
					MAX(CASE WHEN action = 'confirmed' THEN entity_version END) AS confirmed_in,
					MAX(CASE WHEN action = 'canceled' THEN entity_version END) AS canceled_in
				FROM events WHERE entity_type = 'order' GROUP BY entity_id) e ON e.entity_id = o.id
			WHERE COALESCE(e.placed, 0) <> 1
				OR COALESCE(e.confirmed, 0) <> (o.confirmed_at IS NOT NULL)
				OR COALESCE(e.canceled, 0) <> (o.status = 'CANCELED')
				OR (o.status = 'CONFIRMED' AND o.confirmed_at IS NULL)
				OR (o.status = 'CREATED' AND o.confirmed_at IS NOT NULL)
				OR (o.status = 'CANCELED') <> (o.canceled_at IS NOT NULL)
				OR e.canceled_in < e.confirmed_in`},
		{Name: "a key has one effect at most", Query: `
			SELECT MIN(entity_type), MIN(entity_id), 'a key of its events has had more than one effect' FROM events
			WHERE idempotency_key IS NOT NULL GROUP BY idempotency_caller, idempotency_key HAVING COUNT(*) > 1`},
		{Name: "an effect under a client's key has the key's row", Query: `
			SELECT e.entity_type, e.entity_id, 'the key of one of its events belongs to something else'
			FROM events e JOIN idempotency_keys k ON k.caller = e.idempotency_caller AND k.` + "`key`" + ` = e.idempotency_key
			WHERE k.target_type <> e.entity_type OR k.target_id <> e.entity_id`},
	}
}

// Check verifies the invariants, and what SQL by itself cannot tell: that the copies of texts that are searched are those
// of the texts.
func Check(ctx context.Context, d *db.DB, report func(db.Finding)) error {
	if err := d.Check(ctx, Invariants(), report); err != nil {
		return err
	}
	if err := products(d).CheckCopies(ctx, report); err != nil {
		return err
	}
	return d.CheckCopies(ctx, []db.Copy{
		{Entity: "order", Table: "orders", Column: "customer_name", Key: "customer_name_key", Fold: db.Fold},
		{Entity: "order", Table: "orders", Column: "customer_email", Key: "customer_email_key", Fold: db.MailKey},
		{Entity: "order", Table: "orders", Column: "reference", Key: "reference_key", Fold: db.Fold},
	}, report)
}
