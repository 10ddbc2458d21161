-- +goose Up
CREATE TABLE IF NOT EXISTS stock_movements (
  id          BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  product_id  BIGINT       NOT NULL,
  order_id    BIGINT       NULL,
  delta       BIGINT       NOT NULL,
  stock_after BIGINT       NOT NULL,
  reason      VARCHAR(16)  NOT NULL,
  note        VARCHAR(500) NOT NULL,
  created_at  DATETIME(6)  NOT NULL,
  KEY stock_movements_product (product_id, id, delta),
  KEY stock_movements_order (order_id, product_id, delta)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE stock_movements;
