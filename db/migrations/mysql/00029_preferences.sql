-- +goose Up
CREATE TABLE IF NOT EXISTS preferences (
  operator_id BIGINT      NOT NULL,
  name        VARCHAR(32) NOT NULL,
  value       VARCHAR(64) NOT NULL,
  PRIMARY KEY (operator_id, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE preferences;
