-- +goose Up
CREATE TABLE IF NOT EXISTS orders (
  id                 INTEGER  NOT NULL PRIMARY KEY AUTOINCREMENT,
  customer_id        INTEGER  NOT NULL,
  customer_name      TEXT     NOT NULL,
  customer_name_key  TEXT     NOT NULL,
  customer_email     TEXT     NOT NULL,
  customer_email_key TEXT     NOT NULL,
  customer_phone     TEXT     NOT NULL,
  customer_tax_id    TEXT     NOT NULL,
  reference          TEXT     NOT NULL,
  reference_key      TEXT     NOT NULL,
  status             TEXT     NOT NULL,
  units              INTEGER  NOT NULL,
  total_cents        INTEGER  NOT NULL,
  note               TEXT     NOT NULL,
  cancel_reason      TEXT     NULL,
  cancel_note        TEXT     NOT NULL,
  confirmed_at       DATETIME NULL,
  canceled_at        DATETIME NULL,
  version            INTEGER  NOT NULL,
  created_at         DATETIME NOT NULL,
  updated_at         DATETIME NOT NULL
);

CREATE INDEX IF NOT EXISTS orders_created ON orders (created_at, id);
CREATE INDEX IF NOT EXISTS orders_status ON orders (status, created_at, id);
CREATE INDEX IF NOT EXISTS orders_customer ON orders (customer_id, created_at, id);
CREATE INDEX IF NOT EXISTS orders_customer_status ON orders (customer_id, status, created_at, id);
CREATE INDEX IF NOT EXISTS orders_total ON orders (total_cents, id);
CREATE INDEX IF NOT EXISTS orders_status_total ON orders (status, total_cents, id);
CREATE INDEX IF NOT EXISTS orders_customer_name ON orders (customer_name_key);
CREATE INDEX IF NOT EXISTS orders_customer_email ON orders (customer_email_key);
CREATE INDEX IF NOT EXISTS orders_reference ON orders (reference_key);

-- +goose Down
DROP TABLE orders;
