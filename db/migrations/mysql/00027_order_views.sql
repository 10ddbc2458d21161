-- +goose Up
CREATE TABLE IF NOT EXISTS order_views (
  id         BIGINT        NOT NULL AUTO_INCREMENT PRIMARY KEY,
  owner_id   BIGINT        NOT NULL, -- an operator
  name       VARCHAR(40)   NOT NULL,
  query      VARCHAR(2000) NOT NULL, -- of the list's address
  shared     BOOLEAN       NOT NULL,
  version    BIGINT        NOT NULL,
  created_at DATETIME(6)   NOT NULL,
  updated_at DATETIME(6)   NOT NULL,
  KEY order_views_owner (owner_id, id),
  KEY order_views_shared (shared, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE order_views;
