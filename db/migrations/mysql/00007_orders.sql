-- +goose Up
CREATE TABLE IF NOT EXISTS orders (
  id                 BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  customer_id        BIGINT       NOT NULL,
  customer_name      VARCHAR(120) NOT NULL,
  customer_name_key  VARCHAR(360) NOT NULL,
  customer_email     VARCHAR(190) NOT NULL,
  customer_email_key VARCHAR(570) NOT NULL,
  customer_phone     VARCHAR(40)  NOT NULL,
  customer_tax_id    VARCHAR(40)  NOT NULL,
  reference          VARCHAR(64)  NOT NULL,
  reference_key      VARCHAR(192) NOT NULL,
  status             VARCHAR(16)  NOT NULL,
  units              BIGINT       NOT NULL,
  total_cents        BIGINT       NOT NULL,
  note               VARCHAR(500) NOT NULL,
  cancel_reason      VARCHAR(32)  NULL,
  cancel_note        VARCHAR(500) NOT NULL,
  confirmed_at       DATETIME(6)  NULL,
  canceled_at        DATETIME(6)  NULL,
  version            BIGINT       NOT NULL,
  created_at         DATETIME(6)  NOT NULL,
  updated_at         DATETIME(6)  NOT NULL,
  KEY orders_created (created_at, id),
  KEY orders_status (status, created_at, id),
  KEY orders_customer (customer_id, created_at, id),
  KEY orders_customer_status (customer_id, status, created_at, id),
  KEY orders_total (total_cents, id),
  KEY orders_status_total (status, total_cents, id),
  KEY orders_customer_name (customer_name_key),
  KEY orders_customer_email (customer_email_key),
  KEY orders_reference (reference_key)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE orders;
