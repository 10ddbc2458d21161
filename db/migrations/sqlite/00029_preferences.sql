-- +goose Up
CREATE TABLE IF NOT EXISTS preferences (
  operator_id INTEGER NOT NULL,
  name        TEXT    NOT NULL,
  value       TEXT    NOT NULL,
  PRIMARY KEY (operator_id, name)
);

-- +goose Down
DROP TABLE preferences;
