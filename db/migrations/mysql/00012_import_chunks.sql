-- +goose Up
CREATE TABLE IF NOT EXISTS import_chunks (
  import_id BIGINT     NOT NULL,
  n         BIGINT     NOT NULL,
  content   MEDIUMBLOB NOT NULL,
  PRIMARY KEY (import_id, n)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE import_chunks;
