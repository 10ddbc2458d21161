-- +goose Up
CREATE TABLE IF NOT EXISTS bulk_runs (
  id             BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  action         VARCHAR(16)  NOT NULL,
  cancel_reason  VARCHAR(32)  NULL,
  cancel_note    VARCHAR(500) NOT NULL,
  actor          VARCHAR(190) NOT NULL,
  actor_name     VARCHAR(120) NOT NULL,
  channel        VARCHAR(8)   NOT NULL,
  request_id     VARCHAR(64)  NOT NULL,
  filter         TEXT         NULL, -- of the list whose orders were chosen; NULL: one by one
  undoes         BIGINT       NULL, -- the run whose orders these are
  retries        BIGINT       NULL, -- likewise
  orders         BIGINT       NOT NULL,
  done_orders    BIGINT       NOT NULL, -- these are counted when it ends
  skipped_orders BIGINT       NOT NULL,
  failed_orders  BIGINT       NOT NULL,
  done_cents     BIGINT       NOT NULL,
  ended_at       DATETIME(6)  NULL,
  version        BIGINT       NOT NULL,
  created_at     DATETIME(6)  NOT NULL,
  updated_at     DATETIME(6)  NOT NULL,
  UNIQUE KEY undoes (undoes),
  KEY bulk_runs_ended (ended_at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE bulk_runs;
