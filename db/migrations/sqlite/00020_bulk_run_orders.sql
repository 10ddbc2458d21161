-- +goose Up
CREATE TABLE IF NOT EXISTS bulk_run_orders (
  run_id   INTEGER  NOT NULL,
  order_id INTEGER  NOT NULL,
  outcome  TEXT     NOT NULL,
  code     TEXT     NOT NULL, -- of the reason; '' where it was done
  args     TEXT     NOT NULL, -- what the reason names, as JSON
  done_at  DATETIME NULL,
  PRIMARY KEY (run_id, order_id)
);

CREATE INDEX IF NOT EXISTS bulk_run_orders_outcome ON bulk_run_orders (run_id, outcome, order_id);
CREATE INDEX IF NOT EXISTS bulk_run_orders_order ON bulk_run_orders (order_id, run_id);

-- +goose Down
DROP TABLE bulk_run_orders;
