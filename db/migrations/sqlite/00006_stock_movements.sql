-- +goose Up
CREATE TABLE IF NOT EXISTS stock_movements (
  id          INTEGER  NOT NULL PRIMARY KEY AUTOINCREMENT,
  product_id  INTEGER  NOT NULL,
  order_id    INTEGER  NULL,
  delta       INTEGER  NOT NULL,
  stock_after INTEGER  NOT NULL,
  reason      TEXT     NOT NULL,
  note        TEXT     NOT NULL,
  created_at  DATETIME NOT NULL
);

CREATE INDEX IF NOT EXISTS stock_movements_product ON stock_movements (product_id, id, delta);
CREATE INDEX IF NOT EXISTS stock_movements_order ON stock_movements (order_id, product_id, delta);

-- +goose Down
DROP TABLE stock_movements;
