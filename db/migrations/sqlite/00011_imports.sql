-- +goose Up
CREATE TABLE IF NOT EXISTS imports (
  id             INTEGER  NOT NULL PRIMARY KEY AUTOINCREMENT,
  entity_type    TEXT     NOT NULL,
  file_name      TEXT     NOT NULL,
  caller         TEXT     NOT NULL,
  actor          TEXT     NOT NULL,
  actor_name     TEXT     NOT NULL,
  channel        TEXT     NOT NULL,
  request_id     TEXT     NOT NULL,
  status         TEXT     NOT NULL,
  trial          BOOLEAN  NOT NULL,
  kept           BOOLEAN  NOT NULL, -- its content is still there
  header         TEXT     NOT NULL, -- the first line, with what stands before it
  bytes          INTEGER  NOT NULL,
  position       INTEGER  NOT NULL, -- bytes that have been gone through
  line           INTEGER  NOT NULL, -- of the next row
  rows_seen      INTEGER  NOT NULL,
  created_rows   INTEGER  NOT NULL,
  changed_rows   INTEGER  NOT NULL,
  unchanged_rows INTEGER  NOT NULL,
  refused_rows   INTEGER  NOT NULL,
  faults         INTEGER  NOT NULL, -- found; the first 1,000 are kept
  failure        TEXT     NOT NULL,
  preview        TEXT     NOT NULL,
  version        INTEGER  NOT NULL,
  created_at     DATETIME NOT NULL,
  updated_at     DATETIME NOT NULL
);

CREATE INDEX IF NOT EXISTS imports_status ON imports (entity_type, status, id);

-- +goose Down
DROP TABLE imports;
