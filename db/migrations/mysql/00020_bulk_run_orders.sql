-- +goose Up
CREATE TABLE IF NOT EXISTS bulk_run_orders (
  run_id   BIGINT      NOT NULL,
  order_id BIGINT      NOT NULL,
  outcome  VARCHAR(8)  NOT NULL,
  code     VARCHAR(64) NOT NULL, -- of the reason; '' where it was done
  args     TEXT        NOT NULL, -- what the reason names, as JSON
  done_at  DATETIME(6) NULL,
  PRIMARY KEY (run_id, order_id),
  KEY bulk_run_orders_outcome (run_id, outcome, order_id),
  KEY bulk_run_orders_order (order_id, run_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE bulk_run_orders;
