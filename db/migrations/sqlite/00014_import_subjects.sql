-- +goose Up
CREATE TABLE IF NOT EXISTS import_subjects (
  import_id INTEGER NOT NULL,
  subject   BLOB    NOT NULL, -- hash of an id or of a unique value that the file has had
  PRIMARY KEY (import_id, subject)
);

-- +goose Down
DROP TABLE import_subjects;
