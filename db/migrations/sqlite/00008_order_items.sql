-- +goose Up
CREATE TABLE IF NOT EXISTS order_items (
  order_id         INTEGER  NOT NULL,
  product_id       INTEGER  NOT NULL,
  line             INTEGER  NOT NULL,
  sku              TEXT     NOT NULL,
  name             TEXT     NOT NULL,
  qty              INTEGER  NOT NULL,
  unit_price_cents INTEGER  NOT NULL,
  subtotal_cents   INTEGER  NOT NULL,
  PRIMARY KEY (order_id, product_id)
);

CREATE INDEX IF NOT EXISTS order_items_product ON order_items (product_id, order_id);

-- +goose Down
DROP TABLE order_items;
