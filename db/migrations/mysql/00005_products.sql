-- +goose Up
CREATE TABLE IF NOT EXISTS products (
  id           BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  sku          VARCHAR(64)  NOT NULL,
  sku_key      VARCHAR(192) NOT NULL,
  name         VARCHAR(180) NOT NULL,
  name_key     VARCHAR(540) NOT NULL,
  price_cents  BIGINT       NOT NULL,
  stock        BIGINT       NOT NULL,
  low_stock_at BIGINT       NOT NULL,
  low_stock    BOOLEAN      GENERATED ALWAYS AS (stock <= low_stock_at) STORED,
  archived     BOOLEAN      NOT NULL,
  version      BIGINT       NOT NULL,
  created_at   DATETIME(6)  NOT NULL,
  updated_at   DATETIME(6)  NOT NULL,
  UNIQUE KEY sku (sku),
  KEY products_created (created_at, id),
  KEY products_archived (archived, created_at, id),
  KEY products_low (low_stock, archived, created_at, id),
  KEY products_sku_key (sku_key, id),
  KEY products_name (name_key, id),
  KEY products_price (price_cents, id),
  CONSTRAINT products_stock_not_negative CHECK (stock >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE products;
