-- +goose Up
CREATE TABLE IF NOT EXISTS customers (
  id         INTEGER  NOT NULL PRIMARY KEY AUTOINCREMENT,
  name       TEXT     NOT NULL,
  name_key   TEXT     NOT NULL,
  email      TEXT     NOT NULL,
  email_key  TEXT     NULL,
  phone      TEXT     NOT NULL,
  tax_id     TEXT     NOT NULL,
  deleted_at DATETIME NULL,
  version    INTEGER  NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);

CREATE UNIQUE INDEX IF NOT EXISTS customers_email_key_unique ON customers (email_key);
CREATE INDEX IF NOT EXISTS customers_created ON customers (created_at, id);
CREATE INDEX IF NOT EXISTS customers_name ON customers (name_key, id);

-- +goose Down
DROP TABLE customers;
