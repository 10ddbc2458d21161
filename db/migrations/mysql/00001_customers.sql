-- +goose Up
CREATE TABLE IF NOT EXISTS customers (
  id         BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name       VARCHAR(120) NOT NULL,
  name_key   VARCHAR(360) NOT NULL,
  email      VARCHAR(190) NOT NULL,
  email_key  VARCHAR(570) NULL,
  phone      VARCHAR(40)  NOT NULL,
  tax_id     VARCHAR(40)  NOT NULL,
  deleted_at DATETIME(6)  NULL,
  version    BIGINT       NOT NULL,
  created_at DATETIME(6)  NOT NULL,
  updated_at DATETIME(6)  NOT NULL,
  UNIQUE KEY email_key (email_key),
  KEY customers_created (created_at, id),
  KEY customers_name (name_key, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE customers;
