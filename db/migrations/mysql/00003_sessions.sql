-- +goose Up
CREATE TABLE IF NOT EXISTS sessions (
  id           BIGINT        NOT NULL AUTO_INCREMENT PRIMARY KEY,
  operator_id  BIGINT        NOT NULL,
  secret_hash  VARBINARY(32) NULL, -- of a browser's cookie; a token's session has none
  created_at   DATETIME(6)   NOT NULL,
  last_used_at DATETIME(6)   NOT NULL,
  KEY sessions_operator (operator_id),
  KEY sessions_created (created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE sessions;
