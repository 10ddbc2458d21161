-- +goose Up
CREATE TABLE IF NOT EXISTS boxes (
  id integer PRIMARY KEY AUTOINCREMENT,
  name text NOT NULL,
  name_key text NOT NULL,
  parent_id integer,
  deleted_at datetime,
  version integer NOT NULL,
  created_at datetime NOT NULL,
  updated_at datetime NOT NULL
);
CREATE INDEX IF NOT EXISTS boxes_deleted_at ON boxes(deleted_at,id);
CREATE INDEX IF NOT EXISTS boxes_name_key ON boxes(name_key,id);
CREATE INDEX IF NOT EXISTS boxes_created_at ON boxes(created_at,id);

-- +goose Down
DROP TABLE boxes;
