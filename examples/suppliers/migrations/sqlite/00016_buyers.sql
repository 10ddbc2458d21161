-- +goose Up
CREATE TABLE IF NOT EXISTS buyers (
  id integer PRIMARY KEY AUTOINCREMENT,
  name text NOT NULL,
  name_key text NOT NULL,
  email text NOT NULL,
  email_key text,
  deleted_at datetime,
  version integer NOT NULL,
  created_at datetime NOT NULL,
  updated_at datetime NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS buyers_email_key_unique ON buyers(email_key);
CREATE INDEX IF NOT EXISTS buyers_deleted_at ON buyers(deleted_at,id);
CREATE INDEX IF NOT EXISTS buyers_name_key ON buyers(name_key,id);
CREATE INDEX IF NOT EXISTS buyers_created_at ON buyers(created_at,id);

-- +goose Down
DROP TABLE buyers;
