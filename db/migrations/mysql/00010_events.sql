-- +goose Up
CREATE TABLE IF NOT EXISTS events (
  id                 BIGINT         NOT NULL AUTO_INCREMENT PRIMARY KEY,
  entity_type        VARCHAR(32)    NOT NULL,
  entity_id          BIGINT         NOT NULL,
  entity_version     BIGINT         NOT NULL,
  action             VARCHAR(32)    NOT NULL,
  actor              VARCHAR(190)   NOT NULL,
  actor_name         VARCHAR(120)   NOT NULL,
  channel            VARCHAR(8)     NOT NULL,
  request_id         VARCHAR(64)    NOT NULL,
  idempotency_caller VARBINARY(190) NULL,
  idempotency_key    VARBINARY(255) NULL,
  changes            JSON           NOT NULL,
  created_at         DATETIME(6)    NOT NULL,
  UNIQUE KEY entity_version (entity_type, entity_id, entity_version),
  KEY events_created (created_at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE events;
