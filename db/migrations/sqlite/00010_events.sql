-- +goose Up
CREATE TABLE IF NOT EXISTS events (
  id                 INTEGER  NOT NULL PRIMARY KEY AUTOINCREMENT,
  entity_type        TEXT     NOT NULL,
  entity_id          INTEGER  NOT NULL,
  entity_version     INTEGER  NOT NULL,
  action             TEXT     NOT NULL,
  actor              TEXT     NOT NULL,
  actor_name         TEXT     NOT NULL,
  channel            TEXT     NOT NULL,
  request_id         TEXT     NOT NULL,
  idempotency_caller BLOB     NULL,
  idempotency_key    BLOB     NULL,
  changes            TEXT     NOT NULL,
  created_at         DATETIME NOT NULL
);

CREATE UNIQUE INDEX IF NOT EXISTS events_entity_version_unique ON events (entity_type, entity_id, entity_version);
CREATE INDEX IF NOT EXISTS events_created ON events (created_at, id);

-- +goose Down
DROP TABLE events;
