-- +goose Up
CREATE TABLE IF NOT EXISTS import_faults (
  id          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  import_id   INTEGER NOT NULL,
  line        INTEGER NOT NULL,
  column_name TEXT    NOT NULL,
  value       TEXT    NOT NULL,
  code        TEXT    NOT NULL,
  args        TEXT    NOT NULL
);

CREATE INDEX IF NOT EXISTS import_faults_import ON import_faults (import_id, id);

-- +goose Down
DROP TABLE import_faults;
