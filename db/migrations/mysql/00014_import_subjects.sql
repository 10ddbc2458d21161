-- +goose Up
CREATE TABLE IF NOT EXISTS import_subjects (
  import_id BIGINT     NOT NULL,
  subject   BINARY(16) NOT NULL, -- hash of an id or of a unique value that the file has had
  PRIMARY KEY (import_id, subject)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE import_subjects;
