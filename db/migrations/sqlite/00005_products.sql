-- +goose Up
CREATE TABLE IF NOT EXISTS products (
  id           INTEGER  NOT NULL PRIMARY KEY AUTOINCREMENT,
  sku          TEXT     NOT NULL,
  sku_key      TEXT     NOT NULL,
  name         TEXT     NOT NULL,
  name_key     TEXT     NOT NULL,
  price_cents  INTEGER  NOT NULL,
  stock        INTEGER  NOT NULL,
  low_stock_at INTEGER  NOT NULL,
  low_stock    BOOLEAN  GENERATED ALWAYS AS (stock <= low_stock_at) STORED,
  archived     BOOLEAN  NOT NULL,
  version      INTEGER  NOT NULL,
  created_at   DATETIME NOT NULL,
  updated_at   DATETIME NOT NULL,
  CONSTRAINT products_stock_not_negative CHECK (stock >= 0)
);

CREATE UNIQUE INDEX IF NOT EXISTS products_sku_unique ON products (sku);
CREATE INDEX IF NOT EXISTS products_created ON products (created_at, id);
CREATE INDEX IF NOT EXISTS products_archived ON products (archived, created_at, id);
CREATE INDEX IF NOT EXISTS products_low ON products (low_stock, archived, created_at, id);
CREATE INDEX IF NOT EXISTS products_sku_key ON products (sku_key, id);
CREATE INDEX IF NOT EXISTS products_name ON products (name_key, id);
CREATE INDEX IF NOT EXISTS products_price ON products (price_cents, id);

-- +goose Down
DROP TABLE products;
