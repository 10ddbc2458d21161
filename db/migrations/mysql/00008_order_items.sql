-- +goose Up
CREATE TABLE IF NOT EXISTS order_items (
  order_id         BIGINT       NOT NULL,
  product_id       BIGINT       NOT NULL,
  line             BIGINT       NOT NULL,
  sku              VARCHAR(64)  NOT NULL,
  name             VARCHAR(180) NOT NULL,
  qty              BIGINT       NOT NULL,
  unit_price_cents BIGINT       NOT NULL,
  subtotal_cents   BIGINT       NOT NULL,
  PRIMARY KEY (order_id, product_id),
  KEY order_items_product (product_id, order_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE order_items;
