-- +goose Up
CREATE TABLE IF NOT EXISTS imports (
  id             BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  entity_type    VARCHAR(32)  NOT NULL,
  file_name      VARCHAR(255) NOT NULL,
  caller         VARCHAR(190) NOT NULL,
  actor          VARCHAR(190) NOT NULL,
  actor_name     VARCHAR(120) NOT NULL,
  channel        VARCHAR(8)   NOT NULL,
  request_id     VARCHAR(64)  NOT NULL,
  status         VARCHAR(16)  NOT NULL,
  trial          BOOLEAN      NOT NULL,
  kept           BOOLEAN      NOT NULL, -- its content is still there
  header         TEXT         NOT NULL, -- the first line, with what stands before it
  bytes          BIGINT       NOT NULL,
  position       BIGINT       NOT NULL, -- bytes that have been gone through
  line           BIGINT       NOT NULL, -- of the next row
  rows_seen      BIGINT       NOT NULL,
  created_rows   BIGINT       NOT NULL,
  changed_rows   BIGINT       NOT NULL,
  unchanged_rows BIGINT       NOT NULL,
  refused_rows   BIGINT       NOT NULL,
  faults         BIGINT       NOT NULL, -- found; the first 1,000 are kept
  failure        VARCHAR(64)  NOT NULL,
  preview        MEDIUMTEXT   NOT NULL,
  version        BIGINT       NOT NULL,
  created_at     DATETIME(6)  NOT NULL,
  updated_at     DATETIME(6)  NOT NULL,
  KEY imports_status (entity_type, status, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE imports;
