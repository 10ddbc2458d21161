-- +goose Up
CREATE TABLE IF NOT EXISTS bulk_runs (
  id             INTEGER  NOT NULL PRIMARY KEY AUTOINCREMENT,
  action         TEXT     NOT NULL,
  cancel_reason  TEXT     NULL,
  cancel_note    TEXT     NOT NULL,
  actor          TEXT     NOT NULL,
  actor_name     TEXT     NOT NULL,
  channel        TEXT     NOT NULL,
  request_id     TEXT     NOT NULL,
  filter         TEXT     NULL, -- of the list whose orders were chosen; NULL: one by one
  undoes         INTEGER  NULL, -- the run whose orders these are
  retries        INTEGER  NULL, -- likewise
  orders         INTEGER  NOT NULL,
  done_orders    INTEGER  NOT NULL, -- these are counted when it ends
  skipped_orders INTEGER  NOT NULL,
  failed_orders  INTEGER  NOT NULL,
  done_cents     INTEGER  NOT NULL,
  ended_at       DATETIME NULL,
  version        INTEGER  NOT NULL,
  created_at     DATETIME NOT NULL,
  updated_at     DATETIME NOT NULL
);

CREATE UNIQUE INDEX IF NOT EXISTS bulk_runs_undoes ON bulk_runs (undoes);
CREATE INDEX IF NOT EXISTS bulk_runs_ended ON bulk_runs (ended_at, id);

-- +goose Down
DROP TABLE bulk_runs;
