-- +goose Up
CREATE TABLE IF NOT EXISTS suppliers (
  id integer PRIMARY KEY AUTOINCREMENT,
  name text NOT NULL,
  name_key text NOT NULL,
  email text NOT NULL,
  email_key text,
  tax_id text NOT NULL,
  lead_days integer NOT NULL,
  credit_cents integer NOT NULL,
  preferred numeric NOT NULL,
  buyer_id integer,
  deleted_at datetime,
  version integer NOT NULL,
  created_at datetime NOT NULL,
  updated_at datetime NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS suppliers_email_key_unique ON suppliers(email_key);
CREATE INDEX IF NOT EXISTS suppliers_deleted_at ON suppliers(deleted_at,id);
CREATE INDEX IF NOT EXISTS suppliers_buyer_id ON suppliers(buyer_id,created_at,id);
CREATE INDEX IF NOT EXISTS suppliers_preferred ON suppliers(preferred,created_at,id);
CREATE INDEX IF NOT EXISTS suppliers_lead_days ON suppliers(lead_days,id);
CREATE INDEX IF NOT EXISTS suppliers_name_key ON suppliers(name_key,id);
CREATE INDEX IF NOT EXISTS suppliers_created_at ON suppliers(created_at,id);

-- +goose Down
DROP TABLE suppliers;
