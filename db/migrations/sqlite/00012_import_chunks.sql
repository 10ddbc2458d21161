-- +goose Up
CREATE TABLE IF NOT EXISTS import_chunks (
  import_id INTEGER NOT NULL,
  n         INTEGER NOT NULL,
  content   BLOB    NOT NULL,
  PRIMARY KEY (import_id, n)
);

-- +goose Down
DROP TABLE import_chunks;
